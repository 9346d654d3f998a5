"""Swapping a seat: offering it, proposing a swap, and answering a proposal."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask_login import current_user

from activities.exchanges import pages, rules, swap_queries, swaps
from activities.exchanges.forms import SwapOfferForm
from activities.exchanges.models import Swap
from activities.exchanges.swap_queries import Seat
from activities.kit import clock
from activities.kit.access import access
from activities.kit.i18n import gettext as _
from activities.kit.refusal import NotFound, Refusal
from activities.kit.roles import Permission
from activities.kit.web import done
from activities.people.limits import person, requests
from activities.signups.forms import consent_of
from activities.signups.queries import slot_of
from activities.signups.rules_leaving import NotIn
from activities.signups.rules_soft import AskFirst, RisksNotRead


def add_to(exchanges: Blueprint) -> None:
    exchanges.add_url_rule("/slots/<public_id>/swap", view_func=swap)
    exchanges.add_url_rule("/slots/<public_id>/swap", view_func=propose, methods=("POST",))
    exchanges.add_url_rule("/slots/<public_id>/swap/offer", view_func=offer_seat, methods=("POST",))
    exchanges.add_url_rule("/slots/<public_id>/swap/keep", view_func=keep_seat, methods=("POST",))
    exchanges.add_url_rule("/swaps", view_func=swaps_page, endpoint="swaps")
    for verb in (agree, decline, withdraw_swap):
        path = verb.__name__.replace("_", "-")
        exchanges.add_url_rule(f"/swaps/<public_id>/{path}", view_func=verb, methods=("POST",))


@access(Permission.TAKE_PART)
def swap(public_id: str) -> Any:
    return _page(_own(public_id, clock.now()), clock.now())


@access(Permission.TAKE_PART)
@requests(person, "30 per hour")  # each is told to somebody, also when it is taken back and proposed again
def propose(public_id: str) -> Any:
    now = clock.now()
    own = _own(public_id, now)
    form = request.form
    seat = swap_queries.swappable(current_user, own, form.get("slot", ""), form.get("member", ""), now)
    if seat is None:
        raise rules.NotOnOffer
    try:
        ends = (current_user.id, own.offer.id, seat.member_id, seat.offer.id)
        swaps.propose(*ends, now, consent=consent_of(form))
    except (RisksNotRead, AskFirst) as refusal:
        return _page(own, now, asked_again=refusal), 422
    return done(_("The swap is proposed. You are told as soon as it is answered."), url_for(".swaps"))


@access(Permission.TAKE_PART)
def offer_seat(public_id: str) -> Any:
    own, form = _own(public_id, clock.now()), SwapOfferForm()
    if not form.validate():
        return _page(own, clock.now(), form=form), 422
    swaps.offer_seat(current_user.id, own.offer.id, form.wish.data or "", clock.now())
    return done(_("Others see now that you would swap this seat."), url_for(".swap", public_id=public_id))


@access(Permission.TAKE_PART)
def keep_seat(public_id: str) -> Any:
    swaps.take_offer_back(current_user.id, slot_of(current_user, public_id).id, clock.now())
    return done(_("This seat is not offered for a swap any more."), url_for(".swap", public_id=public_id))


@access(Permission.TAKE_PART)
def swaps_page() -> Any:
    return _list()


@access(Permission.TAKE_PART)
def agree(public_id: str) -> Any:
    found = _swap(public_id)
    try:
        swaps.agree(current_user.id, found.id, clock.now(), consent=consent_of(request.form))
    except (RisksNotRead, AskFirst) as refusal:
        return _list(found.id, refusal), 422
    return done(_("You have swapped."), url_for("signups.slot", public_id=found.given.slot.public_id))


@access(Permission.TAKE_PART)
def decline(public_id: str) -> Any:
    swaps.decline(current_user.id, _swap(public_id).id, clock.now())
    return done(_("You have declined. You keep your seat."), url_for(".swaps"))


@access(Permission.TAKE_PART)
def withdraw_swap(public_id: str) -> Any:
    swaps.take_back(current_user.id, _swap(public_id).id, clock.now())
    return done(_("The proposal is taken back. You keep your seat."), url_for(".swaps"))


def _own(public_id: str, now: datetime) -> Seat:
    """The seat of whoever asks, in a slot to come."""
    own = swap_queries.own_seat(current_user.id, slot_of(current_user, public_id).id, now)
    if own is None:
        raise NotIn
    return own


def _swap(public_id: str) -> Swap:
    found = swap_queries.swap_for(current_user.id, public_id)
    if found is None:
        raise NotFound
    return found


def _list(asked_about: int | None = None, asked_again: Refusal | None = None) -> str:
    """All proposals; with what has still to be confirmed before one of them is agreed to."""
    now = clock.now()
    asked, made, past = pages.swaps_of(current_user, now)
    again = {"asked_about": asked_about, "asked_again": asked_again}
    return render_template("exchanges/swaps.html", asked=asked, made=made, past=past, at=now, **again)


def _page(own: Seat, now: datetime, *, form: SwapOfferForm | None = None, asked_again: Refusal | None = None) -> str:
    number = request.args.get("number", "").strip()[:32]
    view = pages.swap_view(current_user, own, number, now)
    page = {"view": view, "number": number, "form": form or SwapOfferForm(None), "asked_again": asked_again}
    return render_template("exchanges/swap.html", **page)

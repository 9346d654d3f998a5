"""Waiting for any of several slots."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask_login import current_user

from activities.duties import queries as duties
from activities.duties.models import Slot
from activities.kit import clock
from activities.kit.access import access
from activities.kit.i18n import gettext as _
from activities.kit.i18n import say_fully
from activities.kit.refusal import Refusal
from activities.kit.roles import Permission
from activities.kit.web import done, invalid
from activities.people.users import Viewer
from activities.signups import chances, pages, queries_together, together_pages, wishes
from activities.signups.cards import Card
from activities.signups.forms import Filters, consent_of
from activities.signups.panels import Panel, panel
from activities.signups.rules import SignUpState
from activities.signups.rules_soft import AskFirst, Consent
from activities.signups.rules_together import LARGEST_WISH


def add_to(signups: Blueprint) -> None:
    signups.add_url_rule("/slots/any", view_func=wait_for_any, methods=("GET", "POST"))
    signups.add_url_rule("/waiting/<public_id>/leave", view_func=leave_wish, methods=("POST",))


@access(Permission.TAKE_PART)
def wait_for_any() -> Any:
    """Full slots to choose from: those of one activity or, without one, those of a week as it is filtered."""
    now = clock.now()
    filters = Filters.read(request.args, clock.local_day(now))
    activity = duties.activity_for(current_user, filters.activity) if filters.activity else None
    cards = together_pages.to_wait_for(current_user, activity, filters, now)
    page = {"activity": activity, "filters": filters, "by_day": pages.by_day(cards), "most": LARGEST_WISH}
    if request.method == "GET":
        return render_template("signups/any.html", chosen=request.args.getlist("slot"), errors=(), **page)
    chosen = request.form.getlist("slot")
    try:
        state = _wait(chosen, consent_of(request.form))
    except AskFirst as refusal:
        return invalid("signups/any.html", chosen=chosen, errors=(), asked_again=refusal, **page)
    except Refusal as refusal:
        field = "risks" if refusal.key == "RisksNotRead" else "choose"
        return invalid("signups/any.html", chosen=chosen, errors=[(field, "", say_fully(refusal))], **page)
    if state is SignUpState.SEATED:
        return done(_("One of them had a free seat: it is yours."), url_for("home.my_duties"))
    return done(_("You wait for all of them: the first seat that comes is yours."), url_for("home.my_duties"))


def _wait(chosen: list[str], consent: Consent) -> SignUpState:
    slot_ids = queries_together.slots_seen(current_user, chosen)
    at_once = "at_once" in request.form
    return wishes.wait_for_any(current_user.id, slot_ids, clock.now(), at_once=at_once, consent=consent)


@access(Permission.TAKE_PART)
def leave_wish(public_id: str) -> Any:
    wishes.leave_wish(current_user.id, public_id, clock.now())
    return done(_("You no longer wait for any of them."), url_for("home.my_duties"))


@panel
def how_it_waits(viewer: Viewer, slot: Slot, card: Card, now: Any) -> Panel | None:
    """What somebody who waits for a slot, or could, wants to know: the chance, and with whom or instead of what."""
    if slot.starts_at <= now or card.offer.cancel_reason:
        return None
    place = card.place or (card.offer.waiting + 1 if card.is_full and not card.mine else None)
    values = {
        "place": place,
        "chance": chances.chance_of(card.offer, place, now) if place else None,
        "wish": queries_together.places_of_wish(card.mine.wish_id, now) if card.mine and card.mine.wish_id else None,
        "team": queries_together.team_shown(viewer.id, slot.id),
        "may_wait": together_pages.may_wait(card),
        "may_team": together_pages.may_team(card),
    }
    return Panel("signups/_waiting.html", values) if any(values.values()) else None

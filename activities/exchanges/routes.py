"""Asking for cover, taking over, the list of what one could take over; and what slots' pages show of all this."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from flask import Blueprint, Flask, render_template, request, url_for
from flask_login import current_user

from activities.duties.models import Slot
from activities.exchanges import covers, line, pages, queries, rules, swap_routes
from activities.exchanges.forms import CoverForm
from activities.invitations import queries as invitations
from activities.kit import clock
from activities.kit.access import access
from activities.kit.i18n import gettext as _
from activities.kit.i18n import say_date
from activities.kit.roles import Permission
from activities.kit.web import done, invalid
from activities.people.users import Viewer
from activities.signups import engagements, facts
from activities.signups.cards import Card
from activities.signups.forms import consent_of
from activities.signups.one_slot import slot_page
from activities.signups.pages import by_day
from activities.signups.panels import Panel, panel, roster_note
from activities.signups.queries import slot_of
from activities.signups.rules import why_over
from activities.signups.rules_places import Guest, Places
from activities.signups.rules_soft import AskFirst, RisksNotRead, what_speaks_against

exchanges = Blueprint("exchanges", __name__)
swap_routes.add_to(exchanges)


def init_app(app: Flask) -> None:
    app.register_blueprint(exchanges)


@panel
def cannot_come(viewer: Viewer, slot: Slot, card: Card, now: datetime) -> Panel | None:
    """For who has a seat: the way to ask for cover, or that it is asked for."""
    if not card.is_seated or why_over(card.offer, now):
        return None
    own = next((one for one in queries.wanted_in(slot.id, now) if one.giver_id == viewer.id), None)
    return Panel("exchanges/_cannot_come.html", {"cover": own and own.cover, "turn": own and own.turn})


@panel
def cover_wanted(viewer: Viewer, slot: Slot, card: Card, now: datetime) -> Panel | None:
    """For everybody else, as far as it is open to them: that cover is wanted, and the button to take over, or why
    not. For who waits and whose turn it is: the same, with the button not to."""
    wanted = None if card.is_seated else queries.open_to(viewer.id, queries.wanted_in(slot.id, now))
    if wanted is None:
        return None
    (_offer, person, _mine), (mine, busy) = (
        facts.at_first_sight(viewer.id, slot.id),
        engagements.around(viewer.id, card.offer),
    )
    minutes = queries.minutes([slot.id], now, viewer.id) if card.offer.quarters else {}
    offer, is_turn = card.offer.without(minutes.get(slot.id)), wanted.turn is not None
    refusal = rules.why_not_take_over(offer, person, mine and mine.mine, busy, now, is_turn=is_turn)
    button = "exchanges/_take_over.html" if card.refusal and not (refusal or mine) else ""
    places, guest = Places(offer), Guest(viewer.id, person, busy)
    warnings = what_speaks_against(places, guest) if not refusal and places.seat(guest) else ()
    risks = 0 if is_turn else card.offer.risks_version
    asked = wanted.turn is None and invitations.open_invitation(viewer.id, slot.id)
    values = {"refusal": refusal, "warnings": warnings, "risks": risks, "turn": wanted.turn, "asked": asked}
    return Panel("exchanges/_wanted.html", values, is_first=True, button=button)


@roster_note
def exchanged(slot: Slot, now: datetime) -> Iterator[tuple[int, str]]:
    for sign_up_id, before in queries.before(slot.id).items():
        yield sign_up_id, _("for %(name)s, since %(day)s", name=before.name, day=say_date(before.at))
    for cover in (one.cover for one in queries.wanted_in(slot.id, now)):
        wish = _("looks for cover: %(reason)s", reason=cover.reason) if cover.reason else _("looks for cover")
        yield cover.sign_up_id, wish


@exchanges.get("/cover")
@access(Permission.TAKE_PART)
def wanted() -> Any:
    return render_template("exchanges/wanted.html", by_day=by_day(pages.can_take_over(current_user, clock.now())))


@exchanges.get("/slots/<public_id>/cover")
@access(Permission.TAKE_PART)
def cover(public_id: str) -> Any:
    slot, now = slot_of(current_user, public_id), clock.now()
    offer = facts.offer_of(slot)
    mine, _busy = engagements.around(current_user.id, offer)
    if refusal := rules.why_not_ask_cover(offer, mine and mine.state, False, now):
        raise refusal
    return render_template("exchanges/ask.html", slot=slot, form=CoverForm())


@exchanges.post("/slots/<public_id>/cover")
@access(Permission.TAKE_PART)
def ask(public_id: str) -> Any:
    slot, form = slot_of(current_user, public_id), CoverForm()
    if not form.validate():
        return invalid("exchanges/ask.html", slot=slot, form=form)
    if covers.ask_cover(current_user.id, slot.id, form.reason.data or "", clock.now()):
        message = _("Others are asked now. You stay responsible until somebody takes over.")
    else:
        message = _("Somebody was waiting, and has the seat now. You do not have to come.")
    return done(message, url_for("signups.slot", public_id=public_id))


@exchanges.post("/slots/<public_id>/cover/take-back")
@access(Permission.TAKE_PART)
def take_back(public_id: str) -> Any:
    covers.take_back(current_user.id, slot_of(current_user, public_id).id, clock.now())
    return done(_("Nobody is asked any more. You keep the seat."), url_for("signups.slot", public_id=public_id))


@exchanges.post("/slots/<public_id>/cover/decline")
@access(Permission.TAKE_PART)
def decline_turn(public_id: str) -> Any:
    line.decline(current_user.id, slot_of(current_user, public_id).id, clock.now())
    return done(_("The next in line is asked. You keep your place."), url_for("signups.slot", public_id=public_id))


@exchanges.post("/slots/<public_id>/take-over")
@access(Permission.TAKE_PART)
def take_over(public_id: str) -> Any:
    slot = slot_of(current_user, public_id)
    try:
        covers.take_over(current_user.id, slot.id, clock.now(), consent=consent_of(request.form))
    except (RisksNotRead, AskFirst) as refusal:
        return slot_page(slot, asked_again=refusal), 422
    return done(_("You have taken over. The seat is yours."), url_for("signups.slot", public_id=public_id))

"""Finding slots, and signing up for them."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, render_template, request, url_for
from flask_login import current_user

from activities.duties import queries as duties
from activities.duties.kinds import KINDS
from activities.duties.rules import WAY_SENTENCES
from activities.kit import clock
from activities.kit.access import access
from activities.kit.asked import read_number
from activities.kit.i18n import gettext as _
from activities.kit.refusal import N_
from activities.kit.roles import Permission
from activities.kit.web import done
from activities.signups import (
    answer_routes,
    arrival_routes,
    facts,
    leaving_routes,
    organize_routes,
    pages,
    queries,
    risks,
    service,
    team_routes,
    together_routes,
)
from activities.signups.forms import PARTS, Filters, consent_of
from activities.signups.one_slot import slot_page
from activities.signups.rules import SignUpState
from activities.signups.rules_arrivals import ArrivalFull, ArrivalMissing
from activities.signups.rules_soft import AskFirst, RisksNotRead

# What the button for signing up has led to.
DONE = {
    SignUpState.SEATED: N_("You have a seat."),
    SignUpState.WAITING: N_("You are on the waiting list."),
    SignUpState.ASKED: N_("You have asked for a seat, and are told when it is decided."),
}

signups = Blueprint("signups", __name__)
organize_routes.add_to(signups)
leaving_routes.add_to(signups)
answer_routes.add_to(signups)
together_routes.add_to(signups)
team_routes.add_to(signups)
arrival_routes.add_to(signups)


def init_app(app: Flask) -> None:
    app.register_blueprint(signups)


@signups.get("/slots")
@access(Permission.TAKE_PART)
def find() -> Any:
    now = clock.now()
    filters = Filters.read(request.args, clock.local_day(now))
    view = pages.find_view(current_user, filters, now)
    return render_template("signups/find.html", filters=filters, view=view, kinds=KINDS.values(), parts=PARTS)


@signups.get("/activities/<public_id>")
@access(Permission.TAKE_PART)
def activity(public_id: str) -> Any:
    found = duties.activity_for(current_user, public_id)
    page = Filters.read(request.args, clock.local_day(clock.now())).page
    now = clock.now()
    person = facts.person(current_user.id)
    cards, has_more = pages.activity_page(current_user, found, page, now)
    return render_template(
        "signups/activity.html", activity=found, by_day=pages.by_day(cards), page=page, has_more=has_more,
        conditions=pages.conditions(current_user, person, found, clock.local_day(now)),
        full=sum(card.is_full for card in cards), way=WAY_SENTENCES[found.way_in],
    )  # fmt: skip


@signups.get("/slots/<public_id>")
@access(Permission.TAKE_PART)
def slot(public_id: str) -> Any:
    return slot_page(queries.slot_of(current_user, public_id))


@signups.post("/slots/<public_id>/sign-up")
@access(Permission.TAKE_PART)
def sign_up(public_id: str) -> Any:
    seen = facts.Seen(public_id, duties.sight_of(current_user))
    form = request.form
    consent = consent_of(form)
    try:
        state = service.sign_up(
            current_user.id, seen, clock.now(), or_wait="wait" in form, at_once="at_once" in form, consent=consent
        )
    except (RisksNotRead, AskFirst, ArrivalMissing, ArrivalFull) as refusal:
        return slot_page(queries.slot_of(current_user, public_id), asked_again=refusal), 422
    return done(_(DONE[state]), url_for(".slot", public_id=public_id))


@signups.post("/slots/<public_id>/risks")
@access(Permission.TAKE_PART)
def confirm_risks(public_id: str) -> Any:
    slot = queries.slot_of(current_user, public_id)
    risks.confirm(current_user.id, slot.id, read_number(request.form.get("risks")), clock.now())
    message = _("You have confirmed that you have read the risks and safeguards.")
    return done(message, url_for(".slot", public_id=public_id))


@signups.post("/slots/<public_id>/accept")
@access(Permission.TAKE_PART)
def accept(public_id: str) -> Any:
    slot = queries.slot_of(current_user, public_id)
    try:
        service.accept(current_user.id, slot.id, clock.now(), consent=consent_of(request.form))
    except AskFirst as refusal:
        return slot_page(queries.slot_of(current_user, public_id), asked_again=refusal), 422
    return done(_("You have a seat."), url_for(".slot", public_id=public_id))


@signups.post("/slots/<public_id>/withdraw")
@access(Permission.TAKE_PART)
def withdraw(public_id: str) -> Any:
    slot = queries.slot_of(current_user, public_id)
    service.withdraw(current_user.id, slot.id, clock.now())
    return done(_("You have withdrawn."), url_for(".slot", public_id=public_id))

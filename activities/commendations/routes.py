"""Commendations: rounds of the school, the committee, and objecting to who is on notice."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, render_template, url_for
from flask_login import current_user

from activities.certificates.rules_notice import VERDICT_NAMES
from activities.commendations import (
    deciding,
    joined,  # noqa: F401 - it sees to rounds and stories of joined accounts
    objections,
    queries,
    reminding,  # noqa: F401 - it declares its job
    routes_keeping,
    routes_nominating,
    rules,
    story_keeping_routes,
    story_photo_routes,
    story_routes,
    waiting,
)
from activities.commendations import rules_refusals as refusals
from activities.commendations.forms import DecideForm, ObjectionForm
from activities.commendations.models import Round
from activities.commendations.rules import RoundState, State
from activities.commendations.rules_stories import STORY_NAMES
from activities.kit import clock
from activities.kit.access import access
from activities.kit.fields import refuse
from activities.kit.i18n import gettext as _
from activities.kit.refusal import NotFound
from activities.kit.roles import Permission
from activities.kit.web import asked_page, done, invalid
from activities.people.limits import person, requests
from activities.people.persons import with_others

commendations = Blueprint("commendations", __name__)
routes_keeping.add_to(commendations)
routes_nominating.add_to(commendations)
story_keeping_routes.add_to(commendations)
story_photo_routes.add_to(commendations)
story_routes.add_to(commendations)


def init_app(app: Flask) -> None:
    app.register_blueprint(commendations)
    app.jinja_env.globals.update(
        round_names=rules.ROUND_NAMES, nomination_names=rules.STATE_NAMES, whom_names=rules.WHOM_NAMES,
        story_names=STORY_NAMES, nominators_names=rules.NOMINATORS_NAMES, objection_names=VERDICT_NAMES,
    )  # fmt: skip


@commendations.get("/commendations/")
@access(Permission.TAKE_PART)
def all_rounds() -> Any:
    own, page = queries.of_person(current_user.id), asked_page()
    found = queries.rounds_for(current_user, page)
    return render_template(
        "commendations/rounds.html", rounds=found[: queries.LATEST], page=page, more=len(found) > queries.LATEST,
        own=own, asked=[one for one in own if one.state is State.ASKED and one.round.state is RoundState.OPEN],
        deciding=waiting.how_many_to_decide(current_user, clock.local_day(clock.now())),
    )  # fmt: skip


@commendations.get("/commendations/<public_id>")
@access(Permission.TAKE_PART)
def show(public_id: str) -> Any:
    one = queries.round_seen(current_user, public_id)
    today = clock.local_day(clock.now())
    decides = queries.decides(current_user.id, one.id)
    return render_template(
        "commendations/round.html", round=one, published=queries.published(one),
        made=queries.made_by(current_user.id, one.id), decides=decides, today=today,
        may_nominate=queries.may_nominate(current_user, one) and one.is_nominating(today),
        keeps=current_user.may(Permission.COMMEND, one.unit.path),
        objected={each.nomination_id: each for each in queries.objected_by(current_user.id, one.id)},
    )  # fmt: skip


@commendations.get("/commendations/<public_id>/committee")
@access(Permission.TAKE_PART)
def committee(public_id: str) -> Any:
    one = _to_decide(public_id)
    return render_template(
        "commendations/committee.html", round=one, nominations=queries.before_committee(one.id),
        own=with_others([current_user.id]),
    )  # fmt: skip


@commendations.route("/commendations/<public_id>/committee/<nomination>", methods=("GET", "POST"))
@access(Permission.TAKE_PART)
def decide(public_id: str, nomination: str) -> Any:
    one = _to_decide(public_id)
    found = queries.nomination_in(one, nomination, rules.BEFORE_COMMITTEE)
    form = DecideForm(found, clock.local_day(clock.now()))
    page = {"round": one, "nomination": found, "form": form}
    if not form.is_submitted():
        return render_template("commendations/decide.html", **page)
    if not form.validate() or form.day.data is None:
        return invalid("commendations/decide.html", **page)
    fields = {refusals.WrongDecisionDay: "day", refusals.WhyOtherwise: "word"}
    try:
        deciding.decide(
            current_user.id, found.id, form.chosen.data == "yes", form.day.data, form.word.data or "", clock.now()
        )
    except (
        refusals.NoneLeft, refusals.WrongDecisionDay, refusals.WhyOtherwise, refusals.InvolvedInNomination,
        refusals.NotBeforeCommittee,
    ) as refusal:  # fmt: skip
        refuse(form, fields.get(type(refusal), "chosen"), refusal)
        return invalid("commendations/decide.html", **page)
    return done(_("The decision is kept."), url_for(".committee", public_id=public_id))


@commendations.route("/commendations/<public_id>/notice/<nomination>", methods=("GET", "POST"))
@access(Permission.TAKE_PART)
@requests(person, "60 per minute")
def object_to(public_id: str, nomination: str) -> Any:
    """Say what speaks against somebody who stands on notice."""
    one = queries.round_seen(current_user, public_id)
    found = next((each for each in queries.published(one) if each.public_id == nomination), None)
    if found is None or one.state is not RoundState.NOTICE:
        raise NotFound
    form = ObjectionForm()
    page = {"round": one, "nomination": found, "form": form}
    if not form.is_submitted():
        return render_template("commendations/object.html", **page)
    if not form.validate():
        return invalid("commendations/object.html", **page)
    try:
        objections.object_to(current_user.id, found.id, form.reason.data or "", clock.now())
    except (refusals.AboutYou, refusals.ObjectedAlready, refusals.NotOnNotice) as refusal:
        refuse(form, "reason", refusal)
        return invalid("commendations/object.html", **page)
    message = _("Your objection is with the secretaries. You are told of the answer.")
    return done(message, url_for(".show", public_id=public_id))


def _to_decide(public_id: str) -> Round:
    """A round on whose committee this person is."""
    one = queries.round_seen(current_user, public_id)
    if not queries.decides(current_user.id, one.id):
        raise NotFound
    return one

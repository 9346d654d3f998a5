"""Commendations: rounds of the school, nominating, one's own word, the committee, and objecting to who is on notice."""

from __future__ import annotations

from functools import partial
from typing import Any

from flask import Blueprint, Flask, render_template, request, url_for
from flask_login import current_user

from activities.certificates.rules_notice import VERDICT_NAMES
from activities.commendations import deciding, nominating, objections, queries, routes_keeping, rules, story_routes
from activities.commendations import rules_refusals as refusals
from activities.commendations.forms import DecideForm, NominateForm, NumberForm, ObjectionForm
from activities.commendations.models import Round
from activities.commendations.rules import State
from activities.commendations.rules_stories import STORY_NAMES
from activities.kit import clock
from activities.kit.access import access
from activities.kit.fields import refuse
from activities.kit.i18n import gettext as _
from activities.kit.refusal import NotFound
from activities.kit.roles import Permission
from activities.kit.text import clean_line
from activities.kit.web import done, invalid
from activities.people.limits import person, requests

commendations = Blueprint("commendations", __name__)
routes_keeping.add_to(commendations)
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
    own = queries.of_person(current_user.id)
    return render_template(
        "commendations/rounds.html", rounds=queries.rounds_for(current_user), own=own,
        asked=[one for one in own if one.state is State.ASKED and one.round.state is rules.RoundState.OPEN],
    )  # fmt: skip


@commendations.get("/commendations/<public_id>")
@access(Permission.TAKE_PART)
def show(public_id: str) -> Any:
    one = queries.round_seen(current_user, public_id)
    today = clock.local_day(clock.now())
    decides = queries.decides(current_user.id, one.id)
    return render_template(
        "commendations/round.html", round=one, published=queries.published(one),
        made=queries.made_by(current_user.id, one.id), decides=decides,
        may_nominate=queries.may_nominate(current_user, one) and one.is_nominating(today),
        keeps=current_user.may(Permission.COMMEND, one.unit.path),
        objected={each.nomination_id: each for each in queries.objected_by(current_user.id, one.id)},
    )  # fmt: skip


@commendations.route("/commendations/<public_id>/nominate", methods=("GET", "POST"))
@access(Permission.TAKE_PART)
@requests(person, "60 per minute")
def nominate(public_id: str) -> Any:
    """First whom, by number in the address; then why."""
    one = queries.round_seen(current_user, public_id)
    if not queries.may_nominate(current_user, one):
        raise NotFound
    number = clean_line(request.args.get("number"))[:32]
    found = queries.nominee(current_user, one.unit, one, number) if number else None
    who = NumberForm(formdata=None, data={"number": number})
    if number and found is None:
        who.number.errors = [_("Nobody whom you can nominate here has this number.")]
    page: dict[str, Any] = {"round": one, "who": who, "member": found}
    if found is None:
        answer = invalid if number or request.method == "POST" else render_template
        return answer("commendations/nominate.html", **page)
    sees_all = queries.sees_records(current_user, found)
    form = NominateForm(queries.known_of(current_user.id, found.id, one.year, sees_all=sees_all))
    page |= {"form": form, "sees_all": sees_all}
    if not form.is_submitted():
        return render_template("commendations/nominate.html", **page)
    if not form.validate():
        return invalid("commendations/nominate.html", **page)
    try:
        nominating.nominate(
            current_user.id, one.id, number, form.reasons.data or "", form.evidence.data or [], clock.now()
        )
    except (refusals.NotNominating, refusals.OwnNomination, refusals.NominatedAlready) as refusal:
        refuse(form, "reasons", refusal)
        return invalid("commendations/nominate.html", **page)
    return done(_("%(name)s is asked whether they agree.", name=found.name), url_for(".show", public_id=public_id))


@commendations.get("/commendations/mine/<public_id>")
@access(Permission.TAKE_PART)
def mine(public_id: str) -> Any:
    found = queries.own_nomination(current_user.id, public_id)
    why_not = partial(rules.why_not_answer, round_state=found.round.state, state=found.state)
    return render_template(
        "commendations/mine.html", nomination=found, round=found.round,
        may_agree=why_not(agrees=True) is None,
        may_decline=why_not(agrees=False) is None,
    )  # fmt: skip


@commendations.post("/commendations/mine/<public_id>/agree")
@access(Permission.TAKE_PART)
def agree(public_id: str) -> Any:
    found = queries.own_nomination(current_user.id, public_id)
    nominating.agree(current_user.id, found.id, clock.now())
    return done(_("You agree: the nomination goes to the committee."), url_for(".mine", public_id=public_id))


@commendations.post("/commendations/mine/<public_id>/decline")
@access(Permission.TAKE_PART)
def decline(public_id: str) -> Any:
    found = queries.own_nomination(current_user.id, public_id)
    nominating.decline(current_user.id, found.id, clock.now())
    return done(_("You decline: nothing of it is published."), url_for(".mine", public_id=public_id))


@commendations.get("/commendations/<public_id>/committee")
@access(Permission.TAKE_PART)
def committee(public_id: str) -> Any:
    one = _to_decide(public_id)
    return render_template("commendations/committee.html", round=one, nominations=queries.before_committee(one.id))


@commendations.route("/commendations/<public_id>/committee/<nomination>", methods=("GET", "POST"))
@access(Permission.TAKE_PART)
def decide(public_id: str, nomination: str) -> Any:
    one = _to_decide(public_id)
    found = queries.nomination_in(one, nomination, rules.BEFORE_COMMITTEE)
    form = DecideForm(day=found.decided_on or clock.local_day(clock.now()))
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
    if found is None or one.state is not rules.RoundState.NOTICE:
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

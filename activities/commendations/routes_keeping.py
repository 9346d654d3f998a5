"""Holding rounds of commendation: opening them, their committee, the notice, the award."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask_login import current_user

from activities.certificates.rules_notice import Verdict
from activities.commendations import committees, objections, queries, service, uninvolved, waiting
from activities.commendations import rules_refusals as refusals
from activities.commendations.forms import AnswerForm, CorrectRoundForm, NumberForm, ReasonForm, RoundForm
from activities.commendations.rules import RoundState, State
from activities.corrections.uninvolved import names
from activities.kit import clock
from activities.kit.access import access
from activities.kit.fields import refuse
from activities.kit.i18n import gettext as _
from activities.kit.i18n import ngettext, say_day
from activities.kit.roles import Permission
from activities.kit.web import asked_page, done, invalid
from activities.people import queries as people
from activities.people.persons import with_others
from activities.people.queries import person_by_number

MANAGE = "commendations/manage.html"


def add_to(blueprint: Blueprint) -> None:
    """Let these pages be reached."""
    blueprint.get("/commend/")(kept)
    blueprint.route("/commend/new", methods=("GET", "POST"))(new)
    blueprint.get("/commend/<public_id>")(manage)
    blueprint.post("/commend/<public_id>/committee")(name)
    blueprint.post("/commend/<public_id>/committee/<member>/take-off")(take_off)
    blueprint.route("/commend/<public_id>/correct", methods=("GET", "POST"))(correct)
    blueprint.post("/commend/<public_id>/publish")(publish)
    blueprint.post("/commend/<public_id>/award")(award)
    blueprint.route("/commend/<public_id>/call-off", methods=("GET", "POST"))(call_off)
    blueprint.post("/commend/<public_id>/objections/<objection>")(judge)
    blueprint.route("/commend/<public_id>/revoke/<nomination>", methods=("GET", "POST"))(revoke)


@access(Permission.COMMEND)
def kept() -> Any:
    page = asked_page()
    found = queries.rounds_kept(current_user, page)
    return render_template(
        "commendations/kept.html", rounds=found[: queries.LATEST], page=page, more=len(found) > queries.LATEST,
        waits=waiting.of_keeper(current_user, clock.local_day(clock.now())),
    )  # fmt: skip


@access(Permission.COMMEND)
def new() -> Any:
    now = clock.now()
    form = RoundForm(people.units_for(current_user, Permission.COMMEND), clock.local_day(now))
    if not form.is_submitted():
        return render_template("commendations/new.html", form=form)
    if not form.validate():
        return invalid("commendations/new.html", form=form)
    try:
        address = service.open_round(current_user.id, form.unit_id.data, form.terms(), now)
    except (refusals.WrongDays, refusals.DaysPast) as refusal:
        refuse(form, "last", refusal)
        return invalid("commendations/new.html", form=form)
    except refusals.OpenAlready as refusal:
        refuse(form, "title", refusal)
        return invalid("commendations/new.html", form=form)
    except refusals.NobodyToCommend as refusal:
        refuse(form, "percent", refusal)
        return invalid("commendations/new.html", form=form)
    return done(_("The round is open. Now name its committee."), url_for(".manage", public_id=address))


@access(Permission.COMMEND)
def manage(public_id: str) -> Any:
    return render_template(MANAGE, **_page(public_id))


@access(Permission.COMMEND)
def name(public_id: str) -> Any:
    page, form = _page(public_id), NumberForm()
    page["who"] = form
    if not form.validate():
        return invalid(MANAGE, **page)
    found = person_by_number(current_user, Permission.COMMEND, form.number.data or "")
    if found is None:
        form.number.errors = [_("Nobody with this number is in your units.")]
        return invalid(MANAGE, **page)
    try:
        committees.name(current_user.id, page["round"].id, found.id, clock.now())
    except (refusals.OnCommitteeAlready, refusals.NotOpen) as refusal:
        refuse(form, "number", refusal)
        return invalid(MANAGE, **page)
    message = _("%(name)s is on the committee, and told.", name=found.name)
    return done(message, url_for(".manage", public_id=public_id))


@access(Permission.COMMEND)
def take_off(public_id: str, member: str) -> Any:
    one = queries.round_kept(current_user, public_id)
    found = queries.on_committee(one.id, member)
    committees.take_off(current_user.id, one.id, found.member_id, clock.now())
    message = _("%(name)s is taken off the committee, and told. Name them again to undo it.", name=found.member.name)
    return done(message, url_for(".manage", public_id=public_id))


@access(Permission.COMMEND)
def correct(public_id: str) -> Any:
    one = queries.round_kept(current_user, public_id)
    form = CorrectRoundForm(obj=one)
    page = {"round": one, "form": form}
    if not form.is_submitted():
        return render_template("commendations/correct.html", **page)
    if not form.validate():
        return invalid("commendations/correct.html", **page)
    try:
        service.correct_round(current_user.id, one.id, form.corrected(), form.reason.data or "", clock.now())
    except (refusals.WrongDays, refusals.DaysPast, refusals.NotOpen) as refusal:
        refuse(form, "reason" if isinstance(refusal, refusals.NotOpen) else "last", refusal)
        return invalid("commendations/correct.html", **page)
    message = _("The round is corrected, and those whom it concerns are told.")
    return done(message, url_for(".manage", public_id=public_id))


@access(Permission.COMMEND)
def publish(public_id: str) -> Any:
    one = queries.round_kept(current_user, public_id)
    until = service.publish(current_user.id, one.id, clock.now())
    message = _("They stand on notice until the end of %(day)s, and are told.", day=say_day(until))
    return done(message, url_for(".manage", public_id=public_id))


@access(Permission.COMMEND)
def award(public_id: str) -> Any:
    one = queries.round_kept(current_user, public_id)
    count = service.award(current_user.id, one.id, clock.now())
    message = ngettext(
        "Granted to %(num)s person: it stands in their record, and they are told.",
        "Granted to %(num)s people: it stands in their records, and they are told.", count,
    )  # fmt: skip
    return done(message, url_for(".manage", public_id=public_id))


@access(Permission.COMMEND)
def call_off(public_id: str) -> Any:
    one, form = queries.round_kept(current_user, public_id), ReasonForm()
    if not form.is_submitted():
        return render_template("commendations/call_off.html", round=one, form=form)
    if not form.validate():
        return invalid("commendations/call_off.html", round=one, form=form)
    service.call_off(current_user.id, one.id, form.reason.data or "", clock.now())
    return done(_("The round is called off."), url_for(".manage", public_id=public_id))


@access(Permission.COMMEND)
def judge(public_id: str, objection: str) -> Any:
    page, form = _page(public_id), AnswerForm()
    found = queries.objection_in(page["round"], objection)
    if not form.validate():
        return invalid(MANAGE, **{**page, "answer": form, "wrong": found})
    verdict = Verdict.UPHELD if "uphold" in request.form else Verdict.REJECTED
    objections.answer(current_user.id, found.id, verdict, form.word.data or "", clock.now())
    return done(_("The objection is answered, and who objected is told."), url_for(".manage", public_id=public_id))


@access(Permission.COMMEND)
def revoke(public_id: str, nomination: str) -> Any:
    one = queries.round_kept(current_user, public_id)
    found, form = queries.nomination_in(one, nomination, [State.AWARDED]), ReasonForm()
    page = {"round": one, "nomination": found, "form": form}
    if not form.is_submitted():
        return render_template("commendations/revoke.html", **page)
    if not form.validate():
        return invalid("commendations/revoke.html", **page)
    service.revoke(current_user.id, found.id, form.reason.data or "", clock.now())
    return done(_("Revoked; the person is told."), url_for(".manage", public_id=public_id))


def _page(public_id: str) -> dict[str, Any]:
    """A round with all that is done in it, and who may do what stands next. As many statements for many as for one."""
    one = queries.round_kept(current_user, public_id)
    nominations, committee = queries.nominations(one.id), queries.committee(one.id)
    objections = queries.objections(one.id)
    chosen, agreed, awarded = (
        [each for each in nominations if each.state is state] for state in (State.CHOSEN, State.AGREED, State.AWARDED)
    )
    judges = uninvolved.judges(one.unit, [each for each in objections if each.verdict is Verdict.OPEN])
    granters = uninvolved.granters(one, chosen) if one.state is RoundState.NOTICE else None
    everybody = [*judges.values(), *([granters] if granters else [])]
    return {
        "round": one, "nominations": nominations, "objections": objections, "committee": committee,
        "judges": judges, "granters": granters, "own": with_others([current_user.id]),
        "names": names(everybody),
        "undecidable": uninvolved.undecidable(agreed, committee), "agreed": agreed,
        "odd": uninvolved.resting_on_one(one, awarded),
        "who": NumberForm(formdata=None), "wrong": None, "answer": AnswerForm(formdata=None),
        "today": clock.local_day(clock.now()),
    }  # fmt: skip

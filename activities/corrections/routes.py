""" "This is wrong": from one's record to the form, the own requests, and the lists of who answers and who decides."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Flask, render_template, request, url_for
from flask_login import current_user

from activities.corrections import queries, service
from activities.corrections.forms import AskForm, WordForm, shown
from activities.corrections.queries import Case
from activities.corrections.rules import OPEN, OPINION_NAMES, STATE_NAMES, AskedAlready, Opinion, SaysSoAlready
from activities.kit import clock
from activities.kit.access import access
from activities.kit.fields import refuse
from activities.kit.i18n import gettext as _
from activities.kit.refusal import NotFound, Refusal
from activities.kit.roles import Permission
from activities.kit.web import asked_page, done, invalid
from activities.people.limits import person, requests
from activities.records import rules as records
from activities.records.models import Record
from activities.records.queries import record_for
from activities.records.rules import Mark
from activities.terms import queries as terms

# Beside which field a refusal stands.
FIELDS: dict[type[Refusal], str] = {
    SaysSoAlready: "attendance", AskedAlready: "reason", records.LatenessMissing: "late", records.TooLate: "late",
    records.MinutesOutOfRange: "hours", records.Contradiction: "hours",
}  # fmt: skip

corrections = Blueprint("corrections", __name__)


def init_app(app: Flask) -> None:
    app.register_blueprint(corrections)
    app.jinja_env.globals.update(correction_names=STATE_NAMES, opinion_names=OPINION_NAMES)


@corrections.route("/records/<public_id>/correction", methods=("GET", "POST"))
@access(Permission.TAKE_PART)
@requests(person, "60 per hour")  # every organizer is told of each, also when it is taken back and asked again
def ask(public_id: str) -> Any:
    record = _own_record(public_id)
    form = AskForm(data=shown(Mark(record.attendance, record.minutes, record.minutes_late)))
    page = {"record": record, "form": form, "asked": queries.open_request(record.slot_id, current_user.id)}
    if not form.is_submitted():
        return render_template("corrections/ask.html", **page)
    if not form.validate():
        return invalid("corrections/ask.html", **page)
    claim = form.claim(record.slot.counted_minutes)
    try:
        service.ask(current_user.id, record.id, claim, form.reason.data or "", clock.now())
    except tuple(FIELDS) as refusal:
        refuse(form, FIELDS[type(refusal)], refusal)
        return invalid("corrections/ask.html", **page)
    return done(_("Your request is on its way. You are told of each step."), url_for(".mine"))


@corrections.get("/corrections")
@access(Permission.TAKE_PART)
def mine() -> Any:
    page = asked_page()
    cases = queries.mine(current_user.id, page)
    return render_template(
        "corrections/mine.html", cases=cases[: queries.PAGE], more=len(cases) > queries.PAGE, page=page, open=OPEN,
        unconfirmed=_unconfirmed(cases),
    )  # fmt: skip


@corrections.post("/corrections/<public_id>/withdraw")
@access(Permission.TAKE_PART)
@requests(person, "30 per hour")
def withdraw(public_id: str) -> Any:
    found = queries.own_request(current_user.id, public_id)
    service.withdraw(current_user.id, found.id, clock.now())
    return done(_("Withdrawn. Your record stays as it is."), url_for(".mine"))


@corrections.get("/organize/corrections")
@access(Permission.ORGANIZE)
def to_answer() -> Any:
    return render_template("corrections/to_answer.html", **_answers(WordForm(formdata=None)))


@corrections.post("/organize/corrections/<public_id>")
@access(Permission.ORGANIZE)
def answer(public_id: str) -> Any:
    found, form = queries.request_to_answer(current_user, public_id), WordForm()
    if not form.validate():
        return invalid("corrections/to_answer.html", **_answers(form), wrong=found)
    opinion = Opinion.AGREES if "yes" in request.form else Opinion.DISAGREES
    service.answer(current_user.id, found.id, opinion, form.word.data or "", clock.now())
    return done(_("Answered. A secretary decides; the person is told."), url_for(".to_answer"))


@corrections.get("/review/corrections")
@access(Permission.REVIEW)
def to_decide() -> Any:
    return render_template("corrections/to_decide.html", **_decisions(WordForm(formdata=None)))


@corrections.post("/review/corrections/<public_id>")
@access(Permission.REVIEW)
def decide(public_id: str) -> Any:
    found, form = queries.request_to_decide(current_user, public_id), WordForm()
    if not form.validate():
        return invalid("corrections/to_decide.html", **_decisions(form), wrong=found)
    claim, is_granted = found.claim, "yes" in request.form
    said = service.decide(current_user.id, found.id, is_granted, form.word.data or "", clock.now())
    if said is None:
        return done(_("Declined. The record stays as it is; the person is told."), url_for(".to_decide"))
    if said != claim:
        message = _("Granted, but less counts: the rest of that time is in another record. The person is told.")
        return done(message, url_for(".to_decide"))
    return done(_("Granted. The record is corrected; the person is told."), url_for(".to_decide"))


def _own_record(public_id: str) -> Record:
    record = record_for(current_user, public_id)
    if record.member_id != current_user.id:
        raise NotFound
    return record


def _answers(form: WordForm) -> dict[str, Any]:
    cases = queries.to_answer(current_user)
    return {
        "cases": cases, "before": queries.answered(current_user), "form": form, "most": queries.PAGE,
        "unconfirmed": _unconfirmed(cases),
    }  # fmt: skip


def _decisions(form: WordForm) -> dict[str, Any]:
    cases = queries.to_decide(current_user)
    return {
        "cases": cases, "before": queries.decided(current_user), "form": form, "most": queries.PAGE,
        "unconfirmed": _unconfirmed(cases),
    }  # fmt: skip


def _unconfirmed(cases: Sequence[Case]) -> list[int]:
    """The years on whose unconfirmed days the last days of open requests rest."""
    last = [case.request.due for case in cases if case.request.state in OPEN]
    return terms.unconfirmed_years(clock.local_day(clock.now()), max(last)) if last else []

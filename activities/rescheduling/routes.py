"""Keeping the school's calendar: terms and special days, each by its own page. What changes days on which slots stand
asks first what becomes of them, and then for a confirmation that counts people."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, NamedTuple

from flask import Blueprint, Flask, render_template, request, url_for
from flask_login import current_user

from activities.duties.rules import PlanChanged
from activities.kit import clock
from activities.kit.access import access
from activities.kit.fields import differences, refuse
from activities.kit.i18n import gettext as _
from activities.kit.i18n import ngettext
from activities.kit.refusal import ChangedMeanwhile, Refusal
from activities.kit.roles import Permission
from activities.kit.web import done, invalid
from activities.rescheduling import queries as rescheduled
from activities.rescheduling import service
from activities.rescheduling.forms import DecisionForm
from activities.rescheduling.pages import by_activity
from activities.rescheduling.rules import Fate, Outcome, people_on, stands_in
from activities.rescheduling.service import Change, Decision
from activities.terms import changes, queries
from activities.terms.forms import DayForm, TermForm, shown_day, shown_term
from activities.terms.rules import FIRST_YEAR, LAST_YEAR, fingerprint

rescheduling = Blueprint("rescheduling", __name__)
YEARS = f"<int(min={FIRST_YEAR}, max={LAST_YEAR}):year>"
GET_AND_POST = ("GET", "POST")


class Page(NamedTuple):
    """A page with the form of a term or of a day: which of its fields each refusal speaks of, and which all others."""

    template: str
    fields: dict[str, str]
    other: str


TERM = Page(
    "rescheduling/term.html",
    {"WrongYear": "starts_on", "NotAMonday": "starts_on", "TermsOverlap": "starts_on", "WrongWeeks": "weeks"}, "name",
)  # fmt: skip
DAY = Page("rescheduling/day.html", {"WrongYear": "day", "DayTaken": "day", "WrongDayName": "name"}, "acts_as")
# The fields of the decision, which are not to be asked again of the form before it.
OF_DECISION = {"csrf_token", "fate", "to", "reason", "digest"}
TITLES = {
    Fate.CANCEL: lambda num: ngettext("Cancel %(num)s slot?", "Cancel %(num)s slots?", num),
    Fate.MOVE: lambda num: ngettext("Move %(num)s slot?", "Move %(num)s slots?", num),
}


def init_app(app: Flask) -> None:
    app.register_blueprint(rescheduling)


# ── terms ───────────────────────────────────────────────────────────────────


@rescheduling.route("/terms/new", methods=GET_AND_POST)
@access(Permission.KEEP_CALENDAR)
def new_term() -> Any:
    form = TermForm()
    return ask(TERM, form, lambda: (changes.add_term, form.term()), _("The term is entered."), term=None)


@rescheduling.route("/terms/<day:starts_on>", methods=GET_AND_POST)
@access(Permission.KEEP_CALENDAR)
def edit_term(starts_on: date) -> Any:
    term = queries.term_from(starts_on)
    form = TermForm(term)
    return ask(
        TERM, form, lambda: (changes.change_term, starts_on, form.fingerprint.data or "", form.term()), _("Saved."),
        by_now=lambda: shown_term(queries.term_from(starts_on)), term=term,
    )  # fmt: skip


@rescheduling.route("/terms/<day:starts_on>/remove", methods=GET_AND_POST)
@access(Permission.KEEP_CALENDAR)
def remove_term(starts_on: date) -> Any:
    term = queries.term_from(starts_on)
    if request.method == "GET":
        return render_template("rescheduling/remove_term.html", term=term, fingerprint=fingerprint(term))
    change = Change(changes.remove_term, (starts_on, request.form.get("fingerprint", "")))
    return answer(change, _("The term “%(name)s” is removed.", name=term.name), url_for("terms.calendar"))


# ── holidays and make-up workdays ───────────────────────────────────────────


@rescheduling.route("/terms/days/new", methods=GET_AND_POST)
@access(Permission.KEEP_CALENDAR)
def new_day() -> Any:
    form = DayForm()
    return ask(DAY, form, lambda: (changes.add_day, form.when(), form.special()), _("The day is entered."), day=None)


@rescheduling.route("/terms/days/<day:day>", methods=GET_AND_POST)
@access(Permission.KEEP_CALENDAR)
def edit_day(day: date) -> Any:
    form = DayForm(queries.special_day(day))
    return ask(
        DAY, form, lambda: (changes.change_day, day, form.fingerprint.data or "", form.special()), _("Saved."),
        by_now=lambda: shown_day(queries.special_day(day)), day=day,
    )  # fmt: skip


@rescheduling.route("/terms/days/<day:day>/remove", methods=GET_AND_POST)
@access(Permission.KEEP_CALENDAR)
def remove_day(day: date) -> Any:
    special = queries.special_day(day)
    if request.method == "GET":
        page = {"day": day, "special": special, "fingerprint": fingerprint(special)}
        return render_template("rescheduling/remove_day.html", **page)
    change = Change(changes.remove_day, (day, request.form.get("fingerprint", "")))
    return answer(change, _("The day is removed."), url_for("terms.calendar", year=day.year))


@rescheduling.post(f"/terms/years/{YEARS}/fill")
@access(Permission.KEEP_CALENDAR)
def fill_year(year: int) -> Any:
    return answer(Change(changes.fill_days, (year,)), "", url_for("terms.calendar", year=year))


@rescheduling.route("/terms/days/<day:day>/slots", methods=GET_AND_POST)
@access(Permission.KEEP_CALENDAR)
def slots_of_day(day: date) -> Any:
    """The slots on a special day, for whoever left them when the day was entered."""
    queries.special_day(day)
    return answer(Change(days=(day,)), "", url_for("terms.calendar", year=day.year))


# ── what becomes of the slots ───────────────────────────────────────────────


def ask(
    page: Page, form: TermForm | DayForm, change: Callable[[], tuple[Any, ...]], message: str, *,
    by_now: Callable[[], dict[str, Any]] | None = None, **shown: Any,
) -> Any:  # fmt: skip
    """Show a form, or make the change that it asks for: one of `terms.changes` and what it is given. `by_now`: the
    fields as they are by now, where somebody else may have changed them meanwhile."""
    shown = {"form": form, "changed": None, **shown}
    if not form.is_submitted():
        return render_template(page.template, **shown)
    if not form.validate():
        return invalid(page.template, **shown)
    try:
        verb, *arguments = change()
        year = arguments[0].year if page is DAY else None
        return answer(Change(verb, tuple(arguments)), message, url_for("terms.calendar", year=year))
    except ChangedMeanwhile:
        if by_now is None:
            raise
        present = by_now()
        form.fingerprint.data = present["fingerprint"]
        return invalid(page.template, **shown | {"changed": differences(form, present)})
    except Refusal as refusal:
        refuse(form, page.fields.get(refusal.key, page.other), refusal)
        return invalid(page.template, **shown)


def answer(change: Change, message: str, address: str) -> Any:
    """Make a change that touches no slot at once. Else ask what becomes of the slots, show it, and do it as shown."""
    now, zone = clock.now(), clock.zone()
    shown = service.look(current_user.id, change, Decision(), zone, now)
    if not shown.kept and change.verb:
        return _done(change, Decision(), "", message, address)
    form = DecisionForm(is_one_day=_is_one_day(shown), to=_usual_target(shown))
    page: dict[str, Any] = {
        "form": form, "shown": shown, "activities": by_activity(shown.kept), "people": people_on(shown.kept),
        "back": address, "is_change": change.verb is not None,
        "kept": [pair for pair in request.form.items(multi=True) if pair[0] not in OF_DECISION],
    }  # fmt: skip
    if "fate" not in request.form:
        return render_template("rescheduling/decide.html", **page)
    if not form.validate():
        return invalid("rescheduling/decide.html", **page)
    decision = form.decision()
    try:
        if decision.fate is Fate.KEEP or form.digest.data:
            return _done(change, decision, form.digest.data or "", message, address)
        return _confirmation(page, service.look(current_user.id, change, decision, zone, now))
    except PlanChanged as changed:
        outcome = service.look(current_user.id, change, decision, zone, now)
        return _confirmation(page | {"changed": changed}, outcome), 409
    except ChangedMeanwhile:
        raise
    except Refusal as refusal:
        refuse(form, "to", refusal)
        return invalid("rescheduling/decide.html", **page)


def _confirmation(page: dict[str, Any], outcome: Outcome) -> str:
    decision: Decision = page["form"].decision()
    return render_template(
        "rescheduling/confirm.html", **page | {
            "outcome": outcome, "decision": decision, "activities": by_activity(outcome.changed),
            "people": people_on(outcome.changed), "title": TITLES[decision.fate](len(outcome.changed)),
        },
    )  # fmt: skip


def _done(change: Change, decision: Decision, digest: str, message: str, address: str) -> Any:
    """The answer to a change that was made."""
    told, outcome = service.carry_out(current_user.id, change, decision, digest, clock.zone(), clock.now())
    said = [message, *_said_of_year(change, told), *_said_of_slots(outcome)]
    return done(" ".join(filter(None, said)), address)


def _said_of_year(change: Change, changed: Any) -> list[str]:
    if change.verb is not changes.fill_days:
        return []
    said = [ngettext("%(num)s day changed.", "%(num)s days changed.", changed)]
    if queries.is_unconfirmed(change.arguments[0]):
        said.append(_("The notice for this year is not known yet: only the feast days are entered, unconfirmed."))
    return said


def _said_of_slots(outcome: Outcome) -> list[str]:
    said = []
    if outcome.cancelled:
        said.append(ngettext("%(num)s slot is cancelled.", "%(num)s slots are cancelled.", len(outcome.cancelled)))
    if outcome.moved:
        said.append(ngettext("%(num)s slot is moved.", "%(num)s slots are moved.", len(outcome.moved)))
    if outcome.changed:
        said.append(ngettext("%(num)s person is told.", "%(num)s people are told.", people_on(outcome.changed)))
    left = len(outcome.kept) + len(outcome.staying)
    if left:
        said.append(ngettext("%(num)s slot stays as it is.", "%(num)s slots stay as they are.", left))
    return said


def _is_one_day(shown: Outcome) -> bool:
    return len({clock.local_day(slot.offer.starts_at) for slot in shown.kept}) == 1


def _usual_target(shown: Outcome) -> date | None:
    """The workday that takes over the timetable of the day that the slots are on."""
    if not _is_one_day(shown):
        return None
    return stands_in(clock.local_day(shown.kept[0].offer.starts_at), rescheduled.calendar().specials)

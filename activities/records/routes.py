"""Marking who came, and looking records up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Flask, flash, render_template, request, url_for
from flask_login import current_user

from activities.duties import queries as duties
from activities.duties.kinds import EVIDENCE_NAMES, LEDGER_NAMES, Ledger
from activities.duties.models import Slot
from activities.kit import clock
from activities.kit.access import access
from activities.kit.asked import read_moment
from activities.kit.i18n import gettext as _
from activities.kit.i18n import ngettext
from activities.kit.roles import Permission
from activities.kit.web import asked_page, done, invalid
from activities.leaves import queries as leaves
from activities.records import (
    aftermath,  # noqa: F401 - it declares what becomes of records
    checking_routes,
    countersign_routes,
    desk_routes,
    excuses,  # noqa: F401 - it declares its job
    extending,
    extending_routes,
    joining,  # noqa: F401 - it sees to what was vouched for
    oddities_routes,
    posting_routes,
    queries,
    reminders,  # noqa: F401 - it declares its job
    rules,
    rules_evidence,
    rules_odd,
    rules_states,
    service,
    sheets,
    ticks_routes,
)
from activities.records.forms import AttendanceForm
from activities.terms import queries as terms

records = Blueprint("records", __name__)
desk_routes.add_to(records)
countersign_routes.add_to(records)
checking_routes.add_to(records)
ticks_routes.add_to(records)
posting_routes.add_to(records)
extending_routes.add_to(records)
oddities_routes.add_to(records)


SAID_ON_THE_PAGE = (
    rules.ReasonMissing, rules.NobodyByNumber, rules.AlreadyOnList, rules.OwnRecord, rules.NothingToUndo,
    rules_evidence.LateReasonMissing, rules_states.LeaveWasGiven,
)  # fmt: skip


def init_app(app: Flask) -> None:
    app.register_blueprint(records)
    app.jinja_env.globals.update(
        attendance_names=rules.ATTENDANCE_NAMES,
        ledger_names=LEDGER_NAMES,
        evidence_names=EVIDENCE_NAMES,
        odd_names=rules_odd.ODD_NAMES,
    )


@records.get("/slots/<public_id>/attendance")
@access(Permission.ORGANIZE)
def attendance(public_id: str) -> Any:
    slot = duties.slot_to_organize(current_user, public_id)
    return render_template("records/attendance.html", **_page(slot, _form(slot)))


@records.post("/slots/<public_id>/attendance")
@access(Permission.ORGANIZE)
def attendance_post(public_id: str) -> Any:
    slot = duties.slot_to_organize(current_user, public_id)
    form = _form(slot, request.form)
    if "fill" in request.form:
        form.fill_rest()
        return render_template("records/attendance.html", **_page(slot, form), filled=True)
    if form.errors and "undo" not in request.form:
        return invalid("records/attendance.html", **_page(slot, form))
    try:
        if "undo" in request.form:
            return _undo(slot)
        saved = service.record_attendance(
            current_user.id, slot.id, form.marks, clock.now(), reason=form.reason, walk_in=form.walk_in
        )
    except SAID_ON_THE_PAGE as refusal:
        slot = duties.slot_to_organize(current_user, public_id)
        form = _form(slot, request.form)
        form.refuse(refusal)
        return invalid("records/attendance.html", **_page(slot, form))
    return done(_said(saved), url_for(".attendance", public_id=public_id))


def _undo(slot: Slot) -> Any:
    """Take a save back. What has been marked since stays on the page."""
    moment = read_moment(request.form["undo"])
    if moment is None:
        raise rules.NothingToUndo
    count = service.undo(current_user.id, slot.id, moment, clock.now())
    message = ngettext("%(num)s mark is taken back.", "%(num)s marks are taken back.", count)
    form = _form(slot, request.form)
    if not (form.marks or form.walk_in):
        return done(message, url_for(".attendance", public_id=slot.public_id))
    flash(message)
    return render_template("records/attendance.html", **_page(slot, form))


@records.get("/records")
@access(Permission.TAKE_PART)
def mine() -> Any:
    years = queries.years(current_user.id)
    year = request.args.get("year", type=int)
    year = year if year in years else None
    ledger = next((ledger for ledger in Ledger if ledger == request.args.get("ledger")), None)
    page = asked_page()
    rows = queries.history(
        current_user.id, year=year, ledger=ledger, limit=queries.PAGE + 1, offset=(page - 1) * queries.PAGE
    )
    return render_template(
        "records/mine.html", granted=leaves.granted_to(current_user.id),
        rows=rows[: queries.PAGE], more=len(rows) > queries.PAGE, page=page,
        years=years, year=year, ledger=ledger, totals=queries.totals(current_user.id, year),
    )  # fmt: skip


@records.get("/records/<public_id>")
@access(Permission.TAKE_PART)
def trail(public_id: str) -> Any:
    record = queries.record_for(current_user, public_id)
    return render_template("records/trail.html", record=record, entries=queries.trail(record))


def _form(slot: Slot, typed: Mapping[str, str] | None = None) -> AttendanceForm:
    return AttendanceForm(sheets.sheet(slot.id), slot.counted_minutes, current_user.id, typed)


def _page(slot: Slot, form: AttendanceForm) -> dict[str, Any]:
    """`choices` are each attendance's value, word and short sign."""
    defers = slot.post.activity.kind.has_timed_arrival
    choices = [
        (str(key), _(rules.ATTENDANCE_NAMES[key]), _(rules.ATTENDANCE_SIGNS[key]))
        for key in rules.choices(defers=defers)
    ]
    now = clock.now()
    refusal = rules.why_not_open(sheets.session(slot), now)
    due = service.due_day(slot) if slot.ends_at <= now and form.left else None
    undo = sheets.last_save(slot.id, current_user.id, now)
    return {
        "slot": slot,
        "form": form,
        "choices": choices,
        "refusal": refusal,
        "undo": undo,
        "extended": extending.why_extended(slot),
        "is_over": slot.ends_at <= now,
        "due": due,
        "left": (due - clock.local_day(now)).days if due else 0,
        "unconfirmed": terms.unconfirmed_years(clock.local_day(slot.ends_at), due) if due else [],
    }


def _said(saved: service.Saved) -> str:
    parts = []
    if saved.recorded:
        parts.append(ngettext("%(num)s person recorded.", "%(num)s people recorded.", saved.recorded))
    if saved.corrected:
        parts.append(ngettext("%(num)s record corrected.", "%(num)s records corrected.", saved.corrected))
    if saved.shortened:
        names = ", ".join(saved.shortened)
        parts.append(_("Less counts for %(names)s: the rest of that time is in another record.", names=names))
    return " ".join(parts) or _("There was nothing new to save.")

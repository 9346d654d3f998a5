"""A volunteer's record in five blocks: one's own, those one keeps, and entering what stands in them."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, Flask, redirect, render_template, request, url_for
from flask_login import current_user

from activities.dossiers import queries, routes_import, rules, service
from activities.dossiers.forms import CorrectionForm, EntryForm, NumberForm
from activities.dossiers.models import Entry
from activities.dossiers.rules import SHAPES, Block
from activities.duties.kinds import Ledger
from activities.kit import clock
from activities.kit.access import access
from activities.kit.fields import refuse
from activities.kit.i18n import gettext as _
from activities.kit.refusal import Refusal
from activities.kit.roles import Permission
from activities.kit.web import done, invalid
from activities.people.models import Member
from activities.people.queries import person_by_number
from activities.people.rules import STAGE_NAMES, STANDING_NAMES
from activities.people.users import Viewer
from activities.records import queries as records
from activities.trainings import queries as trainings

BLOCK = "<any(training, commendation, appraisal):block>"
# Beside which field a refusal stands.
FIELDS: dict[type[Refusal], str] = {rules.DayToCome: "day", rules.EnteredAlready: "title", rules.OwnEntry: "title"}

dossiers = Blueprint("dossiers", __name__)
routes_import.add_to(dossiers)


def init_app(app: Flask) -> None:
    app.register_blueprint(dossiers)


@dossiers.context_processor
def names() -> dict[str, Any]:
    return {"shapes": SHAPES, "stage_names": STAGE_NAMES, "standing_names": STANDING_NAMES}


@dossiers.get("/record")
@access(Permission.TAKE_PART)
def mine() -> Any:
    return render_template("dossiers/mine.html", **_record(current_user))


@dossiers.get("/record/people")
@access(Permission.KEEP_RECORDS)
def people() -> Any:
    """Whose record, by number, and what was entered last."""
    form = NumberForm(request.args)
    page = {"form": form, "latest": queries.latest(current_user)}
    if "number" not in request.args:
        return render_template("dossiers/people.html", **page)
    if not form.validate():
        return invalid("dossiers/people.html", **page)
    found = person_by_number(current_user, Permission.KEEP_RECORDS, form.number.data or "")
    if found is None:
        form.number.errors = [_("Nobody with this number is in your units.")]
        return invalid("dossiers/people.html", **page)
    return redirect(url_for(".person", public_id=found.public_id))


@dossiers.get("/record/people/<public_id>")
@access(Permission.KEEP_RECORDS)
def person(public_id: str) -> Any:
    return render_template("dossiers/person.html", **_record(queries.person(current_user, public_id)))


@dossiers.route(f"/record/people/<public_id>/{BLOCK}", methods=("GET", "POST"))
@access(Permission.KEEP_RECORDS)
def enter(public_id: str, block: str) -> Any:
    member, form, which = queries.person(current_user, public_id), EntryForm(Block(block)), Block(block)
    page = {"member": member, "form": form, "block": which}
    if not form.is_submitted():
        return render_template("dossiers/enter.html", **page)
    if not form.validate():
        return invalid("dossiers/enter.html", **page)
    try:
        service.enter(current_user.id, member.id, which, form.said(), clock.now())
    except tuple(FIELDS) as refusal:
        refuse(form, FIELDS[type(refusal)], refusal)
        return invalid("dossiers/enter.html", **page)
    return done(_("Entered; the person is told."), url_for(".person", public_id=public_id))


@dossiers.route("/record/entries/<public_id>", methods=("GET", "POST"))
@access(Permission.KEEP_RECORDS)
def entry(public_id: str) -> Any:
    """An entry with its history, to correct or to take back."""
    found = queries.entry_to_keep(current_user, public_id)
    form = CorrectionForm(found.block, found.said)
    if not form.is_submitted():
        return render_template("dossiers/entry.html", **_entry(found, form))
    is_void, reason = "withdraw" in request.form, form.reason.data or ""
    if not (form.is_reason_given() if is_void else form.validate()):
        return invalid("dossiers/entry.html", **_entry(found, form))
    back = url_for(".person", public_id=found.member.public_id)
    try:
        if is_void:
            service.withdraw(current_user.id, found.id, reason, clock.now())
            return done(_("Taken back; the person is told."), back)
        service.correct(current_user.id, found.id, form.said(), reason, clock.now())
    except tuple(FIELDS) as refusal:
        refuse(form, FIELDS[type(refusal)], refusal)
        return invalid("dossiers/entry.html", **_entry(found, form))
    return done(_("Corrected; the person is told."), back)


def _entry(found: Entry, form: CorrectionForm) -> dict[str, Any]:
    holds = not (found.is_void or queries.replaced(found.id))
    return {"entry": found, "member": found.member, "form": form, "history": queries.history(found), "holds": holds}


def _record(member: Viewer | Member) -> dict[str, Any]:
    """All five blocks. The service is what the records of the volunteer ledger say, and no other's."""
    return {
        "member": member, "entries": queries.entries(member.id), "passes": trainings.passed_by(member.id),
        "service": records.content(member.id, Ledger.SERVICE, date.min, date.max),
        "minutes": records.totals(member.id)[Ledger.SERVICE].minutes,
        "today": clock.local_day(clock.now()),
    }  # fmt: skip

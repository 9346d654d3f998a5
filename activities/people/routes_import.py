"""Importing a roster: choose a file, look at what it would do, confirm."""

from __future__ import annotations

from typing import Any

from flask import Response, redirect, render_template, request, url_for
from flask_login import current_user

from activities.kit import clock
from activities.kit.access import access
from activities.kit.i18n import gettext as _
from activities.kit.i18n import say_fully
from activities.kit.refusal import Refusal
from activities.kit.roles import Permission
from activities.kit.web import XLSX, done, invalid
from activities.people import roster, roster_files
from activities.people.blueprint import people
from activities.people.import_forms import RosterForm
from activities.people.limits import person, requests
from activities.people.roster_words import LABELS, REQUIRED, STAGES, STANDINGS

# What a page shows of a long list; the rest is counted, and complete in the preview's spreadsheet.
SHOWN = 100


@people.get("/people/import")
@access(Permission.MANAGE_PEOPLE)
def import_roster() -> Any:
    return render_template("people/import.html", form=RosterForm(), **_help())


@people.post("/people/import")
@access(Permission.MANAGE_PEOPLE)
@requests(person, "30 per hour")  # to read a file takes its time
def import_upload() -> Any:
    form = RosterForm()
    if not form.validate():
        return invalid("people/import.html", form=form, **_help())
    file = form.file.data
    try:
        public_id = roster.keep_upload(current_user.id, file.read(), file.filename, clock.now())
    except Refusal as refusal:
        form.file.errors = [say_fully(refusal)]
        return invalid("people/import.html", form=form, **_help())
    return redirect(url_for("people.import_preview", public_id=public_id), 303)


def _help() -> dict[str, Any]:
    return {
        "labels": LABELS, "required": REQUIRED, "stages": tuple(STAGES.values()),
        "standings": tuple(STANDINGS.values()), "units": roster.own_units(current_user.id),
    }  # fmt: skip


@people.get("/people/import/template.xlsx")
@access(Permission.MANAGE_PEOPLE)
def import_template() -> Response:
    return _spreadsheet(roster_files.template(roster.own_units(current_user.id)), "roster.xlsx")


@people.get("/people/import/<public_id>")
@access(Permission.MANAGE_PEOPLE)
def import_preview(public_id: str) -> Any:
    upload = roster.kept_upload(current_user.id, public_id, clock.now())
    plan = roster.plan_import(roster.read_roster(upload.content, upload.name), current_user.id)
    return render_template(
        "people/import_preview.html", upload=upload, plan=plan, shown=SHOWN, label=roster_files.label,
        value=roster_files.shown, until=upload.created_at + roster.KEPT,
    )  # fmt: skip


@people.get("/people/import/<public_id>/preview.xlsx")
@access(Permission.MANAGE_PEOPLE)
def import_report(public_id: str) -> Response:
    upload = roster.kept_upload(current_user.id, public_id, clock.now())
    plan = roster.plan_import(roster.read_roster(upload.content, upload.name), current_user.id)
    return _spreadsheet(roster_files.report(plan), "preview.xlsx")


@people.post("/people/import/<public_id>/confirm")
@access(Permission.MANAGE_PEOPLE)
def import_confirm(public_id: str) -> Any:
    now = clock.now()
    upload = roster.kept_upload(current_user.id, public_id, now)
    fingerprint = request.form.get("fingerprint", "")
    table = roster.read_roster(upload.content, upload.name)
    plan = roster.import_roster(table, upload.name, current_user.id, fingerprint, now, upload_id=upload.id)
    message = _(
        "Imported: %(new)s new, %(changed)s changed, %(unchanged)s as they were.",
        new=len(plan.new), changed=len(plan.changed), unchanged=plan.unchanged,
    )  # fmt: skip
    return done(message, url_for("people.roster"))


def _spreadsheet(content: bytes, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, mimetype=XLSX, headers=headers)


@people.errorhandler(roster.UploadGone)
def _gone(_: roster.UploadGone) -> tuple[str, int]:
    return render_template("people/import_gone.html"), 404

"""Importing grades of years before: choose a file, look at what it would do, confirm; take it back."""

from __future__ import annotations

import io
from typing import Any

import xlsxwriter
from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask_login import current_user

from activities.cycles import importing, past_queries
from activities.cycles.forms_past import PastForm
from activities.cycles.rules_past import ALL, NAMES
from activities.kit import clock
from activities.kit.access import access
from activities.kit.i18n import gettext as _
from activities.kit.i18n import ngettext, say_fully, say_value
from activities.kit.refusal import Refusal
from activities.kit.roles import Permission
from activities.kit.web import XLSX, done, invalid
from activities.people.limits import person, requests
from activities.people.uploads import KEPT, UploadGone

# What the page shows of a long list; the rest is counted.
SHOWN = 200


def add_to(blueprint: Blueprint) -> None:
    """Let these pages be reached."""
    blueprint.route("/cycles/past", methods=("GET", "POST"))(past)
    blueprint.get("/cycles/past/template.xlsx")(past_template)
    blueprint.get("/cycles/past/files/<public_id>")(past_preview)
    blueprint.post("/cycles/past/files/<public_id>")(past_confirm)
    blueprint.post("/cycles/past/imports/<public_id>/take-back")(past_take_back)
    blueprint.register_error_handler(UploadGone, _gone)


@access(Permission.HOLD_REVIEW)
@requests(person, "60 per hour")  # to read a file takes its time
def past() -> Any:
    form = PastForm()
    page = {
        "form": form,
        "batches": past_queries.batches(current_user),
        "columns": _(", ").join(say_value(NAMES[key]) for key in ALL),
    }
    if not form.is_submitted():
        return render_template("cycles/past.html", **page)
    if not form.validate():
        return invalid("cycles/past.html", **page)
    file = form.file.data
    try:
        public_id = importing.keep(current_user.id, file.read(), file.filename, clock.now())
    except Refusal as refusal:
        form.file.errors = [say_fully(refusal)]
        return invalid("cycles/past.html", **page)
    return redirect(url_for(".past_preview", public_id=public_id), 303)


@access(Permission.HOLD_REVIEW)
def past_template() -> Response:
    """Headings only; numbers are text."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        sheet, text, head = book.add_worksheet(), book.add_format({"num_format": "@"}), book.add_format({"bold": True})
        for column, key in enumerate(ALL):
            sheet.write_string(0, column, str(say_value(NAMES[key])), head)
            sheet.set_column(column, column, 22, text)
        sheet.freeze_panes(1, 0)
    headers = {"Content-Disposition": 'attachment; filename="grades.xlsx"'}
    return Response(buffer.getvalue(), mimetype=XLSX, headers=headers)


@access(Permission.HOLD_REVIEW)
def past_preview(public_id: str) -> Any:
    now = clock.now()
    upload = importing.kept(current_user.id, public_id, now)
    plan = importing.plan(current_user.id, upload.content, upload.name, now)
    return render_template(
        "cycles/past_preview.html", upload=upload, plan=plan, names=NAMES, shown=SHOWN, until=upload.created_at + KEPT
    )


@access(Permission.HOLD_REVIEW)
def past_confirm(public_id: str) -> Any:
    now = clock.now()
    upload = importing.kept(current_user.id, public_id, now)
    fingerprint = request.form.get("fingerprint", "")
    count = importing.confirm(current_user.id, upload.id, upload.content, upload.name, fingerprint, now)
    said = ngettext("%(num)s grade is imported.", "%(num)s grades are imported.", count)
    return done(said, url_for(".past"))


@access(Permission.HOLD_REVIEW)
def past_take_back(public_id: str) -> Any:
    batch = past_queries.batch_of(current_user, public_id)
    count = importing.take_back(current_user.id, batch.id, clock.now())
    said = ngettext("%(num)s grade is taken back.", "%(num)s grades are taken back.", count)
    return done(said, url_for(".past"))


def _gone(_gone_upload: UploadGone) -> tuple[str, int]:
    return render_template("cycles/past_gone.html"), 404

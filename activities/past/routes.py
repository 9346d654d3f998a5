"""Importing grades of years before: choose a file, look at what it would do, confirm; take it back."""

from __future__ import annotations

import io
from typing import Any

import xlsxwriter
from flask import Blueprint, Flask, Response, redirect, render_template, request, url_for
from flask_login import current_user

from activities.kit import clock
from activities.kit.access import access
from activities.kit.i18n import gettext as _
from activities.kit.i18n import ngettext, say_fully, say_value
from activities.kit.refusal import Refusal
from activities.kit.roles import Permission
from activities.kit.web import XLSX, done, invalid
from activities.past import queries, service
from activities.past.forms import PastForm
from activities.past.rules import ALL, NAMES
from activities.people.limits import person, requests
from activities.people.uploads import KEPT, UploadGone

past = Blueprint("past", __name__)

# What the page shows of a long list; the rest is counted.
SHOWN = 200


def init_app(app: Flask) -> None:
    app.register_blueprint(past)


@past.route("/cycles/past", methods=("GET", "POST"))
@access(Permission.HOLD_REVIEW)
@requests(person, "60 per hour")  # to read a file takes its time
def start() -> Any:
    form = PastForm()
    page = {
        "form": form,
        "batches": queries.batches(current_user),
        "columns": _(", ").join(say_value(NAMES[key]) for key in ALL),
    }
    if not form.is_submitted():
        return render_template("past/start.html", **page)
    if not form.validate():
        return invalid("past/start.html", **page)
    file = form.file.data
    try:
        public_id = service.keep(current_user.id, file.read(), file.filename, clock.now())
    except Refusal as refusal:
        form.file.errors = [say_fully(refusal)]
        return invalid("past/start.html", **page)
    return redirect(url_for(".preview", public_id=public_id), 303)


@past.get("/cycles/past/template.xlsx")
@access(Permission.HOLD_REVIEW)
def template() -> Response:
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


@past.get("/cycles/past/files/<public_id>")
@access(Permission.HOLD_REVIEW)
def preview(public_id: str) -> Any:
    now = clock.now()
    upload = service.kept(current_user.id, public_id, now)
    plan = service.plan(current_user.id, upload.content, upload.name, now)
    return render_template(
        "past/preview.html", upload=upload, plan=plan, names=NAMES, shown=SHOWN, until=upload.created_at + KEPT
    )


@past.post("/cycles/past/files/<public_id>")
@access(Permission.HOLD_REVIEW)
def confirm(public_id: str) -> Any:
    now = clock.now()
    upload = service.kept(current_user.id, public_id, now)
    fingerprint = request.form.get("fingerprint", "")
    count = service.confirm(current_user.id, upload.id, upload.content, upload.name, fingerprint, now)
    said = ngettext("%(num)s grade is imported.", "%(num)s grades are imported.", count)
    return done(said, url_for(".start"))


@past.post("/cycles/past/imports/<public_id>/take-back")
@access(Permission.HOLD_REVIEW)
def take_back(public_id: str) -> Any:
    batch = queries.batch_of(current_user, public_id)
    count = service.take_back(current_user.id, batch.id, clock.now())
    said = ngettext("%(num)s grade is taken back.", "%(num)s grades are taken back.", count)
    return done(said, url_for(".start"))


@past.errorhandler(UploadGone)
def _gone(_gone_upload: UploadGone) -> tuple[str, int]:
    return render_template("past/gone.html"), 404

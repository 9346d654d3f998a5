"""Importing trainings, commendations and appraisals: choose a file, look at what it would do, confirm."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask_login import current_user

from activities.dossiers import files, importing
from activities.dossiers.forms import ImportForm
from activities.dossiers.rules import SHAPES, Block
from activities.kit import clock
from activities.kit.access import access
from activities.kit.i18n import ngettext, say_fully
from activities.kit.refusal import Refusal
from activities.kit.roles import Permission
from activities.kit.web import XLSX, done, invalid
from activities.people.limits import person, requests
from activities.people.uploads import KEPT, UploadGone

BLOCK = "<any(training, commendation, appraisal):block>"
# What the page shows of a long list; the rest is counted.
SHOWN = 200


def add_to(dossiers: Blueprint) -> None:
    dossiers.add_url_rule("/record/import", view_func=import_file, methods=("GET", "POST"))
    dossiers.add_url_rule(f"/record/import/{BLOCK}.xlsx", view_func=template)
    dossiers.add_url_rule(f"/record/import/{BLOCK}/<public_id>", view_func=preview)
    dossiers.add_url_rule(f"/record/import/{BLOCK}/<public_id>", view_func=confirm, methods=("POST",))
    dossiers.register_error_handler(UploadGone, _gone)


@access(Permission.KEEP_RECORDS)
@requests(person, "60 per hour")  # to read a file takes its time
def import_file() -> Any:
    form = ImportForm()
    if not form.is_submitted():
        return render_template("dossiers/import.html", form=form)
    if not form.validate():
        return invalid("dossiers/import.html", form=form)
    block, file = Block(form.block.data), form.file.data
    try:
        public_id = importing.keep(current_user.id, block, file.read(), file.filename, clock.now())
    except Refusal as refusal:
        form.file.errors = [say_fully(refusal)]
        return invalid("dossiers/import.html", form=form)
    return redirect(url_for(".preview", block=block.value, public_id=public_id), 303)


@access(Permission.KEEP_RECORDS)
def template(block: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{block}.xlsx"'}
    return Response(files.template(Block(block)), mimetype=XLSX, headers=headers)


@access(Permission.KEEP_RECORDS)
def preview(block: str, public_id: str) -> Any:
    now, which = clock.now(), Block(block)
    upload = importing.kept(current_user.id, which, public_id, now)
    plan = importing.plan(current_user.id, which, upload.content, upload.name, now)
    return render_template(
        "dossiers/import_preview.html", upload=upload, plan=plan, parts=SHAPES[which].parts, shown=SHOWN,
        until=upload.created_at + KEPT,
    )  # fmt: skip


@access(Permission.KEEP_RECORDS)
def confirm(block: str, public_id: str) -> Any:
    now, which = clock.now(), Block(block)
    upload = importing.kept(current_user.id, which, public_id, now)
    fingerprint = request.form.get("fingerprint", "")
    count = importing.confirm(current_user.id, which, upload.id, upload.content, upload.name, fingerprint, now)
    return done(ngettext("%(num)s entry is imported.", "%(num)s entries are imported.", count), url_for(".people"))


def _gone(_: UploadGone) -> tuple[str, int]:
    return render_template("dossiers/import_gone.html"), 404

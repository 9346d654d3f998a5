"""Importing hours: choose a file, say what its columns hold, look at what would be recorded, confirm; take it back."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from flask import Blueprint, Flask, redirect, render_template, request, url_for
from flask_login import current_user

from activities.duties.kinds import KINDS, kind_of
from activities.kit import clock
from activities.kit.access import access
from activities.kit.i18n import ngettext, say_refusal
from activities.kit.refusal import Refusal
from activities.kit.roles import Permission
from activities.kit.web import done, invalid
from activities.people import queries as people
from activities.people.limits import person, requests
from activities.transfers import queries, routes_export, rules, rules_columns, rules_refusals, service
from activities.transfers.forms import NONE, ColumnsForm, HoursForm
from activities.transfers.models import HoursUpload
from activities.transfers.rules_cells import Field, guess

transfers = Blueprint("transfers", __name__)
routes_export.add_to(transfers)
BATCHES = 20
# What a page shows of a long list; the rest is counted.
SHOWN = 100


def init_app(app: Flask) -> None:
    app.register_blueprint(transfers)


@transfers.get("/hours/imports")
@access(Permission.IMPORT_HOURS)
def start() -> Any:
    return render_template("transfers/start.html", **_start(_form()))


@transfers.post("/hours/imports")
@access(Permission.IMPORT_HOURS)
@requests(person, "30 per hour")  # to read a file takes its time
def upload() -> Any:
    form = _form()
    if not form.validate():
        return invalid("transfers/start.html", **_start(form))
    file = form.file.data
    try:
        public_id = service.keep(current_user.id, form.unit_id, file.read(), file.filename, clock.now())
    except Refusal as refusal:
        form.file.errors = [say_refusal(refusal)]
        return invalid("transfers/start.html", **_start(form))
    return redirect(url_for(".preview", public_id=public_id), 303)


def _form() -> HoursForm:
    return HoursForm(people.units_for(current_user, Permission.IMPORT_HOURS))


def _start(form: HoursForm) -> dict[str, Any]:
    return {"form": form, "batches": queries.batches(current_user, BATCHES)}


@transfers.route("/hours/imports/<public_id>", methods=("GET", "POST"))
@access(Permission.IMPORT_HOURS)
@requests(person, "120 per hour")
def preview(public_id: str) -> Any:
    now = clock.now()
    kept = queries.kept_upload(current_user.id, public_id, now)
    table = service.read(kept.content, kept.name)
    form = ColumnsForm(request.form or None, table, _usual(kept, table))
    page: dict[str, Any] = {
        "upload": kept, "form": form, "plan": None, "changed": None, "until": kept.created_at + queries.KEPT,
        "shown": SHOWN, "earlier": queries.earlier(current_user, sha256(kept.content).hexdigest()),
    }  # fmt: skip
    if form.is_submitted() and not form.validate():
        return invalid("transfers/preview.html", **page)
    if refusal := rules_columns.why_not_columns(form.columns):
        form.kind.errors = [*form.kind.errors, say_refusal(refusal)]
        return render_template("transfers/preview.html", **page), 422 if form.is_submitted() else 200
    code = 200
    if form.is_submitted() and "look" not in request.form:
        try:
            return _confirm(public_id, form)
        except rules_refusals.NotAsShown as refusal:
            page["changed"], code = refusal, 409
        except (rules_refusals.HasBadRows, rules_refusals.NothingNew) as refusal:
            form.without_bad.errors, code = [say_refusal(refusal)], 422
    ledger = kind_of(form.kind.data).ledger
    page["plan"] = service.look(current_user, table, form.columns, ledger, clock.zone(), now)
    return render_template("transfers/preview.html", **page), code


def _usual(kept: HoursUpload, table: rules.Table) -> dict[str, str]:
    """How files of this shape were read last, else what their headings say."""
    if known := queries.mapping(kept.unit_id, table.shape):
        columns, kind = known.columns, known.kind_key
    else:
        columns, kind = {str(name): column for name, column in guess(table.heading).items()}, next(iter(KINDS))
        kind = "practice_team" if "practice_team" in KINDS else kind
    return {"kind": kind, **{name.value: str(columns.get(name.value, NONE)) for name in Field}}


def _confirm(public_id: str, form: ColumnsForm) -> Any:
    count = service.confirm(
        current_user.id, public_id, form.columns, form.kind.data, request.form.get("digest", ""), clock.zone(),
        clock.now(), leaves_out_bad=bool(form.without_bad.data),
    )  # fmt: skip
    message = ngettext(
        "%(num)s record is imported. It waits for a second person.",
        "%(num)s records are imported. They wait for a second person.", count,
    )  # fmt: skip
    return done(message, url_for(".start"))


@transfers.post("/hours/imports/<public_id>/undo")
@access(Permission.IMPORT_HOURS)
def undo(public_id: str) -> Any:
    batch = queries.import_for(current_user, public_id)
    count = service.undo(current_user.id, batch.id, clock.now())
    message = ngettext("%(num)s record is taken back.", "%(num)s records are taken back.", count)
    return done(message, url_for(".start"))


@transfers.errorhandler(queries.UploadGone)
def _gone(_: queries.UploadGone) -> tuple[str, int]:
    return render_template("transfers/gone.html"), 404

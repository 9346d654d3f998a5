"""Importing a calendar: choose a file, look at what it would make, confirm; and take it back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from flask import Blueprint, Flask, redirect, render_template, request, url_for
from flask_login import current_user

from activities.duties import board
from activities.duties.models import Activity, Post
from activities.duties.queries import activity_to_organize
from activities.duties.rules import PlanChanged
from activities.imports import queries, reading, service
from activities.imports.forms import CalendarForm, ImportForm
from activities.imports.rules import Why
from activities.kit import clock
from activities.kit.access import access
from activities.kit.fields import refuse
from activities.kit.i18n import ngettext, say_fully
from activities.kit.refusal import N_, Refusal
from activities.kit.roles import Permission
from activities.kit.web import done, invalid
from activities.people.limits import person, requests
from activities.terms import queries as terms

imports = Blueprint("imports", __name__)
WHY = {
    Why.PAST: N_("already over"),
    Why.IMPORTED: N_("already imported"),
    Why.EXISTS: N_("the post has a slot that starts then"),
    Why.TWICE: N_("another event makes a slot of this post then"),
}
# Of which field a refusal speaks; every other one speaks of the events.
FIELDS = {"HasBadEvents": "without_bad", "TooManyVisitors": "capacity", "TooManyGroups": "post"}
BATCHES = 20
SHOWN_TIMES = 3
ONE_DAY = timedelta(days=1)


def init_app(app: Flask) -> None:
    app.register_blueprint(imports)


@imports.get("/organize/activities/<public_id>/import")
@access(Permission.ORGANIZE)
def start(public_id: str) -> Any:
    activity = activity_to_organize(current_user, public_id)
    return render_template("imports/start.html", **_start(activity, CalendarForm(formdata=None)))


@imports.post("/organize/activities/<public_id>/import")
@access(Permission.ORGANIZE)
@requests(person, "30 per hour")  # to read a file takes its time
def upload(public_id: str) -> Any:
    activity = activity_to_organize(current_user, public_id)
    form = CalendarForm()
    if not form.validate():
        return invalid("imports/start.html", **_start(activity, form))
    file = form.file.data
    try:
        kept = service.bring(current_user.id, activity.id, file.read(), file.filename, clock.zone(), clock.now())
    except Refusal as refusal:
        form.file.errors = [say_fully(refusal)]
        return invalid("imports/start.html", **_start(activity, form))
    return redirect(url_for(".preview", public_id=public_id, upload_id=kept), 303)


def _start(activity: Activity, form: CalendarForm) -> dict[str, Any]:
    return {
        "activity": activity, "form": form, "posts": board.posts(activity),
        "batches": queries.batches(activity.id, BATCHES),
    }  # fmt: skip


@imports.route("/organize/activities/<public_id>/import/<upload_id>", methods=("GET", "POST"))
@access(Permission.ORGANIZE)
def preview(public_id: str, upload_id: str) -> Any:
    activity = activity_to_organize(current_user, public_id)
    upload = queries.kept_upload(current_user.id, activity.id, upload_id, clock.now())
    found = reading.restored(upload.found)
    posts = board.posts(activity)
    if not posts:
        return redirect(url_for(".start", public_id=public_id), 303)
    form = ImportForm(request.form or None, posts, len(found.events))
    page = {
        "activity": activity, "posts": posts, "form": form, "found": found, "upload": upload, "changed": None,
        "last": clock.local_day(found.until) - ONE_DAY, "until": upload.created_at + queries.KEPT, "why": WHY,
        "shown_times": SHOWN_TIMES,
    }  # fmt: skip
    is_confirmed = request.method == "POST" and "look" not in request.form
    code = 200
    if form.is_submitted() and not form.validate():
        code, is_confirmed = 422, False
    try:
        if is_confirmed:
            return _confirm(activity, upload_id, form)
    except PlanChanged as refusal:
        page["changed"], code = refusal, 409
    except Refusal as refusal:
        refuse(form, FIELDS.get(refusal.key, "events"), refusal)
        code = 422
    return _shown(activity, page, form, posts, code)


def _shown(activity: Activity, page: dict[str, Any], form: ImportForm, posts: Sequence[Post], code: int) -> Any:
    """The preview of what is asked for, or where that is no valid wish of what is usual."""
    found = page["found"]
    asked = ImportForm(None, posts, len(found.events)) if form.post.errors or form.capacity.errors else form
    shown = service.look(activity.id, found, asked.wish(), clock.zone(), clock.now())
    if code == 200:
        try:
            service.check_visits(shown)
        except Refusal as refusal:
            refuse(form, FIELDS.get(refusal.key, "events"), refusal)
            code = 422
    days = {line.slot.day for line in shown.new}
    page |= {"shown": shown, "weeks": terms.weeks_of(days), "ticked": form.ticked() if not form.events.errors else ()}
    page["unconfirmed"] = terms.unconfirmed_years(min(days), max(days)) if days else []
    return render_template("imports/preview.html", **page), code


def _confirm(activity: Activity, upload_id: str, form: ImportForm) -> Any:
    count = service.confirm(
        current_user.id, activity.id, upload_id, form.wish(), form.ticked(), request.form.get("digest", ""),
        clock.zone(), clock.now(), leaves_out_bad=bool(form.without_bad.data),
    )  # fmt: skip
    message = ngettext("%(num)s slot is planned.", "%(num)s slots are planned.", count)
    return done(message, url_for(".start", public_id=activity.public_id, _anchor="imports"))


@imports.post("/organize/imports/<public_id>/undo")
@access(Permission.ORGANIZE)
def undo(public_id: str) -> Any:
    batch = queries.import_to_organize(current_user, public_id)
    address = url_for(".start", public_id=batch.activity.public_id)
    count = service.undo(current_user.id, batch.id, clock.now())
    return done(ngettext("%(num)s slot is deleted again.", "%(num)s slots are deleted again.", count), address)


@imports.errorhandler(queries.UploadGone)
def _gone(_: queries.UploadGone) -> tuple[str, int]:
    public_id = (request.view_args or {})["public_id"]
    return render_template("imports/gone.html", public_id=public_id), 404

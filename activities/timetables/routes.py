"""One's own timetable: bring it, look at it, delete it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, render_template, url_for
from flask_login import current_user

from activities.kit import clock
from activities.kit.access import access
from activities.kit.i18n import gettext as _
from activities.kit.i18n import say_fully
from activities.kit.refusal import Refusal
from activities.kit.roles import Permission
from activities.kit.web import asked_day, done, invalid
from activities.people.limits import person, requests
from activities.timetables import pages, queries, service
from activities.timetables.forms import FileForm

timetables = Blueprint("timetables", __name__)


def init_app(app: Flask) -> None:
    app.register_blueprint(timetables)


@timetables.get("/timetable")
@access(Permission.TAKE_PART)
def mine() -> Any:
    return render_template("timetables/mine.html", **_page(FileForm()))


@timetables.post("/timetable/file")
@access(Permission.TAKE_PART)
@requests(person, "30 per hour")  # to read a file takes its time
def bring_file() -> Any:
    form = FileForm()
    if not form.validate():
        return invalid("timetables/mine.html", **_page(form))
    try:
        service.bring_file(current_user.id, form.file.data.read(), clock.now())
    except Refusal as refusal:
        form.file.errors = [say_fully(refusal)]
        return invalid("timetables/mine.html", **_page(form))
    return done(_("Your timetable is here: slots say from now on where they clash with it."), url_for(".mine"))


@timetables.post("/timetable/delete")
@access(Permission.TAKE_PART)
def forget() -> Any:
    service.forget(current_user.id, clock.now())
    return done(_("Your timetable is deleted."), url_for(".mine"))


def _page(form: FileForm) -> dict[str, Any]:
    now = clock.now()
    timetable = queries.of_member(current_user.id)
    day = asked_day("week") or clock.local_day(now)
    week = pages.week_view(timetable, day) if timetable else None
    return {"form": form, "timetable": timetable, "week": week, "today": clock.local_day(now)}

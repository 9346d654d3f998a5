"""One's own timetable: bring it, look at it, delete it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, current_app, render_template, url_for
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
from activities.timetables.forms import AddressForm, FileForm
from activities.timetables.rules import read_back

timetables = Blueprint("timetables", __name__)


def init_app(app: Flask) -> None:
    app.register_blueprint(timetables)


@timetables.get("/timetable")
@access(Permission.TAKE_PART)
def mine() -> Any:
    return render_template("timetables/mine.html", **_page())


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


@timetables.post("/timetable/address")
@access(Permission.TAKE_PART)
@requests(person, "30 per hour")  # each is asked by us, in the name of whoever typed it
def bring_address() -> Any:
    form = AddressForm()
    if not form.validate():
        return invalid("timetables/mine.html", **_page(form))
    try:
        service.bring_address(current_user.id, form.address.data or "", clock.now())
    except Refusal as refusal:
        form.address.errors = [say_fully(refusal)]
        return invalid("timetables/mine.html", **_page(form))
    return done(_("The timetable is fetched within a minute. Look here whether it has worked."), url_for(".mine"))


@timetables.post("/timetable/fetch")
@access(Permission.TAKE_PART)
@requests(person, "12 per hour")
def fetch_now() -> Any:
    service.fetch_now(current_user.id, clock.now())
    return done(_("The timetable is fetched within a minute. Look here whether it has worked."), url_for(".mine"))


@timetables.post("/timetable/delete")
@access(Permission.TAKE_PART)
def forget() -> Any:
    service.forget(current_user.id, clock.now())
    return done(_("Your timetable is deleted."), url_for(".mine"))


def _page(form: FileForm | AddressForm | None = None) -> dict[str, Any]:
    """The page, with what was typed in one of its forms. An address that was typed comes back; one that is kept never
    does."""
    now = clock.now()
    timetable = queries.of_member(current_user.id)
    day = asked_day("week") or clock.local_day(now)
    return {
        "file_form": form if isinstance(form, FileForm) else FileForm(formdata=None),
        "address_form": form if isinstance(form, AddressForm) else AddressForm(formdata=None),
        "form": form,
        "timetable": timetable,
        "trouble": read_back(timetable.trouble) if timetable and timetable.trouble else None,
        "is_awaited": timetable is not None and timetable.next_at is not None and timetable.next_at <= now,
        "may_fetch": current_app.config["SETTINGS"].fetch_timetables,
        "week": pages.week_view(timetable, day) if timetable else None,
        "today": clock.local_day(now),
    }

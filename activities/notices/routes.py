"""The inbox: what a person has been told, wherever else it went; what one wants to be told; and what did not arrive."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, redirect, render_template, request, url_for
from flask_login import current_user

from activities.kit import clock
from activities.kit.access import access
from activities.kit.i18n import gettext as _
from activities.kit.i18n import ngettext
from activities.kit.refusal import NotFound
from activities.kit.roles import Permission
from activities.kit.web import asked_page, done, invalid
from activities.notices import (
    queries,
    reminders,  # noqa: F401 - it declares its words and its job
    service,
)
from activities.notices.forms import WishesForm
from activities.notices.queries import PAGE_SIZE
from activities.notices.rules import why

LARGEST_ID = 2**31 - 1
NOTICE = f"/inbox/<int(max={LARGEST_ID}):notice_id>"

notices = Blueprint("notices", __name__)


def init_app(app: Flask) -> None:
    app.register_blueprint(notices)


@notices.get("/inbox")
@access(Permission.TAKE_PART)
def inbox() -> Any:
    page = asked_page()
    entries, has_more = queries.inbox(current_user.id, page)
    return render_template("notices/inbox.html", entries=entries, page=page, has_more=has_more)


@notices.get(NOTICE)
@access(Permission.TAKE_PART)
def open_notice(notice_id: int) -> Any:
    """On to the page that the notice is about; whoever follows the link has read it."""
    notice = queries.own_notice(current_user.id, notice_id)
    if notice.read_at is None:
        service.mark_read(current_user.id, notice_id, clock.now())
    return redirect(queries.page_about(notice) or url_for(".inbox"), 303)


@notices.post(f"{NOTICE}/read")
@access(Permission.TAKE_PART)
def read(notice_id: int) -> Any:
    queries.own_notice(current_user.id, notice_id)
    service.mark_read(current_user.id, notice_id, clock.now())
    return done(_("Marked as read."), url_for(".inbox"))


@notices.post("/inbox/read")
@access(Permission.TAKE_PART)
def read_all() -> Any:
    newest = request.form.get("newest", "")
    seen = int(newest) if newest.isascii() and newest.isdigit() and len(newest) < 10 else 0
    service.mark_all_read(current_user.id, seen, clock.now())
    return done(_("All marked as read."), url_for(".inbox"))


@notices.route("/account/notices", methods=("GET", "POST"))
@access(Permission.TAKE_PART)
def wishes() -> Any:
    organizes = current_user.may(Permission.ORGANIZE)
    form = WishesForm(queries.wishes_of(current_user.id), organizes=organizes)
    if not form.is_submitted():
        return render_template("notices/wishes.html", form=form)
    if not form.validate():
        return invalid("notices/wishes.html", form=form)
    service.choose(current_user.id, form.wishes())
    return done(_("Saved. It holds for what comes from now on."), url_for(".wishes"))


@notices.get("/undelivered")
@access(Permission.MANAGE_PEOPLE)
def undelivered() -> Any:
    page = asked_page()
    found = queries.undelivered_page(current_user.paths(Permission.MANAGE_PEOPLE), page)
    return render_template(
        "notices/undelivered.html", found=found, page=page, pages=-(-found.total // PAGE_SIZE), why=why
    )


@notices.post(f"/undelivered/<int(max={LARGEST_ID}):delivery_id>/again")
@access(Permission.MANAGE_PEOPLE)
def send_again(delivery_id: int) -> Any:
    if not service.send_again(current_user.id, clock.now(), delivery_id):
        raise NotFound
    return done(_("It is being sent again."), url_for(".undelivered"))


@notices.post("/undelivered/again")
@access(Permission.MANAGE_PEOPLE)
def send_all_again() -> Any:
    count = service.send_again(current_user.id, clock.now())
    return done(
        ngettext("%(num)s is being sent again.", "%(num)s are being sent again.", count), url_for(".undelivered")
    )

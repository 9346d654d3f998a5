"""Chat groups that are told of a unit's news, kept by its organizers and administrators."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, render_template, request, url_for
from flask_login import current_user

from activities.chats import queries, service
from activities.chats.forms import ChatForm
from activities.chats.rules import NEWS_NAMES, VENDOR_NAMES, NotARobot
from activities.kit import clock, security
from activities.kit.access import access
from activities.kit.fields import refuse
from activities.kit.i18n import LANGUAGES
from activities.kit.i18n import gettext as _
from activities.kit.roles import Permission
from activities.kit.web import done, invalid
from activities.people.queries import units_for

KEEP = Permission.KEEP_CHATS
chats = Blueprint("chats", __name__)


def init_app(app: Flask) -> None:
    app.register_blueprint(chats)


@chats.context_processor
def names() -> dict[str, Any]:
    return {"vendor_names": VENDOR_NAMES, "news_names": NEWS_NAMES, "languages_of_chats": LANGUAGES}


@chats.get("/chats")
@access(KEEP)
def all_chats() -> Any:
    return render_template("chats/all.html", chats=queries.chats(current_user))


@chats.route("/chats/new", methods=("GET", "POST"))
@access(KEEP)
def new() -> Any:
    form = ChatForm(units_for(current_user, KEEP))
    if not form.is_submitted():
        return render_template("chats/chat.html", form=form, hook=None)
    if not form.validate():
        return invalid("chats/chat.html", form=form, hook=None)
    try:
        public_id = service.add(current_user.id, form.unit_id.data, form.values(), clock.now())
    except NotARobot as refusal:
        refuse(form, "url", refusal)
        return invalid("chats/chat.html", form=form, hook=None)
    security.note("chat added", chat=public_id, by=current_user.public_id)
    return done(_("The group is told from now on. Try it out."), url_for(".all_chats"))


@chats.route("/chats/<public_id>", methods=("GET", "POST"))
@access(KEEP)
def edit(public_id: str) -> Any:
    hook, unit = queries.chat_for(current_user, public_id)
    form = ChatForm([unit], hook)
    page = {"form": form, "hook": hook, "unit": unit}
    if not form.is_submitted():
        return render_template("chats/chat.html", **page)
    if not form.validate():
        return invalid("chats/chat.html", **page)
    try:
        service.change(current_user.id, hook.id, form.values(), clock.now())
    except NotARobot as refusal:
        refuse(form, "url", refusal)
        return invalid("chats/chat.html", **page)
    return done(_("Saved."), url_for(".all_chats"))


@chats.post("/chats/<public_id>/try")
@access(KEEP)
def try_out(public_id: str) -> Any:
    hook, _unit = queries.chat_for(current_user, public_id)
    service.try_out(current_user.id, hook.id, clock.now())
    return done(_("A message is on its way to “%(name)s”.", name=hook.name), url_for(".all_chats"))


@chats.route("/chats/<public_id>/remove", methods=("GET", "POST"))
@access(KEEP)
def remove(public_id: str) -> Any:
    hook, unit = queries.chat_for(current_user, public_id)
    if request.method == "GET":
        return render_template("chats/remove.html", hook=hook, unit=unit)
    service.remove(current_user.id, hook.id, clock.now())
    security.note("chat removed", chat=public_id, by=current_user.public_id)
    return done(_("“%(name)s” is told nothing any more.", name=hook.name), url_for(".all_chats"))

"""Finding slots, and signing up for them."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from activities.duties import queries as duties
from activities.kit import clock
from activities.kit.access import access
from activities.kit.roles import Permission
from activities.kit.web import done
from activities.signups import service
from activities.signups.rules import SignUpState

signups = Blueprint("signups", __name__)


def init_app(app: Flask) -> None:
    app.register_blueprint(signups)


@signups.get("/slots")
@access(Permission.TAKE_PART)
def find() -> Any:
    return "find"


@signups.get("/slots/<public_id>")
@access(Permission.TAKE_PART)
def slot(public_id: str) -> Any:
    return duties.slot_for(current_user, public_id).post.name


@signups.post("/slots/<public_id>/sign-up")
@access(Permission.TAKE_PART)
def sign_up(public_id: str) -> Any:
    slot = duties.slot_for(current_user, public_id)
    state = service.sign_up(current_user.id, slot.id, clock.now(), or_wait="wait" in request.form)
    message = _("You have a seat.") if state is SignUpState.SEATED else _("You are on the waiting list.")
    return done(message, url_for(".slot", public_id=public_id))


@signups.post("/slots/<public_id>/withdraw")
@access(Permission.TAKE_PART)
def withdraw(public_id: str) -> Any:
    slot = duties.slot_for(current_user, public_id)
    service.withdraw(current_user.id, slot.id, clock.now())
    return done(_("You have withdrawn."), url_for(".slot", public_id=public_id))

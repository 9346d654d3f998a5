"""What a person may ask of what is kept about them: a copy of it, what they agree to, and to be forgotten."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, Response, render_template, stream_with_context, url_for
from flask_login import current_user

from activities.certificates.archive import zipped
from activities.kit import clock, security
from activities.kit.access import access
from activities.kit.i18n import gettext as _
from activities.kit.refusal import NotFound
from activities.kit.roles import Permission
from activities.kit.web import done
from activities.people import consents
from activities.people.limits import person, requests
from activities.people.rules_consents import PURPOSES, Purpose
from activities.rights import export, service

rights = Blueprint("rights", __name__)


def init_app(app: Flask) -> None:
    app.register_blueprint(rights)


@rights.get("/account/data")
@access(Permission.TAKE_PART)
def mine() -> Any:
    present = consents.in_force(current_user.id)
    return render_template(
        "rights/mine.html", purposes=PURPOSES, present=present, history=consents.history(current_user.id)
    )


@rights.post("/account/data/export")
@access(Permission.TAKE_PART)
@requests(person, "6 per hour")
def export_mine() -> Any:
    """My data and nobody else's, as a zip that is made while it is sent."""
    now = clock.now()
    security.note("data exported", member=current_user.public_id)
    answer = Response(stream_with_context(zipped(export.files(current_user, now))), mimetype="application/zip")
    answer.headers["Content-Disposition"] = f'attachment; filename="my-data-{clock.local_day(now):%Y%m%d}.zip"'
    return answer


@rights.post("/account/data/consents/<purpose>/agree")
@access(Permission.TAKE_PART)
def agree(purpose: str) -> Any:
    consents.agree(current_user.id, _purpose(purpose), clock.now())
    return done(_("Noted. You can withdraw it at any time."), url_for(".mine"))


@rights.post("/account/data/consents/<purpose>/withdraw")
@access(Permission.TAKE_PART)
def withdraw(purpose: str) -> Any:
    service.withdraw(current_user.id, _purpose(purpose), clock.now())
    return done(_("Withdrawn. It holds from now on."), url_for(".mine"))


def _purpose(name: str) -> Purpose:
    found = {str(purpose): purpose for purpose in Purpose}.get(name)
    if found is None:
        raise NotFound
    return found

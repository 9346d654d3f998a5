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
from activities.kit.web import done, invalid
from activities.people import consents
from activities.people.limits import person, requests
from activities.people.rules_consents import PURPOSES, Purpose
from activities.rights import export, queries, routes_keeping, routes_trails, service
from activities.rights.forms import ForgetForm

rights = Blueprint("rights", __name__)
routes_keeping.add_to(rights)
routes_trails.add_to(rights)


def init_app(app: Flask) -> None:
    app.register_blueprint(rights)


@rights.get("/account/data")
@access(Permission.TAKE_PART)
def mine() -> Any:
    return render_template("rights/mine.html", **_mine(ForgetForm(formdata=None)))


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


@rights.post("/account/data/forget")
@access(Permission.TAKE_PART)
@requests(person, "10 per hour")
def forget() -> Any:
    form = ForgetForm()
    if not form.validate():
        return invalid("rights/mine.html", **_mine(form))
    service.ask_to_be_forgotten(current_user.id, form.reason.data or "", clock.now())
    return done(_("Your administrators are told. Until one of them acts, you can take it back."), url_for(".mine"))


@rights.post("/account/data/forget/take-back")
@access(Permission.TAKE_PART)
def take_back() -> Any:
    service.take_back(current_user.id, clock.now())
    return done(_("Taken back; everything stays as it is."), url_for(".mine"))


def _mine(form: ForgetForm) -> dict[str, Any]:
    return {
        "purposes": PURPOSES, "present": consents.in_force(current_user.id), "form": form,
        "history": consents.history(current_user.id), "asked": queries.open_request(current_user.id),
    }  # fmt: skip


def _purpose(name: str) -> Purpose:
    found = {str(purpose): purpose for purpose in Purpose}.get(name)
    if found is None:
        raise NotFound
    return found

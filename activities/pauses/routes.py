"""The pauses of one's units, and lifting one."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, render_template, url_for
from flask_login import current_user

from activities.kit import clock
from activities.kit.access import access
from activities.kit.i18n import gettext as _
from activities.kit.roles import Permission
from activities.kit.web import asked_page, done, invalid
from activities.norms import queries as norms
from activities.norms.words import say_misses
from activities.pauses import queries, service
from activities.pauses.forms import LiftForm

pauses = Blueprint("pauses", __name__)


def init_app(app: Flask) -> None:
    app.register_blueprint(pauses)


@pauses.get("/pauses")
@access(Permission.LIFT_PAUSES)
def all_pauses() -> Any:
    page, now = asked_page(), clock.now()
    holding, has_more = queries.holding(current_user, page, now)
    present, _version = norms.in_force()
    return render_template(
        "pauses/all.html", holding=holding, has_more=has_more, page=page,
        over=queries.over(current_user, now) if page == 1 else [], what_misses_do=say_misses(present),
    )  # fmt: skip


@pauses.route("/pauses/<public_id>/lift", methods=("GET", "POST"))
@access(Permission.LIFT_PAUSES)
def lift(public_id: str) -> Any:
    found, form = queries.pause(current_user, public_id), LiftForm()
    if not form.is_submitted():
        return render_template("pauses/lift.html", pause=found, form=form)
    if not form.validate():
        return invalid("pauses/lift.html", pause=found, form=form)
    service.lift(current_user.id, found.id, form.reason.data or "", clock.now())
    return done(_("The pause is lifted; the person is told."), url_for(".all_pauses"))

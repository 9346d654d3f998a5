"""What the school has set, for everyone to read, and its change."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, render_template, url_for
from flask_login import current_user

from activities.kit import clock
from activities.kit.access import access
from activities.kit.fields import differences
from activities.kit.i18n import gettext as _
from activities.kit.refusal import ChangedMeanwhile
from activities.kit.roles import Permission
from activities.kit.web import done, invalid
from activities.norms import queries, service
from activities.norms.forms import NormsForm, shown
from activities.norms.rules import STRICTNESS_NAMES
from activities.norms.words import say_misses

norms = Blueprint("norms", __name__)


def init_app(app: Flask) -> None:
    app.register_blueprint(norms)


@norms.get("/norms")
@access(Permission.TAKE_PART)
def show() -> Any:
    present, _version = queries.in_force()
    return render_template(
        "norms/show.html",
        norms=present,
        what_misses_do=say_misses(present),
        history=queries.history(),
        strictness=STRICTNESS_NAMES,
    )


@norms.route("/norms/edit", methods=("GET", "POST"))
@access(Permission.SET_NORMS)
def edit() -> Any:
    present, version = queries.in_force()
    form = NormsForm(present, version)
    page = {"form": form, "changed": None}
    if not form.is_submitted():
        return render_template("norms/edit.html", **page)
    if not form.validate():
        return invalid("norms/edit.html", **page)
    try:
        service.set_norms(current_user.id, form.version.data or 0, form.norms(), form.reason.data or "", clock.now())
    except ChangedMeanwhile:
        present, form.version.data = queries.in_force()
        return invalid("norms/edit.html", **page | {"changed": differences(form, shown(present))})
    return done(_("Saved. It holds from now on for everyone who signs up."), url_for(".show"))

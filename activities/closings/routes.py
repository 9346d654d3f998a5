"""Closing a review by two people, and whether a closed one is as it was closed."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, render_template, request, url_for
from flask_login import current_user

from activities.closings import pages, service
from activities.cycles import queries as cycles
from activities.cycles.rules import CycleState
from activities.kit import clock
from activities.kit.access import access
from activities.kit.i18n import gettext as _
from activities.kit.refusal import NotFound
from activities.kit.roles import Permission
from activities.kit.web import done

closings = Blueprint("closings", __name__)


def init_app(app: Flask) -> None:
    app.register_blueprint(closings)


@closings.post("/cycles/<public_id>/close")
@access(Permission.HOLD_REVIEW)
def close(public_id: str) -> Any:
    """Ask to close it, take that back, or confirm it: by the button that was pressed."""
    cycle, now = cycles.held_by(current_user, public_id), clock.now()
    address = url_for("cycles.show", public_id=public_id)
    if "confirm" in request.form:
        service.confirm(current_user.id, cycle.id, now)
        return done(_("Confirmed. All of it is being frozen; then the review is closed and everyone is told."), address)
    if "stay" in request.form:
        service.take_back(current_user.id, cycle.id, now)
        return done(_("It stays open."), address)
    service.ask(current_user.id, cycle.id, now)
    return done(_("Asked. Another person who holds the review confirms."), address)


@closings.get("/cycles/<public_id>/check")
@access(Permission.HOLD_REVIEW)
def check(public_id: str) -> Any:
    """Everybody's part, computed anew."""
    cycle = cycles.seen_by(current_user, public_id)
    if cycle.state is not CycleState.CLOSED:
        raise NotFound
    return render_template("closings/check.html", cycle=cycle, closing=pages.of_closed(cycle, with_people=True))

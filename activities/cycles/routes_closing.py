"""Closing a review by two people, and what has become other since."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask_login import current_user

from activities.cycles import closing, pages_evidence, queries
from activities.cycles.rules import CycleState
from activities.kit import clock
from activities.kit.access import access
from activities.kit.i18n import gettext as _
from activities.kit.refusal import NotFound
from activities.kit.roles import Permission
from activities.kit.web import asked_page, done


def add_to(blueprint: Blueprint) -> None:
    """Let these pages be reached."""
    blueprint.post("/cycles/<public_id>/close")(close)
    blueprint.get("/cycles/<public_id>/differences")(differences)


@access(Permission.HOLD_REVIEW)
def close(public_id: str) -> Any:
    """Ask to close it, take that back, or confirm it: by the button that was pressed."""
    cycle, now = queries.held_by(current_user, public_id), clock.now()
    address = url_for(".show", public_id=public_id)
    if "confirm" in request.form:
        closing.confirm(current_user.id, cycle.id, now)
        return done(_("The review is closed and frozen; everyone is told."), address)
    if "stay" in request.form:
        closing.take_back(current_user.id, cycle.id, now)
        return done(_("It stays open."), address)
    closing.ask(current_user.id, cycle.id, now)
    return done(_("Asked. Another person who holds the review confirms."), address)


@access(Permission.HOLD_REVIEW)
def differences(public_id: str) -> Any:
    cycle = queries.held_by(current_user, public_id)
    if cycle.state is not CycleState.CLOSED:
        raise NotFound
    page = asked_page()
    found, more = pages_evidence.differences(current_user, cycle, page, clock.now())
    return render_template("cycles/differences.html", cycle=cycle, differences=found, page=page, more=more)

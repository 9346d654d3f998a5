"""What another formula of points would change in a review, open or closed, and what of a closed one has become other:
looked at, and nothing else."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, render_template, request
from flask_login import current_user

from activities.cycles import queries as cycles
from activities.cycles.rules import CycleState
from activities.evidence import pages, queries, words
from activities.evidence.queries import PAGE
from activities.kit import clock
from activities.kit.access import access
from activities.kit.refusal import NotFound
from activities.kit.roles import Permission
from activities.kit.text import clean_line
from activities.kit.web import asked_page
from activities.packets import formulas

evidence = Blueprint("evidence", __name__)


def init_app(app: Flask) -> None:
    app.register_blueprint(evidence)
    app.jinja_env.globals.update(name_of_figure=words.name_of_figure, say_evidence=words.say_evidence)


@evidence.get("/cycles/<public_id>/points")
@access(Permission.HOLD_REVIEW)
def points(public_id: str) -> Any:
    """Person by person in the order of units, classes and names; there is no order by points."""
    cycle = cycles.seen_by(current_user, public_id)
    paths = current_user.paths(Permission.HOLD_REVIEW)
    others = {one.public_id: one for one in formulas.to_compare(paths)}
    units = {one.unit.public_id: one.unit for one in cycles.units_of(cycle, paths)}
    unit, other = _asked("unit"), _asked("other")
    if (unit and unit not in units) or (other and other not in others):
        raise NotFound
    chosen, number = others[other] if other else formulas.to_begin_with(list(others.values())), asked_page()
    parts = queries.parts_in_order(cycle.id, [units[unit].path] if unit else paths, number) if chosen else []
    return render_template(
        "evidence/points.html", cycle=cycle, others=list(others.values()), other=chosen, units=list(units.values()),
        unit=units.get(unit), page=number, more=len(parts) > PAGE,
        people=pages.compared(cycle, parts[:PAGE], chosen, clock.now()) if chosen else [],
    )  # fmt: skip


@evidence.get("/cycles/<public_id>/differences")
@access(Permission.HOLD_REVIEW)
def differences(public_id: str) -> Any:
    cycle = cycles.held_by(current_user, public_id)
    if cycle.state is not CycleState.CLOSED:
        raise NotFound
    page = asked_page()
    found, people, more = pages.differences(current_user, cycle, page, clock.now())
    first = (page - 1) * pages.AT_ONCE + 1
    return render_template(
        "evidence/differences.html", cycle=cycle, differences=found, page=page, more=more, first=first,
        last=first + people - 1,
    )  # fmt: skip


def _asked(name: str) -> str:
    return clean_line(request.args.get(name))[:16]

"""What another formula of points would change in a review, open or closed: looked at, and nothing else."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request
from flask_login import current_user

from activities.cycles import pages_evidence, people_queries, queries
from activities.cycles.people_queries import PAGE
from activities.kit import clock
from activities.kit.access import access
from activities.kit.refusal import NotFound
from activities.kit.roles import Permission
from activities.kit.text import clean_line
from activities.kit.web import asked_page
from activities.packets import formulas


def add_to(blueprint: Blueprint) -> None:
    """Let these pages be reached."""
    blueprint.get("/cycles/<public_id>/points")(points)


@access(Permission.HOLD_REVIEW)
def points(public_id: str) -> Any:
    """Person by person in the order of units, classes and names; there is no order by points."""
    cycle = queries.seen_by(current_user, public_id)
    paths = current_user.paths(Permission.HOLD_REVIEW)
    others = {one.public_id: one for one in formulas.to_compare(paths)}
    units = {one.unit.public_id: one.unit for one in queries.units_of(cycle, paths)}
    unit, other = _asked("unit"), _asked("other")
    if (unit and unit not in units) or (other and other not in others):
        raise NotFound
    chosen, number = others[other] if other else formulas.to_begin_with(list(others.values())), asked_page()
    parts = people_queries.parts_in_order(cycle.id, [units[unit].path] if unit else paths, number) if chosen else []
    return render_template(
        "cycles/points.html", cycle=cycle, others=list(others.values()), other=chosen, units=list(units.values()),
        unit=units.get(unit), page=number, more=len(parts) > PAGE,
        people=pages_evidence.compared(cycle, parts[:PAGE], chosen, clock.now()) if chosen else [],
    )  # fmt: skip


def _asked(name: str) -> str:
    return clean_line(request.args.get(name))[:16]

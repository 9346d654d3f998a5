"""Formulas of points: the list, one with its versions, the next version, and what another one would change."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask_login import current_user

from activities.kit import clock
from activities.kit.access import access
from activities.kit.fields import refuse
from activities.kit.i18n import gettext as _
from activities.kit.refusal import ChangedMeanwhile, NotFound
from activities.kit.roles import Permission
from activities.kit.text import clean_line
from activities.kit.web import asked_page, done, invalid
from activities.packets import comparing, formulas, service
from activities.packets.forms import FormulaForm
from activities.packets.rules import FIRST_YEAR, LAST_YEAR, NothingGiven, SameFormula
from activities.people import queries as people
from activities.people.models import Unit
from activities.requirements.rules import SORTS

YEAR = f"<int(min={FIRST_YEAR}, max={LAST_YEAR}):year>"


def add_to(blueprint: Blueprint) -> None:
    """Let these pages be reached."""
    blueprint.get("/points/")(points_now)
    blueprint.get(f"/points/{YEAR}")(points)
    blueprint.get("/points/formulas/<public_id>")(formula)
    blueprint.route(f"/points/{YEAR}/units/<public_id>", methods=("GET", "POST"))(set_formula)
    blueprint.get(f"/points/{YEAR}/compare")(compare)


@access(Permission.REVIEW)
def points_now() -> Any:
    return redirect(url_for(".points", year=clock.local_day(clock.now()).year))


@access(Permission.REVIEW)
def points(year: int) -> Any:
    """By what points are reckoned, unit by unit."""
    paths = current_user.paths(Permission.REVIEW)
    found = formulas.around(paths, year)
    have = {one.unit_id for one in found}
    units = people.units_for(current_user, Permission.SET_REQUIREMENTS)
    return render_template(
        "packets/points.html", year=year, formulas=found, without=[unit for unit in units if unit.id not in have],
        may_set={unit.id for unit in units},
    )  # fmt: skip


@access(Permission.TAKE_PART)
def formula(public_id: str) -> Any:
    """One version and all others of its unit and year, for everyone below it."""
    one = formulas.seen_by(current_user, public_id)
    versions = formulas.versions(one.unit_id, one.year)
    may_set = current_user.may(Permission.SET_REQUIREMENTS, one.unit.path)
    return render_template(
        "packets/formula.html", one=one, versions=versions, is_in_force=one.version == versions[0].version,
        may_set=may_set, may_compare=current_user.may(Permission.REVIEW),
    )  # fmt: skip


@access(Permission.SET_REQUIREMENTS)
def set_formula(year: int, public_id: str) -> Any:
    """The next version of a unit's formula, like the one that holds; looked at before it is put in force."""
    unit = _unit(public_id, Permission.SET_REQUIREMENTS)
    present = formulas.newest(unit.id, year) or formulas.holding_for(unit.path, year)
    version = present.version if present and present.unit_id == unit.id else 0
    form = FormulaForm(present.formula if present else None, version)
    page = {"form": form, "unit": unit, "year": year, "present": present, "sorts": SORTS, "preview": None}
    page["is_stale"] = False
    if not form.is_submitted():
        return render_template("packets/set_formula.html", **page)
    if not form.validate():
        return invalid("packets/set_formula.html", **page)
    if not form.is_looked_at:
        page["preview"] = comparing.preview(unit, year, form.formula, clock.now())
        return render_template("packets/set_formula.html", **page)
    try:
        found = service.set_formula(
            current_user.id, unit.id, year, form.version.data or 0, form.formula, form.reason.data or "", clock.now()
        )
    except (SameFormula, NothingGiven) as refusal:
        refuse(form, "base", refusal)
        return invalid("packets/set_formula.html", **page)
    except ChangedMeanwhile:
        there = formulas.newest(unit.id, year)
        form.version.data = there.version if there else 0
        return invalid("packets/set_formula.html", **page | {"is_stale": True})
    return done(
        _("Points are reckoned so from now on; everyone concerned is told."), url_for(".formula", public_id=found)
    )


@access(Permission.REVIEW)
def compare(year: int) -> Any:
    """What another formula would change, person by person in the order of units, classes and names. It changes
    nothing."""
    paths = current_user.paths(Permission.REVIEW)
    units, others = people.units_for(current_user, Permission.REVIEW), formulas.to_compare(paths)
    key, other_key = clean_line(request.args.get("unit"))[:16], clean_line(request.args.get("other"))[:16]
    unit = _of(units, key) if key else None
    other = _of(others, other_key) if other_key else formulas.to_begin_with(others)
    page, found, more = asked_page(), [], False
    if other:
        ids = comparing.people_of([unit.path] if unit else paths, page)
        more = len(ids) > comparing.PAGE
        found = comparing.compared(ids[: comparing.PAGE], year, other.formula, clock.now())
    return render_template(
        "packets/compare.html", year=year, units=units, unit=unit, others=others, other=other, people=found, page=page,
        more=more,
    )  # fmt: skip


def _unit(public_id: str, permission: Permission) -> Unit:
    found: Unit = _of(people.units_for(current_user, permission), public_id)
    return found


def _of(rows: Any, public_id: str) -> Any:
    """The row with this public id; NotFound where there is none."""
    for row in rows:
        if row.public_id == public_id:
            return row
    raise NotFound

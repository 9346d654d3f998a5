"""The annual review: cycles for those who hold them, and each member's own part."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Blueprint, Flask, render_template, url_for
from flask_login import current_user

from activities.cycles import (
    opening,
    pages,
    queries,
    routes_closing,
    routes_keeping,
    routes_mine,
    routes_notice,
    routes_overview,
    routes_past,
    routes_peers,
    routes_people,
    routes_points,
    step_essay,
    step_evidence,
    step_grade,
    step_notice,
    step_peers,
    step_points,
    todo,
    told,
    words,
    words_evidence,
)
from activities.cycles.forms import OpenForm
from activities.cycles.plugs import plugged
from activities.cycles.rules import STANDING_NAMES, STATE_NAMES, STEPS
from activities.cycles.rules_grades import GRADE_NAMES
from activities.cycles.rules_refusals import NobodyToReview, Overlaps, TooShortNotice
from activities.kit import clock
from activities.kit.access import access
from activities.kit.fields import refuse
from activities.kit.i18n import gettext as _
from activities.kit.refusal import Refusal
from activities.kit.roles import Permission
from activities.kit.web import done, invalid
from activities.people import queries as people

cycles = Blueprint("cycles", __name__)
routes_keeping.add_to(cycles)
routes_mine.add_to(cycles)
routes_people.add_to(cycles)
routes_peers.add_to(cycles)
routes_notice.add_to(cycles)
routes_closing.add_to(cycles)
routes_overview.add_to(cycles)
routes_past.add_to(cycles)
routes_points.add_to(cycles)
# The sorts of steps that are built; each has handed in what its pages show.
BUILT = (step_evidence, step_essay, step_peers, step_points, step_grade, step_notice)
# What reviews tell the packet of a year.
TELLING = (told.ballots, told.last_years, told.imported)
FIELDS: dict[type[Refusal], str] = {Overlaps: "unit_id", NobodyToReview: "unit_id", TooShortNotice: "days_notice"}


def init_app(app: Flask) -> None:
    app.register_blueprint(cycles)
    app.jinja_env.globals.update(
        review_steps=STEPS,
        cycle_states=STATE_NAMES,
        step_standings=STANDING_NAMES,
        plugged=plugged,
        grade_names=GRADE_NAMES,
        say_deed=words.say_deed,
        say_settings=words.say_settings,
        name_of_figure=words_evidence.name_of_figure,
        say_evidence=words_evidence.say_evidence,
    )


@cycles.get("/cycles/")
@access(Permission.HOLD_REVIEW)
def all_cycles() -> Any:
    now = clock.now()
    cycles = pages.listed(current_user, clock.local_day(now))
    return render_template("cycles/cycles.html", cycles=cycles, due=todo.due(current_user, now))


@cycles.route("/cycles/new", methods=("GET", "POST"))
@access(Permission.HOLD_REVIEW)
def new() -> Any:
    """Nothing is opened before it was shown who would be reviewed, and when."""
    today = clock.local_day(clock.now())
    units = people.units_for(current_user, Permission.HOLD_REVIEW)
    form = OpenForm(units, (today.year, today.year - 1), today + timedelta(days=1))
    page = {"form": form, "planned": None}
    if not form.is_submitted():
        return render_template("cycles/new.html", **page)
    if not form.validate():
        return invalid("cycles/new.html", **page)
    unit = next(unit for unit in units if unit.id == form.unit_id.data)
    plan = pages.planned(unit, form.year.data, form.starts_on, form.days, form.settings)
    if refusal := plan.refusal:
        refuse(form, FIELDS[type(refusal)], refusal)
        return invalid("cycles/new.html", **page)
    if not form.is_looked_at:
        return render_template("cycles/new.html", **page | {"planned": plan})
    try:
        public_id = opening.open_cycle(
            current_user.id, unit.id, form.year.data, form.starts_on, form.days, form.settings, clock.now()
        )
    except Overlaps as refusal:
        refuse(form, "unit_id", refusal)
        return invalid("cycles/new.html", **page)
    return done(_("The review is open, and its people are told."), url_for(".show", public_id=public_id))


@cycles.get("/cycles/<public_id>")
@access(Permission.HOLD_REVIEW)
def show(public_id: str) -> Any:
    cycle = queries.seen_by(current_user, public_id)
    return render_template("cycles/cycle.html", **pages.of_cycle(current_user, cycle, clock.now()))

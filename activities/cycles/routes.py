"""The annual review: cycles for those who hold them, and each member's own part."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Blueprint, Flask, render_template, url_for
from flask_login import current_user

from activities.cycles import opening, pages, panels, queries, routes_keeping, words
from activities.cycles.forms import OpenForm
from activities.cycles.panels import Place
from activities.cycles.plugs import plugged
from activities.cycles.rules import GRADE_NAMES, STANDING_NAMES, STATE_NAMES, STEPS, years_to_review
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
    )


@cycles.get("/cycles/")
@access(Permission.HOLD_REVIEW)
def all_cycles() -> Any:
    now = clock.now()
    shown = panels.of(Place.CYCLES, current_user, None, now)
    return render_template("cycles/cycles.html", cycles=pages.listed(current_user, clock.local_day(now)), panels=shown)


@cycles.route("/cycles/new", methods=("GET", "POST"))
@access(Permission.HOLD_REVIEW)
def new() -> Any:
    """Nothing is opened before it was shown who would be reviewed, and when."""
    today = clock.local_day(clock.now())
    units = people.units_for(current_user, Permission.HOLD_REVIEW)
    form = OpenForm(units, years_to_review(today), today + timedelta(days=1))
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
    cycle, now = queries.seen_by(current_user, public_id), clock.now()
    shown = panels.of(Place.CYCLE, current_user, cycle, now)
    return render_template("cycles/cycle.html", **pages.of_cycle(current_user, cycle, now), panels=shown)


# ── for who takes part ──────────────────────────────────────────────────────


@cycles.get("/my-review/")
@access(Permission.TAKE_PART)
def mine() -> Any:
    """The reviews in which one takes part."""
    now = clock.now()
    shown = panels.of(Place.MINE, current_user, None, now)
    return render_template("cycles/mine.html", parts=pages.own_parts(current_user.id, now), panels=shown)


@cycles.get("/my-review/<public_id>")
@access(Permission.TAKE_PART)
def my_part(public_id: str) -> Any:
    """What is asked of one and by when."""
    part, now = queries.own_part(current_user.id, public_id), clock.now()
    outcome, shown = (panels.of(place, current_user, part, now) for place in (Place.OUTCOME, Place.PART))
    return render_template("cycles/my_part.html", **pages.of_part(part, now), outcome=outcome, panels=shown)

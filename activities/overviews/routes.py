"""A review as a whole: how far its units are, who is waited for and told, how grades are spread, and who is behind a
number."""

from __future__ import annotations

from tempfile import TemporaryFile
from typing import Any

from flask import Blueprint, Flask, render_template, request, url_for
from flask_login import current_user

from activities.appraisals import words as ballots
from activities.cycles import queries as cycles
from activities.cycles.plugs import BESIDE
from activities.cycles.rules import STATE_NAMES, CycleState, Grade
from activities.kit import clock
from activities.kit.access import access
from activities.kit.i18n import gettext as _
from activities.kit.i18n import ngettext, say_moment
from activities.kit.refusal import NotFound
from activities.kit.roles import Permission
from activities.kit.web import XLSX, asked_page, done, hand_over
from activities.overviews import pages, queries, service, todo, workbook, workbook_rows
from activities.overviews.queries import PAGE, Wanted
from activities.overviews.rules import ORDER, SHADES

overviews = Blueprint("overviews", __name__)


def init_app(app: Flask) -> None:
    app.register_blueprint(overviews)


@overviews.get("/cycles/<public_id>/overview")
@access(Permission.HOLD_REVIEW)
def show(public_id: str) -> Any:
    cycle = cycles.seen_by(current_user, public_id)
    now = clock.now()
    page = pages.of_cycle(current_user, cycle, now)
    return render_template("overviews/show.html", **page, order=ORDER, shades=SHADES, due=todo.due(current_user, now))


@overviews.get("/cycles/<public_id>/overview/people")
@access(Permission.HOLD_REVIEW)
def people(public_id: str) -> Any:
    """Who has a grade, or none yet: the people behind a number."""
    cycle = cycles.seen_by(current_user, public_id)
    asked, unit = request.args.get("grade", ""), request.args.get("unit", "")
    if asked and asked not in list(Grade):
        raise NotFound
    where = queries.unit_of(current_user, cycle, unit) if unit else None
    wanted = Wanted(where, Grade(asked) if asked else None, asked_page())
    found = queries.people(current_user, cycle, wanted)
    return render_template(
        "overviews/people.html", cycle=cycle, wanted=wanted, people=found[:PAGE], more=len(found) > PAGE
    )


@overviews.get("/cycles/<public_id>/review.xlsx", endpoint="workbook")
@access(Permission.HOLD_REVIEW)
def export(public_id: str) -> Any:
    now = clock.now()
    cycle = cycles.seen_by(current_user, public_id)
    paths = cycles.paths_in(current_user, cycle)
    units = [(one.unit_id, one.unit.name) for one in cycles.units_of(cycle, paths)]
    facts = [
        (_("Annual review"), f"{cycle.year} {cycle.unit.name}"), (_("State"), _(STATE_NAMES[cycle.state])),
        (_("As of"), say_moment(now)),
    ]  # fmt: skip
    # The answer closes the file, and the file system forgets it.
    file = TemporaryFile()  # noqa: SIM115
    lines = workbook_rows.lines(current_user, cycle, paths)
    sheets = [one.sheet(current_user, cycle) for one in BESIDE.values()]
    workbook.write(
        file, units, queries.tallies(current_user, cycle), lines, ballots.said(cycle.id), facts, sheets,
        closed=cycle.state is CycleState.CLOSED,
    )  # fmt: skip
    return hand_over(file, XLSX, workbook.file_name(cycle.year, cycle.unit.name, clock.local_day(now).isoformat()))


@overviews.get("/cycles/<public_id>/waiting/<key>")
@access(Permission.HOLD_REVIEW)
def waited_for(public_id: str, key: str) -> Any:
    """For whom the open step waits, by name."""
    cycle = cycles.seen_by(current_user, public_id)
    sort = next((one for one in pages.open_waits(cycle, clock.now()) if one.key == key), None)
    if sort is None:
        raise NotFound
    found = queries.waited_for(cycles.paths_in(current_user, cycle), cycle.id, sort)
    page = asked_page()
    shown = found[(page - 1) * PAGE : page * PAGE]
    return render_template(
        "overviews/waiting.html", cycle=cycle, sort=sort, people=shown, number=len(found), page=page,
        more=len(found) > page * PAGE,
    )  # fmt: skip


@overviews.post("/cycles/<public_id>/waiting/<key>")
@access(Permission.HOLD_REVIEW)
def remind(public_id: str, key: str) -> Any:
    cycle = cycles.seen_by(current_user, public_id)
    told = service.remind(current_user.id, cycle.id, key, clock.now())
    said = ngettext("%(num)s person is told.", "%(num)s people are told.", told)
    nobody = _("Nobody is left to tell: all who are waited for were told today.")
    return done(said if told else nobody, url_for(".show", public_id=public_id))

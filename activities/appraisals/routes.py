"""The ballots of a review's units: what would come of them, planning and opening them, and how far they are."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, render_template, request, url_for
from flask_login import current_user

from activities.appraisals import expecting, queries, service
from activities.ballots.rules import BallotState, NotCounted
from activities.cycles import queries as cycles
from activities.cycles.forms_keeping import ReasonForm
from activities.cycles.rules import Standing, standing, why_not_now
from activities.cycles.rules_refusals import NotOpen
from activities.kit import clock
from activities.kit.access import access
from activities.kit.i18n import gettext as _
from activities.kit.i18n import ngettext, say_day
from activities.kit.refusal import NotFound
from activities.kit.roles import Permission
from activities.kit.web import done, invalid

appraisals = Blueprint("appraisals", __name__)


def init_app(app: Flask) -> None:
    app.register_blueprint(appraisals)


@appraisals.route("/cycles/<public_id>/ballots", methods=("GET", "POST"))
@access(Permission.HOLD_REVIEW)
def keep(public_id: str) -> Any:
    """The ballots of the units; where there are none yet, what would come of them."""
    cycle, now = cycles.seen_by(current_user, public_id), clock.now()
    paths = current_user.paths(Permission.HOLD_REVIEW)
    may_open = cycle.is_open and current_user.may(Permission.HOLD_REVIEW, cycle.unit.path)
    if request.method == "POST":
        if not may_open:
            raise NotFound
        return done(_did(cycle.id), url_for(".keep", public_id=public_id))
    stands = standing("ballot", cycle.windows, clock.local_day(now))
    is_to_come = cycle.is_open and stands is not Standing.OVER
    return render_template(
        "appraisals/keep.html", cycle=cycle, may_open=may_open, standing=stands, window=cycle.windows["ballot"],
        settings=cycles.settings_of(cycle.id), plan=queries.plan_of(cycle.id),
        ballots=queries.of_cycle(cycle.id, paths),
        expected=expecting.expected(cycle, paths, now) if is_to_come else [],
    )  # fmt: skip


@appraisals.route("/cycles/<public_id>/ballots/<unit>/anew", methods=("GET", "POST"))
@access(Permission.HOLD_REVIEW)
def anew(public_id: str, unit: str) -> Any:
    """What was counted in a unit is set aside, and voted on anew."""
    cycle, form = cycles.held_by(current_user, public_id), ReasonForm()
    one, now = queries.of_unit(cycle.id, unit), clock.now()
    if not cycle.is_open:
        raise NotOpen
    if refusal := why_not_now("ballot", cycle.windows, clock.local_day(now)):
        raise refusal
    if one.ballot.state is not BallotState.COUNTED:
        raise NotCounted
    page = {"cycle": cycle, "unit": one.unit, "form": form}
    if not form.is_submitted():
        return render_template("appraisals/anew.html", **page)
    if not form.validate():
        return invalid("appraisals/anew.html", **page)
    is_open = service.hold_anew(current_user.id, cycle.id, unit, form.reason.data or "", now)
    prepared = _("It is only prepared: look why, change it, and open it by hand.")
    return done(_("It is open, and everybody who has a vote is told.") if is_open else prepared,
                url_for(".keep", public_id=public_id))  # fmt: skip


def _did(cycle_id: int) -> str:
    """Do what was asked for, and say it."""
    now, what = clock.now(), request.form.get("do")
    if what == "open":
        count = service.open_all(current_user.id, cycle_id, now)
        return ngettext("%(num)s ballot is open.", "%(num)s ballots are open.", count)
    if what == "plan":
        first = service.plan(current_user.id, cycle_id, now)
        return _("They open by themselves on %(day)s.", day=say_day(first))
    if what == "call off":
        service.call_off_plan(current_user.id, cycle_id, now)
        return _("They do not open by themselves any more.")
    raise NotFound


@appraisals.get("/cycles/<public_id>/ballots/<unit>")
@access(Permission.HOLD_REVIEW)
def unit(public_id: str, unit: str) -> Any:
    """By name who would be on the form of a unit, and who could vote."""
    cycle = cycles.seen_by(current_user, public_id)
    units = [one.unit for one in cycles.units_of(cycle, current_user.paths(Permission.HOLD_REVIEW))]
    found = next((one for one in units if one.public_id == unit), None)
    if found is None:
        raise NotFound
    form, prospect = expecting.of_unit(cycle, found, clock.now())
    return render_template("appraisals/unit.html", cycle=cycle, unit=found, form=form, prospect=prospect)

"""The ballots of a cycle: one of each unit, on its people who take part, until the step's last day is over. They are
opened by hand, or by a plan by themselves."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload

from activities.appraisals import notices, queries
from activities.appraisals.expecting import people_of, plan_for, without_ballot
from activities.appraisals.models import BallotPlan, CycleBallot
from activities.appraisals.rules import AlreadyPlanned, NotPlanned, PlanTooLate
from activities.audit import service as audit
from activities.ballots import ending
from activities.ballots import queries as ballots
from activities.ballots import service as preparing
from activities.ballots.models import Ballot
from activities.ballots.rules import BallotState
from activities.ballots.service import Wanted
from activities.cycles.locking import held
from activities.cycles.models import Cycle, CycleStep, CycleUnit
from activities.cycles.rules import CycleState, Standing, standing, why_not_now
from activities.kit.clock import at, local_day
from activities.kit.db import db, lock, run, transactional
from activities.kit.i18n import gettext as _
from activities.outbox.jobs import every
from activities.people.models import Unit
from activities.terms.rules import ONE

HELD = sa.insert(CycleBallot)


@transactional
def open_all(actor_id: int, cycle_id: int, now: datetime) -> int:
    """Open the ballot of each unit that has none that stands. Where too few could vote it is only prepared, to be
    changed by hand. Return how many are open. Raises the rules' Refusal."""
    cycle = held(actor_id, cycle_id)
    if refusal := why_not_now("ballot", cycle.windows, local_day(now)):
        raise refusal
    return _open(cycle, without_ballot(cycle_id), actor_id, actor_id, now)[0]


@transactional
def hold_anew(actor_id: int, cycle_id: int, unit: str, reason: str, now: datetime) -> bool:
    """Let what was counted in a unit stand no more, and open another ballot there while the step is open. Return
    whether it is open, or only prepared. Raises the rules' Refusal, NotFound for a unit without a ballot."""
    cycle = held(actor_id, cycle_id)
    if refusal := why_not_now("ballot", cycle.windows, local_day(now)):
        raise refusal
    one = queries.of_unit(cycle_id, unit)
    ending.set_aside(one.ballot_id, actor_id, reason, now)
    return bool(_open(cycle, [one.unit], actor_id, actor_id, now)[0])


def _open(cycle: Cycle, units: Sequence[Unit], by_id: int, actor_id: int | None, now: datetime) -> tuple[int, int]:
    """How many are open, and how many only prepared. As many statements for a hundred units as for one."""
    people, plan = people_of(cycle.id), plan_for(cycle)
    wanted = [Wanted(unit.id, plan, tuple(people[unit.id])) for unit in units if people[unit.id]]
    if not wanted:
        return 0, 0
    ids = preparing.open_ballots(by_id, wanted, actor_id, now)
    # What was cancelled stays among the ballots of its unit, and is the cycle's no more.
    gone = sa.delete(CycleBallot).where(
        CycleBallot.cycle_id == cycle.id, CycleBallot.unit_id.in_([one.unit_id for one in wanted])
    )
    db.session.execute(gone, execution_options={"synchronize_session": False})
    rows = [
        {"cycle_id": cycle.id, "unit_id": one.unit_id, "ballot_id": ballot_id}
        for one, ballot_id in zip(wanted, ids, strict=True)
    ]
    run(HELD, rows)
    opened = sum(one.state is BallotState.OPEN for one in ballots.progress(ids).values())
    return opened, len(ids) - opened


# ── by a plan ───────────────────────────────────────────────────────────────


@transactional
def plan(actor_id: int, cycle_id: int, now: datetime) -> date:
    """Let them open by themselves. Return the day. Raises the rules' Refusal."""
    cycle = held(actor_id, cycle_id)
    if queries.plan_of(cycle_id):
        raise AlreadyPlanned
    if standing("ballot", cycle.windows, local_day(now)) is not Standing.TO_COME:
        raise PlanTooLate
    db.session.add(BallotPlan(cycle_id=cycle_id, planned_at=now, planned_by_id=actor_id))
    db.session.flush()
    first = cycle.windows["ballot"].first
    audit.leave(now, actor_id, "plan ballots", Cycle, cycle_id, after={"first": first})
    return first


@transactional
def call_off_plan(actor_id: int, cycle_id: int, now: datetime) -> None:
    """Let them open by hand alone; what is open stays so. Raises the rules' Refusal."""
    held(actor_id, cycle_id)
    planned = queries.plan_of(cycle_id)
    if planned is None:
        raise NotPlanned
    db.session.delete(planned)
    audit.leave(now, actor_id, "call off plan of ballots", Cycle, cycle_id)


@every(60, "open the ballots of reviews on their day")
def open_planned(now: datetime) -> None:
    """On the first day of the step; a unit that comes into the review later follows."""
    today = local_day(now)
    has_one = sa.exists().where(CycleBallot.cycle_id == CycleUnit.cycle_id, CycleBallot.unit_id == CycleUnit.unit_id)
    query = (
        sa.select(BallotPlan.cycle_id)
        .join(BallotPlan.cycle)
        .join(CycleStep, sa.and_(CycleStep.cycle_id == Cycle.id, CycleStep.key == "ballot"))
        .where(
            Cycle.state == CycleState.OPEN, CycleStep.first <= today, CycleStep.last >= today,
            sa.exists().where(CycleUnit.cycle_id == Cycle.id, CycleUnit.everyone > 0, ~has_one),
        )
        .order_by(BallotPlan.id)
    )  # fmt: skip
    for cycle_id in db.session.scalars(query).all():
        _open_planned(cycle_id, now)


@transactional
def _open_planned(cycle_id: int, now: datetime) -> None:
    """Whatever another worker has opened meanwhile has a ballot by now."""
    cycle = lock(Cycle, cycle_id)
    planned = queries.plan_of(cycle_id)
    if planned is None or not cycle.is_open or why_not_now("ballot", cycle.windows, local_day(now)):
        return
    opened, prepared = _open(cycle, without_ballot(cycle_id, even_cancelled=True), planned.planned_by_id, None, now)
    if opened or prepared:
        notices.opened(planned.planned_by_id, cycle, opened, prepared, now)


@every(60, "let ballots of reviews follow them")
def follow(now: datetime) -> None:
    """A step that lasts longer takes its ballots along, and a review that is called off those that are not counted."""
    query = (
        sa.select(CycleBallot)
        .join(CycleBallot.ballot)
        .where(Ballot.state.in_((BallotState.DRAFT, BallotState.OPEN)))
        .options(
            contains_eager(CycleBallot.ballot),
            joinedload(CycleBallot.cycle, innerjoin=True).selectinload(Cycle.steps),
        )
        .order_by(CycleBallot.id)
    )
    for one in db.session.scalars(query).all():
        ends_at = at(one.cycle.windows["ballot"].last + ONE, time())
        if one.cycle.state is CycleState.CALLED_OFF:
            ending.drop(one.ballot_id, _("The annual review was called off."), now)
        elif one.ballot.ends_at < ends_at:
            ending.prolong(one.ballot_id, ends_at, _("The step of the annual review lasts longer."), now)

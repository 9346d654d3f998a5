"""The ballots of a cycle: one of each unit, on its people who take part, until the step's last day is over."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, time

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload

from activities.appraisals.models import CycleBallot
from activities.ballots import ending, service
from activities.ballots import queries as ballots
from activities.ballots.models import Ballot
from activities.ballots.rules import DEFAULT_CHOICES, DEFAULT_LEAST, BallotState, Plan
from activities.ballots.service import Wanted
from activities.cycles.locking import held
from activities.cycles.models import Cycle, CycleUnit, Participant
from activities.cycles.rules import CycleState, why_not_now
from activities.kit.clock import at, local_day
from activities.kit.db import db, run, transactional
from activities.kit.i18n import gettext as _
from activities.outbox.jobs import every
from activities.terms.rules import ONE

HELD = sa.insert(CycleBallot)


@transactional
def open_all(actor_id: int, cycle_id: int, now: datetime, *, asks_masses: bool) -> int:
    """Open the ballot of each unit that has none, in as many statements for a hundred units as for one. Where too few
    could vote it stays prepared, to be changed by hand. Return how many are open. Raises the rules' Refusal."""
    cycle = held(actor_id, cycle_id)
    if refusal := why_not_now("ballot", cycle.windows, local_day(now)):
        raise refusal
    there = sa.select(CycleBallot.unit_id).where(CycleBallot.cycle_id == cycle_id)
    query = sa.select(CycleUnit.unit_id).where(CycleUnit.cycle_id == cycle_id, CycleUnit.unit_id.not_in(there))
    units = list(db.session.scalars(query.order_by(CycleUnit.id)))
    people: dict[int, list[int]] = defaultdict(list)
    parts = sa.select(Participant.unit_id, Participant.member_id).where(
        Participant.cycle_id == cycle_id, Participant.removed_at.is_(None)
    )
    for unit_id, member_id in run(parts.order_by(Participant.id)):
        people[unit_id].append(member_id)
    plan = Plan(
        title=_("Annual review of %(year)s", year=cycle.year), below=False, choices=DEFAULT_CHOICES,
        asks_masses=asks_masses, least=DEFAULT_LEAST, shows_own=True,
        ends_at=at(cycle.windows["ballot"].last + ONE, time()),
    )  # fmt: skip
    wanted = [Wanted(unit_id, plan, tuple(people[unit_id])) for unit_id in units if people[unit_id]]
    if not wanted:
        return 0
    ids = service.open_ballots(actor_id, wanted, now)
    rows = [
        {"cycle_id": cycle_id, "unit_id": one.unit_id, "ballot_id": ballot_id}
        for one, ballot_id in zip(wanted, ids, strict=True)
    ]
    run(HELD, rows)
    return sum(one.state is BallotState.OPEN for one in ballots.progress(ids).values())


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

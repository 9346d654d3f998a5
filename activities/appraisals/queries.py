"""Reads of the ballots of a cycle: how far they are, and what may be known of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload

from activities.appraisals.models import BallotPlan, CycleBallot
from activities.appraisals.rules import approval
from activities.ballots import queries as ballots
from activities.ballots.models import Appraised, Ballot, BallotTally, BallotVoter
from activities.ballots.queries import Progress
from activities.ballots.rules import BallotState, Whose
from activities.cycles.models import Cycle, Participant
from activities.cycles.rules import CycleState
from activities.kit.db import db, run
from activities.kit.refusal import NotFound
from activities.kit.sql import Among
from activities.packets.rules_packet import Kept
from activities.people.models import Unit
from activities.people.persons import is_account_of
from activities.people.queries import within

# What counts for nothing, so that another one can be held.
GONE = (BallotState.CANCELLED, BallotState.SPOILT)
# Points are explained to whom they are about, so that a ballot that keeps its counts from them gives none.
SHARES = (
    sa.select(Participant.member_id, Ballot.choices, BallotTally.counts)
    .join(Cycle, Cycle.id == Participant.cycle_id)
    .join(
        CycleBallot,
        sa.and_(CycleBallot.cycle_id == Participant.cycle_id, CycleBallot.unit_id == Participant.unit_id),
    )
    .join(Ballot, Ballot.id == CycleBallot.ballot_id)
    .join(Appraised, sa.and_(Appraised.ballot_id == Ballot.id, Appraised.member_id == Participant.member_id))
    .join(BallotTally, sa.and_(BallotTally.appraised_id == Appraised.id, BallotTally.whose == Whose.ALL))
    .where(
        Among(Participant.member_id), Participant.year == sa.bindparam("year"), Participant.removed_at.is_(None),
        Cycle.state != CycleState.CALLED_OFF, Ballot.shows_own,
    )
)  # fmt: skip


def plan_of(cycle_id: int) -> BallotPlan | None:
    query = sa.select(BallotPlan).where(BallotPlan.cycle_id == cycle_id)
    return db.session.scalars(query.options(joinedload(BallotPlan.planned_by, innerjoin=True))).one_or_none()


def of_cycle(cycle_id: int, paths: Collection[str]) -> list[tuple[Unit, Progress]]:
    """The ballots of the units at these paths and below, in tree order, and how far they are. Two statements."""
    query = (
        sa.select(CycleBallot)
        .join(CycleBallot.unit)
        .where(CycleBallot.cycle_id == cycle_id, within(paths))
        .options(contains_eager(CycleBallot.unit))
        .order_by(Unit.path)
    )
    found = list(db.session.scalars(query))
    progress = ballots.progress([one.ballot_id for one in found]) if found else {}
    return [(one.unit, progress[one.ballot_id]) for one in found]


def of_unit(cycle_id: int, unit: str) -> CycleBallot:
    """The ballot of a unit, by the unit's public id."""
    query = (
        sa.select(CycleBallot)
        .join(CycleBallot.unit)
        .where(CycleBallot.cycle_id == cycle_id, Unit.public_id == unit)
        .options(contains_eager(CycleBallot.unit), joinedload(CycleBallot.ballot, innerjoin=True))
    )
    found = db.session.scalars(query).one_or_none()
    if found is None:
        raise NotFound
    return found


def voted(cycle_id: int) -> dict[int, int]:
    """By unit, how many have voted in its ballot, unless that counts for nothing. One statement."""
    query = (
        sa.select(CycleBallot.unit_id, sa.func.count())
        .join(CycleBallot.ballot)
        .join(BallotVoter, BallotVoter.ballot_id == Ballot.id)
        .where(
            CycleBallot.cycle_id == cycle_id, Ballot.state.not_in(GONE), BallotVoter.has_voted,
            ~BallotVoter.of_masses,
        )
        .group_by(CycleBallot.unit_id)
    )  # fmt: skip
    return dict(db.session.execute(query).all())


def waiting_for(cycle_id: int, member_id: int, now: datetime) -> Ballot | None:
    """The open ballot of the cycle in which somebody has a vote that they have not used. One statement."""
    query = (
        sa.select(Ballot)
        .join(CycleBallot, CycleBallot.ballot_id == Ballot.id)
        .join(BallotVoter, BallotVoter.ballot_id == Ballot.id)
        .where(
            CycleBallot.cycle_id == cycle_id, is_account_of(BallotVoter.member_id, member_id), ~BallotVoter.has_voted,
            Ballot.state == BallotState.OPEN, Ballot.ends_at > now,
        )
        .limit(1)
    )  # fmt: skip
    return db.session.scalars(query).first()


def counted_on(part: Participant) -> Ballot | None:
    """The ballot of somebody's unit once it is counted, if it was on them. One statement."""
    query = (
        sa.select(Ballot)
        .join(CycleBallot, CycleBallot.ballot_id == Ballot.id)
        .join(Appraised, Appraised.ballot_id == Ballot.id)
        .where(
            CycleBallot.cycle_id == part.cycle_id, CycleBallot.unit_id == part.unit_id,
            Appraised.member_id == part.member_id, Ballot.state == BallotState.COUNTED,
        )
    )  # fmt: skip
    return db.session.scalars(query).one_or_none()


def results(cycle_id: int, members: Mapping[int, int] | None = None) -> Mapping[int, Any]:
    """By participant, of all or of these, each given with their member, what may be known of the papers on them, with
    the choices. Three statements."""
    query = (
        sa.select(CycleBallot.ballot_id, Ballot.choices)
        .join(Ballot, Ballot.id == CycleBallot.ballot_id)
        .where(CycleBallot.cycle_id == cycle_id)
    )
    if members is None:
        known = sa.select(Participant.id, Participant.member_id).where(Participant.cycle_id == cycle_id)
        members = dict(db.session.execute(known).all())
    else:
        units = sa.select(Participant.unit_id).where(Among(Participant.id, members))
        query = query.where(CycleBallot.unit_id.in_(units))
    choices = {ballot_id: list(some) for ballot_id, some in db.session.execute(query)}
    parts = {member_id: part_id for part_id, member_id in members.items()}
    return {
        parts[member_id]: {"choices": choices[ballot_id], **{str(whose): list(one) for whose, one in counts.items()}}
        for ballot_id, people in ballots.results(list(choices)).items()
        for member_id, counts in people.items()
        if member_id in parts
    }


def shares(member_ids: Collection[int], year: int) -> dict[int, Kept]:
    """The share of the best in the ballot of the year's review. One statement."""
    found = {}
    for member_id, choices, counts in run(SHARES, {"ids": list(member_ids), "year": year}):
        share = approval(choices, counts)
        if share is not None:
            found[member_id] = Kept(ballot=share)
    return found

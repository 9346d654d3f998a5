"""What a review tells the packet of a year: the share of the year's ballot, and last year's opinion and grade, or the
grade alone where it was imported from a file."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from activities.ballots.models import Appraised, Ballot, BallotTally
from activities.ballots.rules import Whose
from activities.cycles.models import Cycle, GradeVersion, Participant
from activities.cycles.models_past import PastGrade
from activities.cycles.models_peers import CycleBallot
from activities.cycles.rules import CycleState
from activities.cycles.rules_ballots import approval
from activities.cycles.rules_grades import GRADE_NAMES
from activities.kit.clock import local_day
from activities.kit.db import run
from activities.kit.sql import Among
from activities.packets.above import tells
from activities.packets.rules_packet import Kept, Opinion
from activities.people.models import Member

# Points are explained to whom they are about, so that a ballot that keeps its counts from them gives none.
BALLOTS = (
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

Later = aliased(GradeVersion)
LAST = ~sa.exists().where(Later.participant_id == GradeVersion.participant_id, Later.count > GradeVersion.count)
GRADES = (
    sa.select(GradeVersion.member_id, GradeVersion.grade, GradeVersion.opinion, Member.name, GradeVersion.given_at)
    .join(Participant, Participant.id == GradeVersion.participant_id)
    .join(Cycle, Cycle.id == GradeVersion.cycle_id)
    .join(Member, Member.id == GradeVersion.given_by_id)
    .where(
        Among(GradeVersion.member_id), Cycle.year == sa.bindparam("year"), Cycle.state == CycleState.CLOSED,
        Participant.removed_at.is_(None), LAST,
    )
)  # fmt: skip

IMPORTED = sa.select(PastGrade.member_id, PastGrade.grade).where(
    Among(PastGrade.member_id), PastGrade.year == sa.bindparam("year")
)


@tells
def ballots(member_ids: Collection[int], year: int) -> dict[int, Kept]:
    """The share of the best in the ballot of the year's review. One statement."""
    found = {}
    for member_id, choices, counts in run(BALLOTS, {"ids": list(member_ids), "year": year}):
        share = approval(choices, counts)
        if share is not None:
            found[member_id] = Kept(ballot=share)
    return found


@tells
def last_years(member_ids: Collection[int], year: int) -> dict[int, Kept]:
    """What was decided in the closed review of the year before. One statement."""
    before = year - 1
    return {
        member_id: Kept(Opinion(before, opinion, GRADE_NAMES[grade], by, local_day(at)))
        for member_id, grade, opinion, by, at in run(GRADES, {"ids": list(member_ids), "year": before})
        if grade
    }


@tells
def imported(member_ids: Collection[int], year: int) -> dict[int, Kept]:
    """The grade that a file says was given in the year before, where no review here does. One statement."""
    before = year - 1
    rows = run(IMPORTED, {"ids": list(member_ids), "year": before})
    return {member_id: Kept(Opinion(before, "", GRADE_NAMES[grade])) for member_id, grade in rows}

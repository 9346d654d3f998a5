"""The people of a review as a workbook has them: one statement, read in portions, so that the memory it takes does not
grow with them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import islice
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from activities.cycles.models import Cycle, Participant
from activities.cycles.rules import CycleState, Grade
from activities.cycles.snapshots import frozen_of
from activities.essays.models import Essay
from activities.evidence import rules as evidence
from activities.evidence.queries import EVIDENCE
from activities.grades.models import GradeVersion
from activities.kit.reading import run_in_portions
from activities.people.models import Member, Unit
from activities.people.persons import is_account_of
from activities.people.queries import within
from activities.people.rules import Stage
from activities.people.users import Viewer
from activities.records.models import Record
from activities.reviews.rules import LEDGERS

PORTION = 500
HOURS = tuple(f"hours:{ledger}" for ledger in LEDGERS)


class Line(NamedTuple):
    """A person with final minutes by ledger in the order of LEDGERS. Of who reads it neither grade nor opinion is
    told before the review is closed."""

    part_id: int
    unit_id: int
    name: str
    number: str
    class_name: str
    stage: Stage
    minutes: tuple[int, ...]
    handed_in: datetime | None
    grade: Grade | None
    opinion: str
    given_by: str
    note: str
    is_own: bool


def lines(holder: Viewer, cycle: Cycle, paths: Sequence[str]) -> Iterator[Line]:
    """The people of the units at `paths`, in the order of units and numbers; of a closed review with the hours that
    were frozen. One statement, and one for each portion of those."""
    found = _lines(holder, cycle, paths)
    if cycle.state is not CycleState.CLOSED:
        yield from (line for _member_id, line in found)
    while some := list(islice(found, PORTION)):
        kept = frozen_of(cycle.id, {line.part_id: member_id for member_id, line in some})
        yield from (_as_frozen(line, kept.get(line.part_id, {})) for _member_id, line in some)


def _as_frozen(line: Line, kept: Mapping[str, Any]) -> Line:
    """What was closed before packets were frozen says nothing of hours."""
    steps = kept.get("steps", {})
    if EVIDENCE not in steps:
        return line
    done = evidence.read(steps[EVIDENCE]["figures"]).done
    return line._replace(minutes=tuple(done[key].final if key in done else 0 for key in HOURS))


def _lines(holder: Viewer, cycle: Cycle, paths: Sequence[str]) -> Iterator[tuple[int, Line]]:
    giver = aliased(Member)
    own = is_account_of(Participant.member_id, holder.id) if cycle.state is CycleState.OPEN else sa.false()
    latest = sa.select(sa.func.max(GradeVersion.count)).where(GradeVersion.participant_id == Participant.id)
    its_last = sa.and_(
        GradeVersion.participant_id == Participant.id,
        GradeVersion.count == latest.correlate(Participant).scalar_subquery(), Participant.grade.is_not(None),
    )  # fmt: skip
    did = _did(cycle)
    query = (
        sa.select(
            Participant.member_id, Participant.id, Participant.unit_id, Member.name, Member.number,
            Participant.class_name, Participant.stage,
            *(sa.func.coalesce(did.c[ledger], 0) for ledger in LEDGERS), Essay.handed_in_at, Participant.grade,
            GradeVersion.opinion, giver.name, Participant.reason, own,
        )
        .select_from(Participant)
        .join(Member, Member.id == Participant.member_id)
        .join(Unit, Unit.id == Participant.unit_id)
        .outerjoin(did, did.c.member_id == Participant.member_id)
        .outerjoin(Essay, Essay.participant_id == Participant.id)
        .outerjoin(GradeVersion, its_last)
        .outerjoin(giver, giver.id == Participant.graded_by_id)
        .where(Participant.cycle_id == cycle.id, Participant.removed_at.is_(None), within(paths))
        .order_by(Unit.path, Member.number)
    )  # fmt: skip
    for row in run_in_portions(query, {}, PORTION):
        member_id, part_id, unit_id, name, number, class_name, stage, *rest = row
        minutes, (handed_in, grade, opinion, given_by, note, is_own) = rest[: len(LEDGERS)], rest[len(LEDGERS) :]
        if is_own:
            grade, opinion, given_by = None, "", ""
        line = Line(
            part_id, unit_id, name, number, class_name, stage, tuple(minutes), handed_in, grade, opinion or "",
            given_by or "", note, bool(is_own),
        )  # fmt: skip
        yield member_id, line


def _did(cycle: Cycle) -> sa.CTE:
    """By person, the year's final minutes of each ledger."""
    year = Record.day.between(date(cycle.year, 1, 1), date(cycle.year, 12, 31))
    sums = (
        sa.cast(sa.func.coalesce(sa.func.sum(Record.minutes).filter(Record.ledger == ledger), 0), sa.BigInteger)
        for ledger in LEDGERS
    )
    return (
        sa.select(Record.member_id, *(one.label(ledger) for one, ledger in zip(sums, LEDGERS, strict=True)))
        .join(Participant, Participant.member_id == Record.member_id)
        .where(Participant.cycle_id == cycle.id, year, Record.is_final)
        .group_by(Record.member_id)
        .cte("did")
    )

"""Reads of peer review: whom I review, who is waited for, and what the reviewed may know."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import aliased, contains_eager

from activities.cycles.models import CycleStep, Participant
from activities.kit.db import db, run
from activities.kit.refusal import NotFound
from activities.kit.sql import Among
from activities.peers import rules
from activities.peers.models import PeerDraw, PeerReview
from activities.peers.rules import Peer, Scope, There, Told, Written, told
from activities.people.models import Member, Unit
from activities.people.persons import with_others
from activities.people.queries import within

PAGE = 100
Reviewer, Reviewed = aliased(Participant), aliased(Participant)
# Of who takes part still, on both sides.
_STILL = (Reviewer.removed_at.is_(None), Reviewed.removed_at.is_(None))


def _reviews(*columns: Any) -> sa.Select[Any]:
    return (
        sa.select(*columns)
        .select_from(PeerReview)
        .join(Reviewer, Reviewer.id == PeerReview.reviewer_id)
        .join(Reviewed, Reviewed.id == PeerReview.reviewed_id)
        .where(*_STILL)
    )


def draw_of(cycle_id: int) -> PeerDraw | None:
    return db.session.scalars(sa.select(PeerDraw).where(PeerDraw.cycle_id == cycle_id)).one_or_none()


def to_draw(cycle_id: int, scope: Scope) -> list[Peer]:
    """Who takes part, each in their group; of several accounts of somebody the oldest first. Two statements."""
    query = (
        sa.select(Participant.id, Participant.member_id, Member.number, Participant.unit_id, Participant.class_name)
        .join(Member, Member.id == Participant.member_id)
        .where(Participant.cycle_id == cycle_id, Participant.removed_at.is_(None))
        .order_by(Participant.member_id)
    )
    rows = run(query).all()
    known = with_others([row.member_id for row in rows])
    is_by_class = scope is Scope.CLASS
    return [
        Peer(row.id, row.number, known[row.member_id], f"{row.unit_id}:{row.class_name if is_by_class else ''}")
        for row in rows
    ]


def there(cycle_id: int) -> list[There]:
    """The reviews that are asked for between people who take part. One statement."""
    columns = (PeerReview.id, PeerReview.reviewer_id, PeerReview.reviewed_id, PeerReview.revision > 0)
    return [There._make(row) for row in run(_reviews(*columns).where(PeerReview.cycle_id == cycle_id))]


def pairs_hash(draw: PeerDraw) -> str:
    """Of all who review or reviewed somebody, as they are written. One statement."""
    query = sa.select(PeerReview.reviewer_id, PeerReview.reviewed_id).where(PeerReview.cycle_id == draw.cycle_id)
    return rules.pairs_hash(draw.seed, [(reviewer, reviewed) for reviewer, reviewed in run(query)])


def mine(part_id: int) -> list[PeerReview]:
    """Whom somebody reviews, by name. One statement."""
    query = (
        _reviews(PeerReview)
        .join(Reviewed.member)
        .where(PeerReview.reviewer_id == part_id)
        .options(contains_eager(PeerReview.reviewed.of_type(Reviewed)).contains_eager(Reviewed.member))
        .order_by(Member.name, PeerReview.id)
    )
    return list(db.session.scalars(query))


def one_of_mine(part_id: int, public_id: str) -> PeerReview:
    """The review of a person by their public id."""
    found = next((one for one in mine(part_id) if one.reviewed.member.public_id == public_id), None)
    if found is None:
        raise NotFound
    return found


def done(cycle_id: int) -> dict[int, int]:
    """By unit, how many have handed in all that is asked of them. One statement."""
    left = sa.func.count().filter(PeerReview.handed_in_at.is_(None))
    through = (
        _reviews(Reviewer.unit_id)
        .where(PeerReview.cycle_id == cycle_id)
        .group_by(Reviewer.id, Reviewer.unit_id)
        .having(left == 0)
        .subquery()
    )
    query = sa.select(through.c.unit_id, sa.func.count()).group_by(through.c.unit_id)
    return dict(db.session.execute(query).all())


def has_begun(cycle_id: int) -> bool:
    """Whether anybody has written anything."""
    query = sa.select(PeerReview.id).where(PeerReview.cycle_id == cycle_id, PeerReview.revision > 0)
    return db.session.scalar(query.limit(1)) is not None


def left_to_write(cycle_id: int) -> list[int]:
    """The members with reviews still to write, who can log in to do it. One statement."""
    query = (
        _reviews(Reviewer.member_id)
        .join(Member, Member.id == Reviewer.member_id)
        .where(PeerReview.cycle_id == cycle_id, PeerReview.handed_in_at.is_(None), Member.active)
    )
    return sorted(set(db.session.scalars(query)))


class Waited(NamedTuple):
    """Somebody of whom reviews are still to come, and how many; of whom they are is not said."""

    name: str
    class_name: str
    unit: str
    left: int


def waited_for(cycle_id: int, paths: Collection[str], page: int = 1) -> list[Waited]:
    """A page of those of the units at these paths and below, by unit, class and name; one more where there is a
    next."""
    query = (
        _reviews(Member.name, Reviewer.class_name, Unit.name, sa.func.count())
        .join(Member, Member.id == Reviewer.member_id)
        .join(Unit, Unit.id == Reviewer.unit_id)
        .where(PeerReview.cycle_id == cycle_id, PeerReview.handed_in_at.is_(None), within(paths))
        .group_by(Reviewer.id, Member.name, Reviewer.class_name, Unit.name, Unit.path)
        .order_by(Unit.path, Reviewer.class_name, Member.name, Reviewer.id)
        .offset((page - 1) * PAGE)
        .limit(PAGE + 1)
    )
    return [Waited._make(row) for row in db.session.execute(query)]


def results(draw: PeerDraw, part_ids: Sequence[int] = ()) -> dict[int, Told]:
    """By participant, of all or these, what may be known of the reviews of them. What was handed in stays, though who
    wrote it has left the review: its absence would tell what it said. One statement."""
    query = (
        sa.select(
            PeerReview.reviewed_id, PeerReview.marks, PeerReview.comment, PeerReview.handed_in_at, CycleStep.reopened
        )
        .join(Reviewed, Reviewed.id == PeerReview.reviewed_id)
        .join(CycleStep, sa.and_(CycleStep.cycle_id == PeerReview.cycle_id, CycleStep.key == "peers"))
        .where(
            PeerReview.cycle_id == draw.cycle_id, PeerReview.handed_in_at.is_not(None), Reviewed.removed_at.is_(None)
        )
    )  # fmt: skip
    query = query.where(Among(PeerReview.reviewed_id, part_ids)) if part_ids else query
    found: dict[int, list[list[Written]]] = defaultdict(list)
    for part_id, marks, comment, at, reopened in run(query):
        batches = found[part_id]
        batches += [[] for _ in range(len(reopened) + 1 - len(batches))]
        batch = sum(datetime.fromisoformat(moment) <= at for moment in reopened)
        batches[batch].append(([int(mark) for mark in marks], comment))
    shown = {part_id: told(some, len(draw.criteria), draw.least) for part_id, some in found.items()}
    return {part_id: one for part_id, one in shown.items() if one}

"""Writing on activists in one's care: drafts kept, handed in, changed until the grades are given; and who is told."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from activities.audit import service as audit
from activities.cares import notices, queries, rules
from activities.cares.models import CareOpinion
from activities.cycles import queries as cycles
from activities.cycles.models import Cycle
from activities.cycles.rules import CycleState
from activities.kit.clock import local_day
from activities.kit.db import db, lock, transactional, unless_there
from activities.kit.refusal import ChangedMeanwhile
from activities.outbox.jobs import every
from activities.people.joining import when_joined


@transactional
def write(
    by_id: int, cycle: str, person: str, revision: int, text: str, now: datetime, *, hand_in: bool
) -> int:  # fmt: skip
    """Keep what somebody writes of a person in their care as a draft, or hand it in; what is handed in can be handed in
    anew. Return its revision. Raises the rules' Refusal, ChangedMeanwhile where another was kept since the one of
    `revision`, NotFound for who is not in their care."""
    line = queries.one_of_mine(by_id, cycle, person)
    # Whoever closes the review, or moves its days, waits meanwhile, or is through with it.
    lock(Cycle, line.cycle.id, selectinload(Cycle.steps))
    line = queries.one_of_mine(by_id, cycle, person)
    one = line.written and lock(CareOpinion, line.written.id)
    over, handed_in = line.is_over(local_day(now)), bool(one and one.handed_in_at)
    if refusal := rules.why_not_keep(text, hand_in=hand_in, handed_in=handed_in, over=over):
        raise refusal
    if (one.revision if one else 0) != revision:
        raise ChangedMeanwhile
    before = {"characters": len(one.text) if one else 0}
    one = one or CareOpinion(cycle_id=line.cycle.id, member_id=line.person.id, by_id=by_id, revision=0)
    one.sort, one.stage = line.sort, line.person.stage
    one.unit_id, one.class_name = line.person.unit_id, line.person.class_name
    one.text, one.saved_at, one.revision = text, now, one.revision + 1
    one.handed_in_at = now if hand_in else None
    # Somebody who did not wait for the lock has kept one meanwhile.
    with unless_there(ChangedMeanwhile):
        db.session.add(one)
    verb = ("hand in anew" if handed_in else "hand in") if hand_in else "keep a draft"
    audit.leave(now, by_id, verb, CareOpinion, one.id, before=before, after={"characters": len(text)})
    return one.revision


@every(3 * 3600, "tell who has opinions on activists to write")
def tell(now: datetime) -> None:
    """Once each that there are some and, on the last days as the review says, that some are missing."""
    today = local_day(now)
    for cycle in queries.open_cycles(today):
        _tell(cycle.id, cycles.is_reminding(cycle, "grade", today), now)


@transactional
def _tell(cycle_id: int, due: bool, now: datetime) -> None:
    cycle = db.session.get_one(Cycle, cycle_id)
    if cycle.is_open:
        (notices.due_soon if due else notices.asked)(queries.to_tell(cycle_id), cycle, now)


@when_joined
def none_of_oneself(actor_id: int, joined: Collection[int], now: datetime) -> None:
    """What one account of somebody wrote of another goes, as long as the review is not closed."""
    open_ones = sa.select(Cycle.id).where(Cycle.state != CycleState.CLOSED)
    query = sa.select(CareOpinion).where(
        CareOpinion.member_id.in_(joined), CareOpinion.by_id.in_(joined), CareOpinion.cycle_id.in_(open_ones)
    )
    for one in db.session.scalars(query).all():
        audit.leave(now, actor_id, "remove", CareOpinion, one.id, before={"characters": len(one.text)})
        db.session.delete(one)

"""A member's self-review: drafts kept, handed in, taken back; who has not handed in is told before it is too late."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from activities.audit import service as audit
from activities.cycles import queries as cycles
from activities.cycles.locking import part_locked
from activities.cycles.models import Cycle, Participant
from activities.cycles.rules import why_not_now
from activities.cycles.rules_refusals import NotOpen
from activities.essays import notices, queries, rules
from activities.essays.models import Essay
from activities.essays.rules import NotHandedIn
from activities.kit.clock import local_day
from activities.kit.db import db, transactional
from activities.kit.refusal import ChangedMeanwhile, NotFound, Refusal
from activities.outbox.jobs import every


@transactional
def save(member_id: int, cycle_id: int, revision: int, text: str, now: datetime) -> int:
    """Keep a draft. Return its revision. Raises the rules' Refusal, ChangedMeanwhile where another was kept since the
    one of `revision`."""
    part, essay = _own(member_id, cycle_id)
    if refusal := _why_not_save(part, essay, text, now):
        raise refusal
    if essay.revision != revision:
        raise ChangedMeanwhile
    essay.text, essay.saved_at, essay.revision = text, now, essay.revision + 1
    db.session.add(essay)
    db.session.flush()
    return essay.revision


@transactional
def hand_in(member_id: int, cycle_id: int, revision: int, now: datetime) -> None:
    """Hand in the draft that is kept. Raises the rules' Refusal, ChangedMeanwhile where it is not the one of
    `revision`."""
    part, essay = _own(member_id, cycle_id)
    refusal = _why_not_save(part, essay, essay.text or "", now)
    refusal = refusal or rules.why_not_hand_in(essay.text or "", cycles.settings_of(cycle_id))
    if refusal:
        raise refusal
    if essay.revision != revision:
        raise ChangedMeanwhile
    essay.handed_in_at = now
    after = {"cycle": cycle_id, "characters": rules.characters(essay.text)}
    audit.leave(now, member_id, "hand in", Essay, essay.id, after=after)


@transactional
def take_back(member_id: int, cycle_id: int, now: datetime) -> None:
    """Make it a draft again, as long as the step is open."""
    part, essay = _own(member_id, cycle_id)
    if essay.handed_in_at is None:
        raise NotHandedIn
    if refusal := why_not_now("essay", part.cycle.windows, local_day(now)):
        raise refusal
    essay.handed_in_at = None
    essay.revision += 1
    audit.leave(now, member_id, "take back", Essay, essay.id, after={"cycle": cycle_id})


def _own(member_id: int, cycle_id: int) -> tuple[Participant, Essay]:
    """One's own part in an open cycle, locked, and what one has written, which may be nothing yet."""
    part = part_locked(cycle_id, member_id)
    if part is None or part.removed_at is not None:
        raise NotFound
    if not part.cycle.is_open:
        raise NotOpen
    query = sa.select(Essay).where(Essay.participant_id == part.id)
    essay = db.session.execute(query, execution_options={"populate_existing": True}).scalar_one_or_none()
    return part, essay or Essay(participant_id=part.id, cycle_id=cycle_id, member_id=member_id, revision=0)


def _why_not_save(part: Participant, essay: Essay, text: str, now: datetime) -> Refusal | None:
    is_in = essay.handed_in_at is not None
    return rules.why_not_save(text, handed_in=is_in, windows=part.cycle.windows, today=local_day(now))


# ── reminding ───────────────────────────────────────────────────────────────


@every(3 * 3600, "tell who has not handed in a self-review")
def remind(now: datetime) -> None:
    """Once each, from so many working days before the end as the cycle says."""
    today = local_day(now)
    for cycle in cycles.in_step("essay", today):
        if cycles.is_reminding(cycle, "essay", today):
            _remind(cycle.id, now)


@transactional
def _remind(cycle_id: int, now: datetime) -> None:
    cycle = db.session.get_one(Cycle, cycle_id)
    if cycle.is_open:
        notices.due_soon(queries.without_essay(cycle_id), cycle, cycle.windows["essay"].last, now)

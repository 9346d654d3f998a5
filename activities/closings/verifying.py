"""Whether closed reviews are as they were closed: their texts and hashes, the hash on the trail, and what stands in the
tables: grades, opinions, self-reviews, objections. Person by person, so that it takes as much memory for ten thousand
as for a hundred."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

import sqlalchemy as sa

from activities.audit.models import AuditEntry
from activities.closings import freezing, rules
from activities.cycles.models import Cycle, FrozenPart, Participant, Snapshot
from activities.cycles.rules import CycleState, hash_of
from activities.cycles.snapshots import snapshot_of
from activities.kit.db import db
from activities.kit.reading import run_in_portions
from activities.people.models import Member

AT_ONCE = 500


def all_closed() -> Iterator[tuple[Cycle, str]]:
    """All closed cycles, each with what does not fit about it."""
    closed = sa.select(Cycle).where(Cycle.state == CycleState.CLOSED).order_by(Cycle.year, Cycle.id)
    for cycle in db.session.scalars(closed).all():
        snapshot = snapshot_of(cycle.id)
        yield cycle, (wrong_with(snapshot) or wrong_with_people(snapshot)) if snapshot else "hash"


def wrong_with(snapshot: Snapshot) -> str:
    """What does not fit about a snapshot: its text and hash, or the hash on the trail; empty where both do. Of a cycle
    that was closed before version 3 that is all of it but the tables."""
    if hash_of(snapshot.text) != snapshot.hash:
        return "hash"
    return "" if hash_on_trail(snapshot.cycle_id) == snapshot.hash else "trail"


def hash_on_trail(cycle_id: int) -> str | None:
    """The hash as it stands on the trail, under the trail's own chain."""
    query = sa.select(AuditEntry.after).where(
        AuditEntry.subject == Cycle.__tablename__, AuditEntry.subject_id == cycle_id, AuditEntry.verb == "close"
    )
    after = db.session.scalars(query).one_or_none()
    return after["hash"] if after else None


def wrong_with_people(snapshot: Snapshot) -> str:
    """What does not fit about the people of a snapshot that fits itself: what was frozen of each and the hashes of
    that, or the grades that stand in the tables."""
    kept = json.loads(snapshot.text)
    if "people" in kept:
        then = {one["person"]: one["grade"] for one in kept["people"]}
        return "" if then == _grades(snapshot.cycle_id) else "tables"
    return _wrong_with_parts(snapshot.cycle_id, kept["units"])


def _there(cycle_id: int, *columns: Any) -> sa.Select[*tuple[Any, ...]]:
    return sa.select(*columns).where(Participant.cycle_id == cycle_id, Participant.removed_at.is_(None))


def _grades(cycle_id: int) -> dict[str, str | None]:
    """As they stand in the tables."""
    query = _there(cycle_id, Member.public_id, Participant.grade).join(Member, Member.id == Participant.member_id)
    return dict(db.session.execute(query).all())


def _wrong_with_parts(cycle_id: int, units: Sequence[Any]) -> str:
    empty = {unit: freezing.NOBODY for unit, *_ in units}
    if {**empty, **freezing.unit_hashes(cycle_id)} != {unit: digest for unit, *_, digest in units}:
        return "parts"
    there, wrong, others = 0, 0, 0
    rows = run_in_portions(_parts(cycle_id), None, AT_ONCE)
    while portion := list(islice(rows, AT_ONCE)):
        there += len(portion)
        now = freezing.said_of([row.participant_id for row in portion])
        for part_id, text, digest, *who in portion:
            if hash_of(text) != digest:
                wrong += 1
            else:
                part = json.loads(text)
                others += [part["person"], part["grade"], True] != who or not rules.is_as_said(part, now[part_id])
    if wrong:
        return "parts"
    return "tables" if others or there != db.session.scalar(_there(cycle_id, sa.func.count(Participant.id))) else ""


def _parts(cycle_id: int) -> sa.Select[*tuple[Any, ...]]:
    there = Participant.removed_at.is_(None)
    return (
        sa.select(
            FrozenPart.participant_id, FrozenPart.text, FrozenPart.hash, Member.public_id, Participant.grade, there
        )
        .join(Participant, Participant.id == FrozenPart.participant_id)
        .join(Member, Member.id == Participant.member_id)
        .where(FrozenPart.cycle_id == cycle_id)
    )

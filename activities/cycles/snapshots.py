"""What was frozen of a closed cycle, read person by person, or of all where it was closed before version 3."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from activities.cycles.models import FrozenPart, Participant, Snapshot
from activities.kit.db import db, run
from activities.kit.sql import Among
from activities.people.models import Member


def snapshot_of(cycle_id: int) -> Snapshot | None:
    return db.session.scalars(sa.select(Snapshot).where(Snapshot.cycle_id == cycle_id)).one_or_none()


def frozen_of(cycle_id: int, members: Mapping[int, int]) -> dict[int, Any]:
    """By participant, what was frozen of these, each given with their member. One statement; three of a cycle that was
    closed before version 3."""
    query = sa.select(FrozenPart.participant_id, FrozenPart.text)
    rows = run(query.where(FrozenPart.cycle_id == cycle_id, Among(FrozenPart.participant_id, members)))
    return {part_id: json.loads(text) for part_id, text in rows} or _frozen_before(cycle_id, members)


def _frozen_before(cycle_id: int, members: Mapping[int, int]) -> dict[int, Any]:
    snapshot = snapshot_of(cycle_id)
    people = {one["person"]: one for one in json.loads(snapshot.text).get("people", ())} if snapshot else {}
    if not people:
        return {}
    query = sa.select(Participant.id, Member.public_id).join(Member, Member.id == Participant.member_id)
    known = run(query.where(Among(Participant.id, members)))
    return {part_id: people[public_id] for part_id, public_id in known if public_id in people}

"""Asking those who care for the classes of a unit for an opinion on its members in a review, all at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from activities.audit import service as audit
from activities.cares import notices
from activities.cares.rules import is_over
from activities.cycles.locking import unit_locked
from activities.cycles.models import Cycle, Participant
from activities.cycles.rules import REVIEWED
from activities.cycles.rules_refusals import NotOpen
from activities.grades.models import Opinion
from activities.grades.rules import why_not_write
from activities.kit.clock import local_day
from activities.kit.db import db, new_public_id, run, transactional, unless_there
from activities.kit.refusal import ChangedMeanwhile, NotFound
from activities.kit.roles import Permission
from activities.pairings.queries import in_care
from activities.people.models import Unit
from activities.people.persons import is_account_of
from activities.people.service import acting


@transactional
def ask_all(actor_id: int, cycle_id: int, unit_id: int, now: datetime) -> int:
    """Ask everybody who cares for a member of a unit, or for the member's class, for an opinion on that member where
    they were not asked yet; each is told once. Never on the actor. Return how many opinions are asked for, in a fixed
    number of statements. Raises the rules' Refusal, NotFound for a unit whose review is not the actor's."""
    unit, cycle = db.session.get(Unit, unit_id), db.session.get(Cycle, cycle_id)
    if unit is None or cycle is None or not acting(actor_id).may(Permission.HOLD_REVIEW, unit.path):
        raise NotFound
    # Whoever asks for one opinion takes turns with this.
    if unit_locked(cycle_id, unit_id) is None:
        raise NotFound
    db.session.refresh(cycle)
    if not cycle.is_open:
        raise NotOpen
    if refusal := why_not_write(is_over(cycle.windows, local_day(now))):
        raise refusal
    found = _to_ask(actor_id, cycle_id, unit_id)
    rows: list[dict[str, Any]] = [
        {
            "public_id": new_public_id(), "participant_id": part_id, "cycle_id": cycle_id, "member_id": member_id,
            "by_id": carer_id, "asked_by_id": actor_id, "asked_at": now, "text": "",
        }
        for part_id, member_id, carer_id in found
    ]  # fmt: skip
    if rows:
        with unless_there(ChangedMeanwhile):
            run(sa.insert(Opinion), rows)
        _leave(actor_id, [row["public_id"] for row in rows], now)
        notices.asked_on_members(Counter(carer_id for _part, _member, carer_id in found), cycle, now)
    return len(rows)


def _to_ask(actor_id: int, cycle_id: int, unit_id: int) -> list[tuple[int, int, int]]:
    """Participants, whom they are, and who cares for them but was not asked. One statement."""
    pair = in_care(REVIEWED)
    asked = sa.exists().where(Opinion.participant_id == Participant.id, Opinion.by_id == pair.c.carer_id)
    query = (
        sa.select(Participant.id, Participant.member_id, pair.c.carer_id)
        .join(pair, pair.c.person_id == Participant.member_id)
        .where(
            Participant.cycle_id == cycle_id, Participant.unit_id == unit_id, Participant.removed_at.is_(None), ~asked,
            ~is_account_of(Participant.member_id, actor_id),
        )
        .order_by(Participant.id, pair.c.carer_id)
    )  # fmt: skip
    return [(part_id, member_id, carer_id) for part_id, member_id, carer_id in db.session.execute(query)]


def _leave(actor_id: int, public_ids: Sequence[str], now: datetime) -> None:
    """One entry for each."""
    query = sa.select(Opinion.id, Opinion.cycle_id, Opinion.member_id, Opinion.by_id)
    told: list[tuple[int, dict[str, Any], dict[str, Any]]] = [
        (row_id, {}, {"cycle": cycle_id, "member": member_id, "by": by_id})
        for row_id, cycle_id, member_id, by_id in db.session.execute(query.where(Opinion.public_id.in_(public_ids)))
    ]
    audit.leave_all(now, actor_id, "ask", Opinion, told)

"""What accounts that turn out to be one person's vouched for each other waits until somebody else vouches for it, and
what several of them have counted counts once."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager

from activities.audit import service as audit
from activities.duties.models import Slot
from activities.duties.queries import WITH_ALL
from activities.kit.db import db
from activities.people.joining import when_joined
from activities.records import notices
from activities.records.models import Record
from activities.records.rules import CAME, Mark
from activities.records.rules_evidence import Known
from activities.records.rules_overlap import MINUTE, Spell, most_counted
from activities.records.service import facts_of
from activities.records.sheets import AROUND


@when_joined
def open_again(actor_id: int, accounts: Collection[int], now: datetime) -> None:
    """Hours of which two of the three people – who has them, who recorded them, who countersigned – are one by now wait
    for a second person again."""
    three = (Record.member_id, Record.recorded_by_id, Record.countersigned_by_id)
    of_them = [column.in_(accounts) for column in three]
    are_one = sa.or_(*(sa.and_(of_them[n - 1], of_them[n]) for n in range(3)))
    query = (
        sa.select(Record.id, Record.countersigned_by_id)
        .where(Record.is_final, Record.attendance.in_(CAME), are_one)
        .order_by(Record.id)
        .with_for_update()
    )
    found = db.session.execute(query).all()
    after = {"is_final": False, "countersigned_by_id": None}
    ids = [row.id for row in found]
    db.session.execute(sa.update(Record).where(Record.id.in_(ids)).values(changed_at=now, **after))
    changes = [
        (row.id, {"is_final": True, "countersigned_by_id": row.countersigned_by_id}, after) for row in found
    ]  # fmt: skip
    audit.leave_all(now, actor_id, "open again", Record, changes)


@when_joined
def count_once(actor_id: int, accounts: Collection[int], now: datetime) -> None:
    """Of time that overlaps, what was recorded later counts what is left, as if it had been one account all along."""
    query = sa.select(Record).join(Record.slot).where(Record.member_id.in_(accounts), Record.minutes > 0)
    query = query.order_by(Record.recorded_at, Record.id).options(contains_eager(Record.slot))
    spells: list[Spell] = []
    for record in db.session.scalars(query.with_for_update(of=Record)).all():
        slot = record.slot
        spell = Spell(slot.starts_at + record.minutes_late * MINUTE, slot.ends_at + slot.extra_minutes * MINUTE)
        minutes = min(record.minutes, most_counted(spell, [one for one in spells if _are_near(one, spell)]))
        spells.append(replace(spell, minutes=minutes))
        if minutes < record.minutes:
            _shorten(actor_id, record, minutes, now)


def _are_near(one: Spell, other: Spell) -> bool:
    return one.starts_at < other.ends_at + AROUND and one.ends_at > other.starts_at - AROUND


def _shorten(actor_id: int, record: Record, minutes: int, now: datetime) -> None:
    """A signature was under what was, so it is gone."""
    slot = db.session.get_one(Slot, record.slot_id, options=[WITH_ALL])
    mark = Mark(record.attendance, minutes, record.minutes_late)
    known = Known(record.evidence, slot.post.activity.kind.evidence, record.note)
    after = facts_of(mark, known, record.recorded_by_id)
    before = {name: getattr(record, name) for name in after}
    for name, value in {**after, "changed_at": now}.items():
        setattr(record, name, value)
    audit.leave(now, actor_id, "count once", Record, record.id, before=before, after=after)
    notices.counted_once(slot, record.member_id, record.public_id, now)

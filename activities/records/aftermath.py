"""What becomes of records when their slot is cancelled or moved, which can be only before it begins: people check in
and are ticked a while before that. No hour counts without evidence that it was given: of a slot that does not take
place, or takes place at another time, nothing is recorded; where only its end is another, who has come counts to the
new one."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa

from activities.audit import service as audit
from activities.duties.models import Slot
from activities.duties.queries import WITH_ALL
from activities.kit.db import db, run
from activities.kit.sql import Among
from activities.norms import queries as norms
from activities.records import sheets
from activities.records.models import Record
from activities.records.rules import CAME, Mark
from activities.records.rules_ticks import resized
from activities.records.service import counted_once
from activities.records.sheets import Kept
from activities.signups import changing

_RECORDED = sa.select(Record.slot_id).where(Among(Record.slot_id)).distinct()


@changing.afterwards
def settle(gone: Collection[int], other_end: Collection[int], actor_id: int, reason: str, now: datetime) -> None:
    """Inside the transaction that changes the slots. One statement where nobody has come yet."""
    recorded = set(run(_RECORDED, {"ids": sorted({*gone, *other_end})}).scalars())
    for slot_id in sorted(recorded):
        slot = db.session.get_one(Slot, slot_id, options=[WITH_ALL], populate_existing=True)
        kept = {line.member_id: line.kept for line in sheets.sheet(slot_id) if line.kept}
        if slot_id in gone:
            audit.leave_all(
                now, actor_id, "void", Record, [(one.id, one.facts, {}) for one in kept.values()], reason=reason
            )
            db.session.execute(sa.delete(Record).where(Record.slot_id == slot_id))
        else:
            _restate(slot, kept, actor_id, now)


def _restate(slot: Slot, kept: dict[int, Kept], actor_id: int, now: datetime) -> None:
    """Let who has come count to the slot's new end, as if it had always been this."""
    session, grace = sheets.session(slot), norms.in_force()[0].grace
    marks = {
        who: resized(session, grace, one.mark, one.came_at) for who, one in kept.items() if one.mark.attendance in CAME
    }
    changed: dict[int, Mark] = {
        who: mark for who, mark in counted_once(slot, marks).items() if mark != kept[who].mark
    }  # fmt: skip
    for who, mark in changed.items():
        stated = kept[who].facts | {"minutes": mark.minutes, "minutes_late": mark.minutes_late}
        db.session.execute(
            sa.update(Record)
            .where(Record.id == kept[who].id)
            .values(minutes=mark.minutes, minutes_late=mark.minutes_late, changed_at=now)
        )
        audit.leave(now, actor_id, "follow slot", Record, kept[who].id, before=kept[who].facts, after=stated)

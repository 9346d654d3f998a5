"""What time weighs, where a kind says so: beside the minutes that were given, never in their place. While no kind does,
nothing is asked."""

from __future__ import annotations

import sqlalchemy as sa

from activities.duties.kinds import KINDS, Ledger
from activities.duties.models import Activity, Post, Slot
from activities.kit.db import db
from activities.records.models import Record
from activities.records.queries import of_person
from activities.records.rules import CAME


def percent() -> sa.ColumnElement[int]:
    """What a minute of a statement's `Record` weighs, in hundredths, where its `Activity` stands beside it."""
    whens = [
        (sa.and_(Activity.kind_key == kind.key, Record.day >= weight.since), weight.percent)
        for kind in KINDS.values()
        for weight in reversed(kind.weights)
    ]
    return sa.case(*whens, else_=100) if whens else sa.literal(100)


def weighed(member_id: int, year: int | None = None) -> dict[Ledger, int]:
    """By ledger in which anything is weighed, what the person's final minutes weigh, to the nearest minute below."""
    ledgers = {kind.ledger for kind in KINDS.values() if kind.weights}
    if not ledgers:
        return {}
    query = (
        sa.select(Record.ledger, sa.func.sum(Record.minutes * percent()) / 100)
        .join(Record.slot)
        .join(Slot.post)
        .join(Post.activity)
        .where(*of_person(member_id, year), Record.ledger.in_(ledgers), Record.attendance.in_(CAME), Record.is_final)
        .group_by(Record.ledger)
    )
    return {ledger: int(minutes) for ledger, minutes in db.session.execute(query)}

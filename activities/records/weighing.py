"""What time weighs, where a kind says so: beside the minutes that were given, never in their place. While no kind does,
nothing is asked."""

from __future__ import annotations

from typing import Any, TypeAlias

import sqlalchemy as sa

from activities.duties.kinds import KINDS, Ledger, Weight
from activities.duties.models import Activity, Post, Slot
from activities.kit.db import db
from activities.records.models import Record
from activities.records.queries import of_person
from activities.records.rules import CAME

# Each weight with the key of its kind, of one kind the last first.
Scales: TypeAlias = tuple[tuple[str, Weight], ...]


def scales() -> Scales:
    """What is declared."""
    return tuple((kind.key, weight) for kind in KINDS.values() for weight in reversed(kind.weights))


def percent(weights: Scales | None = None) -> sa.ColumnElement[int]:
    """What a minute of a statement's `Record` weighs, in hundredths, where its `Activity` stands beside it."""
    whens = [
        (sa.and_(Activity.kind_key == key, Record.day >= weight.since), weight.percent)
        for key, weight in (scales() if weights is None else weights)
    ]
    return sa.case(*whens, else_=100) if whens else sa.literal(100)


def beyond(weights: Scales, by: sa.SQLColumnExpression[Any]) -> sa.Select[Any]:
    """What final time weighs beyond itself – less than nothing, where it weighs less –, in hundredths of a minute: a
    column a ledger, for each value of `by`. Only records of the kinds that weigh are read, from the first day on."""
    more = Record.minutes * (percent(weights) - 100)
    return (
        sa.select(by, *(sa.func.sum(more).filter(Record.ledger == ledger).label(ledger) for ledger in Ledger))
        .select_from(Record)
        .join(Record.slot)
        .join(Slot.post)
        .join(Post.activity)
        .where(
            Activity.kind_key.in_({key for key, _ in weights}), Record.is_final,
            Record.day >= min(weight.since for _, weight in weights),
        )
        .group_by(by)
    )  # fmt: skip


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

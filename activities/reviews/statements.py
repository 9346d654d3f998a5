"""The statements of the year, each built once for every shape of question: to build one takes longer than to run it
for a branch. What is asked for goes in as parameters: `units` (ids), `first` and `last` (days), and the filters' own.

Every figure on a page comes from `_figures()`, so that the secretary and the member see the same numbers. Statements
name the units by their ids and start from the members, so that their cost goes with the people they show.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from typing import Any, TypeAlias

import sqlalchemy as sa
from sqlalchemy import bindparam as given

from activities.duties.models import Activity, Post, Slot
from activities.duties.rules import SlotState
from activities.kit.sql import Among
from activities.people.models import Member, Unit
from activities.records.models import Record
from activities.records.rules import CAME, Attendance
from activities.reviews.rules import LEDGERS, WEIGHED, Order

AnySelect: TypeAlias = "sa.Select[*tuple[Any, ...]]"
Conditions: TypeAlias = Iterator[sa.ColumnElement[bool]]
ATTENDED = Record.attendance.in_(CAME)
PERSON = ("id", "public_id", "number", "name", "unit_id", "class_name", "stage", "standing")
THIS_YEAR = Record.day.between(given("first"), given("last"))


# ── the scope ───────────────────────────────────────────────────────────────


@lru_cache(maxsize=64)
def scope(paths: int, asked: frozenset[str]) -> AnySelect:
    """The units whose path is like one of `path0`, `path1` …: with the slots nobody is marked in, by class the number
    of people the filters list, and the start of the oldest slot there is."""
    within = sa.or_(*(Unit.path.like(given(f"path{n}")) for n in range(paths)))
    unmarked = _unmarked(within)
    people = sa.func.count(Member.id).filter(sa.true(), *_narrow(asked))
    oldest = sa.select(sa.func.min(Slot.starts_at)).scalar_subquery()
    return (
        sa.select(Unit.id, Unit.public_id, Unit.name, Unit.path, unmarked.c.slots, Member.class_name, people, oldest)
        .outerjoin(Member, sa.and_(Member.unit_id == Unit.id, *_on_roster(asked)))
        .join(unmarked, unmarked.c.id == Unit.id)
        .where(within)
        .group_by(Unit.id, unmarked.c.slots, Member.class_name)
        .order_by(Unit.path)
    )


def _unmarked(within: sa.ColumnElement[bool]) -> sa.Subquery:
    """By unit, the slots of its activities from `starts` to `ends` that were over by `now`, with people, of whom nobody
    is marked.

    Outer joins, because every database goes along them from the few units to their slots.
    """
    over = sa.and_(
        Slot.post_id == Post.id, Slot.starts_at >= given("starts"), Slot.starts_at < given("ends"),
        Slot.ends_at <= given("now"), Slot.taken > 0, Slot.state == SlotState.OPEN,
        ~sa.exists().where(Record.slot_id == Slot.id),
    )  # fmt: skip
    return (
        sa.select(Unit.id, sa.func.count(Slot.id).label("slots"))
        .outerjoin(Activity, Activity.unit_id == Unit.id)
        .outerjoin(Post, Post.activity_id == Activity.id)
        .outerjoin(Slot, over)
        .where(within)
        .group_by(Unit.id)
        .subquery()
    )


# ── the people ──────────────────────────────────────────────────────────────


def _on_roster(asked: frozenset[str]) -> Conditions:
    if "gone" not in asked:
        yield Member.active.is_(True)


def _narrow(asked: frozenset[str]) -> Conditions:
    """What the filters ask of a member on the roster, the unit aside."""
    for column in (Member.class_name, Member.stage, Member.standing):
        if column.key in asked:
            yield column == given(column.key)
    if "search" in asked:
        pattern = sa.func.lower(given("search", type_=sa.String))
        yield sa.or_(*(sa.func.lower(c).like(pattern, escape="/") for c in (Member.name, Member.number)))


def _records(asked: frozenset[str]) -> Conditions:
    """What the filters ask of a record of the year."""
    yield THIS_YEAR
    if "evidence" in asked:
        yield Record.evidence == given("evidence")
    if "countersigned" in asked:
        yield Record.countersigned_by_id.is_not(None)


def _members(asked: frozenset[str]) -> sa.ColumnElement[bool]:
    return sa.and_(Member.unit_id.in_(given("units", expanding=True)), *_on_roster(asked), *_narrow(asked))


@lru_cache(maxsize=64)
def minutes(asked: frozenset[str]) -> AnySelect:
    """By unit, the minutes of each ledger: those that are final, then those that wait for a second person; and what the
    final ones weigh."""
    return (
        sa.select(Member.unit_id, *_minutes())
        .join(Record, Record.member_id == Member.id)
        .where(_members(asked), *_records(asked))
        .group_by(Member.unit_id)
    )


@lru_cache(maxsize=64)
def attendances(asked: frozenset[str]) -> AnySelect:
    """By day, how often somebody attended."""
    return (
        sa.select(Record.day, sa.func.count())
        .join(Member, Member.id == Record.member_id)
        .where(_members(asked), *_records(asked), ATTENDED)
        .group_by(Record.day)
    )


@lru_cache(maxsize=256)
def lines(asked: frozenset[str], order: Order, cut: bool) -> AnySelect:
    """The members with their figures; with `cut`, `limit` of them after the first `offset`.

    Ordered by who people are, the page is cut first and only its people's records are read.
    """
    table = Member.__table__.c
    people = sa.select(*(table[name] for name in PERSON)).where(_members(asked))
    if order.is_personal:
        people = _sorted(people, table[order.key], table.id, order, cut)
    who = people.cte("who")
    did = (
        sa.select(Record.member_id, *_figures())
        .where(Record.member_id.in_(sa.select(who.c.id)), *_records(asked))
        .group_by(Record.member_id)
        .cte("did")
    )
    query = sa.select(*who.c, *list(did.c)[1:]).outerjoin_from(who, did, did.c.member_id == who.c.id)
    if order.is_personal:
        return _sorted(query, who.c[order.key], who.c.id, order, cut=False)
    none = date.min if order.key == "last_seen" else 0
    return _sorted(query, sa.func.coalesce(did.c[order.key], none), who.c.id, order, cut)


def _sorted(
    query: AnySelect, column: sa.ColumnElement[Any], tie: sa.ColumnElement[int], order: Order, cut: bool
) -> AnySelect:
    query = query.order_by(column.desc() if order.down else column, tie)
    return query.limit(given("limit")).offset(given("offset")) if cut else query


@lru_cache(maxsize=1)
def own_days() -> AnySelect:
    """By day, the figures of the member `member`."""
    return (
        sa.select(Record.day, *_figures())
        .where(Record.member_id == given("member"), THIS_YEAR)
        .group_by(Record.day)
        .order_by(Record.day)
    )


@lru_cache(maxsize=1)
def of_people() -> AnySelect:
    """The figures of each of the members with these ids, however many."""
    return sa.select(Record.member_id, *_figures()).where(Among(Record.member_id), THIS_YEAR).group_by(Record.member_id)


# ── figures ─────────────────────────────────────────────────────────────────


def _figures() -> list[sa.ColumnElement[Any]]:
    """What is counted in a group of records: as `Figures` has it."""
    one: sa.ColumnElement[int] = sa.literal_column("1")
    return [
        *_minutes(),
        sa.func.count(one).filter(ATTENDED).label("attended"),
        *(
            sa.func.count(one).filter(Record.attendance == attendance).label(attendance)
            for attendance in (Attendance.LATE, Attendance.EXCUSED, Attendance.ABSENT)
        ),
        sa.func.max(Record.day).filter(ATTENDED).label("last_seen"),
    ]


def _minutes() -> list[sa.ColumnElement[int]]:
    """The minutes of each ledger, final ones and then provisional ones, and what the final ones weigh in those where
    time may weigh anything else, in hundredths; as integers, which some databases sum up to decimals."""
    minutes, weight = Record.minutes, Record.minutes * Record.weight
    final = [(ledger, minutes, Record.is_final, ledger) for ledger in LEDGERS]
    provisional = [(f"{ledger}_provisional", minutes, ~Record.is_final, ledger) for ledger in LEDGERS]
    weighed = [(f"{ledger}_weighed", weight, Record.is_final, ledger) for ledger in WEIGHED]
    return [
        sa.cast(sa.func.coalesce(sa.func.sum(what).filter(Record.ledger == ledger, standing), 0), sa.BigInteger).label(
            name
        )
        for name, what, standing, ledger in (*final, *provisional, *weighed)
    ]

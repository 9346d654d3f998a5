"""The year read from the records: for the units below a secretary's, and for one person.

Every figure on a page comes from `_figures()`, so that the secretary and the member see the same numbers. Statements
name the units by their ids and start from the members, so that their cost goes with the people they show.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime, time
from typing import Any, TypeAlias

import sqlalchemy as sa

from activities.duties.models import Activity, Post, Slot
from activities.duties.rules import SlotState
from activities.kit import clock
from activities.kit.db import db
from activities.kit.refusal import NotFound
from activities.people.models import Member, Unit
from activities.records.models import Record
from activities.records.rules import CAME, Attendance
from activities.reviews.rules import LEDGERS, Branch, Figures, Filters, Line, Order, OwnYear, Scope

AnySelect: TypeAlias = "sa.Select[*tuple[Any, ...]]"
NOTHING = Figures()
ATTENDED = Record.attendance.in_(CAME)


# ── the scope ───────────────────────────────────────────────────────────────


def scope(paths: Collection[str], year: int, filters: Filters, now: datetime) -> Scope:
    """The units at `paths` and below, with their people and classes. One statement; NotFound where the filters ask for
    a unit outside."""
    within = sa.or_(*(Unit.path.startswith(path, autoescape=True) for path in sorted(paths)))
    oldest = sa.select(sa.func.min(Slot.starts_at)).scalar_subquery()
    unmarked = _unmarked(within, year, now)
    query = (
        sa.select(
            Unit.id, Unit.public_id, Unit.name, Unit.path, unmarked.c.slots,
            Member.class_name, sa.func.count(Member.id).filter(*_narrow(filters)), oldest,
        )
        .outerjoin(Member, sa.and_(Member.unit_id == Unit.id, _on_roster(filters)))
        .join(unmarked, unmarked.c.id == Unit.id)
        .where(within)
        .group_by(Unit.id, unmarked.c.slots, Member.class_name)
        .order_by(Unit.path)
    )  # fmt: skip
    branches: dict[int, Branch] = {}
    rows = db.session.execute(query).all()
    for *unit, class_name, people, _ in rows:
        branch = branches.setdefault(unit[0], Branch(*unit))
        branch.people += people
        if class_name:
            branch.classes.append(class_name)
    units = list(branches.values())
    this, first = clock.local_day(now), rows[0][-1]
    years = range(this.year, clock.local_day(first).year - 1, -1) if first else ()
    return Scope(units, _chosen(units, filters.unit), list(years))


def _chosen(branches: list[Branch], public_id: str) -> list[Branch]:
    if not public_id:
        return branches
    for top in branches:
        if top.public_id == public_id:
            return [branch for branch in branches if branch.path.startswith(top.path)]
    raise NotFound


def _unmarked(within: sa.ColumnElement[bool], year: int, now: datetime) -> sa.Subquery:
    """By unit, the slots of its activities that ended this year, with people, of whom nobody is marked.

    Outer joins, because every database goes along them from the few units to their slots.
    """
    starts, ends = (clock.at(day, time()) for day in (date(year, 1, 1), date(year + 1, 1, 1)))
    marked = sa.exists().where(Record.slot_id == Slot.id)
    over = sa.and_(
        Slot.post_id == Post.id, Slot.starts_at >= starts, Slot.starts_at < ends, Slot.ends_at <= now,
        Slot.taken > 0, Slot.state == SlotState.OPEN, ~marked,
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


def _on_roster(filters: Filters) -> sa.ColumnElement[bool]:
    return sa.true() if filters.gone else Member.active.is_(True)


def _narrow(filters: Filters) -> list[sa.ColumnElement[bool]]:
    """What the filters ask of a member on the roster, the unit aside."""
    columns = (Member.class_name, Member.stage, Member.standing)
    conditions = [sa.true(), *(c == getattr(filters, c.key) for c in columns if getattr(filters, c.key))]
    if text := filters.search:
        matches = (column.icontains(text, autoescape=True) for column in (Member.name, Member.number))
        conditions.append(sa.or_(*matches))
    return conditions


def _members(branches: Sequence[Branch], filters: Filters) -> sa.ColumnElement[bool]:
    unit_ids = [branch.id for branch in branches]
    return sa.and_(Member.unit_id.in_(unit_ids), _on_roster(filters), *_narrow(filters))


def _in(year: int) -> sa.ColumnElement[bool]:
    return Record.day.between(date(year, 1, 1), date(year, 12, 31))


def minutes(branches: Sequence[Branch], year: int, filters: Filters) -> dict[int, tuple[int, ...]]:
    """Minutes of those the filters list: for each unit a number a ledger, in the order of LEDGERS. One statement."""
    query = (
        sa.select(Member.unit_id, *_minutes())
        .join(Record, Record.member_id == Member.id)
        .where(_members(branches, filters), _in(year))
        .group_by(Member.unit_id)
    )
    found = {unit_id: tuple(minutes) for unit_id, *minutes in db.session.execute(query)}
    return {branch.id: found.get(branch.id, NOTHING.minutes) for branch in branches}


def attendances(branches: Sequence[Branch], year: int, filters: Filters) -> dict[date, int]:
    """How often somebody the filters list attended, by day. One statement."""
    query = (
        sa.select(Record.day, sa.func.count())
        .join(Member, Member.id == Record.member_id)
        .where(_members(branches, filters), _in(year), ATTENDED)
        .group_by(Record.day)
    )
    return dict(iter(db.session.execute(query)))


def lines(
    branches: Sequence[Branch], year: int, filters: Filters, order: Order, *, limit: int | None = None, offset: int = 0
) -> Iterator[Line]:
    """The members the filters list, each with the year's figures; zeros for who has none. One statement; without a
    limit it is read in portions, so that the memory it takes does not grow with them.

    Ordered by who people are, the page is cut first and only its people's records are read.
    """
    people = sa.select(
        Member.id, Member.number, Member.name, Member.unit_id, Member.class_name, Member.stage, Member.standing
    ).where(_members(branches, filters))
    if order.is_personal:
        people = (
            _sorted(people, Member.__table__.c[order.key], Member.__table__.c.id, order).limit(limit).offset(offset)
        )
    who = people.cte("who")
    did = (
        sa.select(Record.member_id, *_figures())
        .where(Record.member_id.in_(sa.select(who.c.id)), _in(year))
        .group_by(Record.member_id)
        .cte("did")
    )
    query = sa.select(*who.c, *list(did.c)[1:]).outerjoin_from(who, did, did.c.member_id == who.c.id)
    if order.is_personal:
        query = _sorted(query, who.c[order.key], who.c.id, order)
    else:
        zero = date.min if order.key == "last_seen" else 0
        query = _sorted(query, sa.func.coalesce(did.c[order.key], zero), who.c.id, order).limit(limit).offset(offset)
    names = {branch.id: branch.name for branch in branches}
    for row in db.session.execute(query, execution_options={} if limit else {"yield_per": 500}):
        _, number, name, unit_id, class_name, stage, standing, *values = row
        yield Line(number, name, names[unit_id], class_name, stage, standing, _read(values))


def _sorted(query: AnySelect, column: sa.ColumnElement[Any], tie: sa.ColumnElement[int], order: Order) -> AnySelect:
    return query.order_by(column.desc() if order.down else column, tie)


def own_year(member_id: int, year: int) -> OwnYear:
    """One member's year, by the same counting as the secretary's page. One statement."""
    query = (
        sa.select(Record.day, *_figures())
        .where(Record.member_id == member_id, _in(year))
        .group_by(Record.day)
        .order_by(Record.day)
    )
    return OwnYear({day: _read(values) for day, *values in db.session.execute(query)})


# ── figures ─────────────────────────────────────────────────────────────────


def _figures() -> list[sa.ColumnElement[Any]]:
    """What is counted in a group of records, in the order `_read` takes it in."""
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
    """The minutes of each ledger, as integers, which some databases sum up to decimals."""
    sums = ((ledger, sa.func.sum(Record.minutes).filter(Record.ledger == ledger)) for ledger in LEDGERS)
    return [sa.cast(sa.func.coalesce(total, 0), sa.BigInteger).label(ledger) for ledger, total in sums]


def _read(values: Sequence[Any]) -> Figures:
    """The figures of a group of records, or of no group at all."""
    minutes, others = values[: len(LEDGERS)], values[len(LEDGERS) :]
    return NOTHING if others[0] is None else Figures(tuple(minutes), *others)

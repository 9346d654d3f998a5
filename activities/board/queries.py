"""Reads of the board: plain rows in statements built once for all who run the same activities."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple, TypeAlias, cast

import sqlalchemy as sa

from activities.board.rules import AHEAD, HISTORY_WEEKS, Past, Stretch
from activities.duties.kinds import Kind, kind_of
from activities.duties.models import Activity, Post, Slot
from activities.duties.queries import Sight, among_organized, posts_organized, sight_of
from activities.duties.rules import SlotState, WayIn
from activities.kit.columns import UtcDateTime
from activities.kit.db import run
from activities.people.models import Unit
from activities.people.users import Viewer
from activities.records.models import Record
from activities.records.rules import CAME
from activities.signups.can_take import goes_to_who_comes
from activities.signups.models import SignUp
from activities.signups.rules import SignUpState

AnySelect: TypeAlias = "sa.Select[*tuple[Any, ...]]"

FIRST = sa.bindparam("first", type_=UtcDateTime())
LAST = sa.bindparam("last", type_=UtcDateTime())
NOW = sa.bindparam("now", type_=UtcDateTime())
IN_TIME = sa.and_(Slot.starts_at >= FIRST, Slot.starts_at < LAST)
IS_OPEN = Slot.state == SlotState.OPEN
# The slots that are most likely to stay empty are among the emptiest ones.
MOST_AHEAD = 100
# Marks that are missing for longer are not asked for any more, and so many slots at once are enough to do.
UNMARKED_SINCE = timedelta(days=30)
MOST_UNMARKED = 50


# ── the week ────────────────────────────────────────────────────────────────


class Part(NamedTuple):
    """An activity's part of a week: its posts that have slots then, its open slots and their seats."""

    activity_id: int
    public_id: str
    name: str
    kind_key: str
    unit_id: str
    unit: str
    unit_path: str
    posts: int
    slots: int
    capacity: int
    taken: int

    @property
    def kind(self) -> Kind:
        return kind_of(self.kind_key)


class Cell(NamedTuple):
    """A slot on the board, and what names its row. `people` hold a seat, wait or have asked for one; `marked` people
    have a record, `came` of them were there."""

    slot_id: int
    public_id: str
    state: SlotState
    starts_at: datetime
    ends_at: datetime
    capacity: int
    taken: int
    waiting: int
    people: int
    cancel_reason: str
    activity_id: int
    post_id: int
    post_public_id: str
    post: str
    place: str
    marked: int
    came: int
    is_filling: bool  # its seats go to who comes or is assigned; those still to be drawn are nobody's yet

    @property
    def left(self) -> int:
        return self.capacity - self.taken


_OF_PART = (Activity.id, Activity.public_id, Activity.name, Activity.kind_key, Unit.public_id, Unit.name, Unit.path)
_ORDER = (Activity.name, Activity.id)


def _of_open(column: sa.ColumnElement[int] | Any) -> sa.ColumnElement[int]:
    return sa.func.coalesce(sa.func.sum(sa.case((IS_OPEN, column), else_=0)), 0)


@lru_cache(maxsize=1024)
def _parts(sight: Sight) -> AnySelect:
    return (
        sa.select(
            *_OF_PART,
            sa.func.count(Slot.post_id.distinct()),
            _of_open(1),
            _of_open(Slot.capacity),
            _of_open(Slot.taken),
        )
        .select_from(Slot)
        .join(Slot.post)
        .join(Post.activity)
        .join(Activity.unit)
        .where(among_organized(sight), IN_TIME)
        .group_by(*_OF_PART)
        .order_by(*_ORDER)
    )


IS_FILLING = sa.or_(goes_to_who_comes(), Activity.way_in == WayIn.ASSIGNMENT)
_RECORDS = sa.select(sa.func.count(Record.id)).where(Record.slot_id == Slot.id).correlate(Slot)
_POSTS = (
    sa.select(Post.id)
    .join(Post.activity)
    .where(
        Activity.id.in_(sa.bindparam("activities", type_=sa.Integer(), expanding=True)),
        sa.exists().where(Slot.post_id == Post.id, IN_TIME),
    )
    .order_by(*_ORDER, Post.id)
    .offset(sa.bindparam("offset", type_=sa.Integer()))
    .limit(sa.bindparam("limit", type_=sa.Integer()))
    .subquery()
)
_CELLS = (
    sa.select(
        Slot.id, Slot.public_id, Slot.state, Slot.starts_at, Slot.ends_at, Slot.capacity, Slot.taken, Slot.waiting,
        Slot.taken - Slot.gathered + Slot.waiting + Slot.asked, Slot.cancel_reason, Activity.id, Post.id,
        Post.public_id, Post.name, Post.place,
        _RECORDS.scalar_subquery(), _RECORDS.where(Record.attendance.in_(CAME)).scalar_subquery(), IS_FILLING,
    )
    .join(_POSTS, _POSTS.c.id == Slot.post_id)
    .join(Post, Post.id == Slot.post_id)
    .join(Post.activity)
    .where(IN_TIME)
    .order_by(*_ORDER, Post.id, Slot.starts_at, Slot.id)
)  # fmt: skip


@lru_cache(maxsize=1024)
def _nearest(sight: Sight) -> AnySelect:
    of_post = sa.select(Slot.starts_at).where(Slot.post_id == Post.id).correlate(Post)
    before = of_post.where(Slot.starts_at < FIRST).order_by(Slot.starts_at.desc()).limit(1)
    after = of_post.where(Slot.starts_at >= LAST).order_by(Slot.starts_at).limit(1)
    return sa.select(sa.func.max(before.scalar_subquery()), sa.func.min(after.scalar_subquery())).where(
        Post.id.in_(posts_organized(sight))
    )


def parts(member: Viewer, first: datetime, last: datetime) -> list[Part]:
    """What the member runs between two moments, by activity."""
    return [Part._make(row) for row in run(_parts(sight_of(member)), {"first": first, "last": last})]


def cells(activity_ids: Collection[int], stretch: Stretch, first: datetime, last: datetime) -> list[Cell]:
    """The slots between two moments of a page of these activities' posts, by activity, post and time."""
    values = {"activities": list(activity_ids), **stretch._asdict(), "first": first, "last": last}
    return [Cell._make(row) for row in run(_CELLS, values)]


def nearest(member: Viewer, first: datetime, last: datetime) -> tuple[datetime | None, datetime | None]:
    """When the last slot before and the first one after the span starts, of those the member runs."""
    before, after = run(_nearest(sight_of(member)), {"first": first, "last": last}).one()
    return before, after


# ── what may stay empty ─────────────────────────────────────────────────────


class Ahead(NamedTuple):
    """A slot to come with free seats, and what names it."""

    slot_id: int
    public_id: str
    starts_at: datetime
    ends_at: datetime
    capacity: int
    taken: int
    waiting: int
    post_id: int
    post: str
    activity_id: str
    activity: str
    kind_key: str
    unit_path: str
    way_in: WayIn

    @property
    def kind(self) -> Kind:
        return kind_of(self.kind_key)

    @property
    def is_assigned(self) -> bool:
        """Whether nobody is asked to help, because people are assigned."""
        return self.way_in is WayIn.ASSIGNMENT


@lru_cache(maxsize=1024)
def _ahead(sight: Sight) -> AnySelect:
    return (
        sa.select(
            Slot.id, Slot.public_id, Slot.starts_at, Slot.ends_at, Slot.capacity, Slot.taken, Slot.waiting, Post.id,
            Post.name, Activity.public_id, Activity.name, Activity.kind_key, Unit.path, Activity.way_in,
        )
        .join(Slot.post)
        .join(Post.activity)
        .join(Activity.unit)
        .where(
            among_organized(sight), IS_OPEN, Slot.starts_at > FIRST, Slot.starts_at <= LAST, Slot.taken < Slot.capacity,
            IS_FILLING,
        )
        .order_by(sa.cast(Slot.taken, sa.Float) / Slot.capacity, Slot.starts_at, Slot.id)
        .limit(MOST_AHEAD)
    )  # fmt: skip


_PAST = sa.select(Slot.post_id, Slot.starts_at, Slot.capacity, Slot.taken).where(
    Slot.post_id.in_(sa.bindparam("posts", type_=sa.Integer(), expanding=True)), IS_OPEN, IN_TIME
)


def ahead(member: Viewer, now: datetime) -> list[Ahead]:
    """The slots of the next days with free seats that go to who comes or is assigned, the emptiest first."""
    return [Ahead._make(row) for row in run(_ahead(sight_of(member)), {"first": now, "last": now + AHEAD})]


def past(post_ids: Collection[int], now: datetime) -> Iterable[Past]:
    """The posts' slots of the last weeks."""
    values = {"posts": list(post_ids), "first": now - timedelta(weeks=HISTORY_WEEKS), "last": now}
    return cast("Iterable[Past]", run(_PAST, values))


# ── what waits to be done ───────────────────────────────────────────────────


class Unmarked(NamedTuple):
    """A slot that is over, in which so many people have not been marked yet."""

    public_id: str
    starts_at: datetime
    ends_at: datetime
    post: str
    activity: str
    kind_key: str
    people: int

    @property
    def kind(self) -> Kind:
        return kind_of(self.kind_key)


_NOT_MARKED = (
    sa.select(sa.func.count(SignUp.id))
    .where(
        SignUp.slot_id == Slot.id, SignUp.state == SignUpState.SEATED,
        ~sa.exists().where(Record.slot_id == SignUp.slot_id, Record.member_id == SignUp.member_id),
    )
    .correlate(Slot)
    .scalar_subquery()
)  # fmt: skip


@lru_cache(maxsize=1024)
def _unmarked(sight: Sight) -> AnySelect:
    return (
        sa.select(
            Slot.public_id, Slot.starts_at, Slot.ends_at, Post.name, Activity.name, Activity.kind_key, _NOT_MARKED
        )
        .join(Slot.post)
        .join(Post.activity)
        .join(Activity.unit)
        .where(among_organized(sight), IS_OPEN, IN_TIME, Slot.ends_at <= NOW, Slot.taken > 0, _NOT_MARKED > 0)
        .order_by(Slot.starts_at, Slot.id)
        .limit(MOST_UNMARKED + 1)
    )


def unmarked(member: Viewer, now: datetime) -> list[Unmarked]:
    """The slots that are over in which somebody has not been marked, the oldest first, and one more than are shown."""
    values = {"first": now - UNMARKED_SINCE, "last": now, "now": now}
    return [Unmarked._make(row) for row in run(_unmarked(sight_of(member)), values)]

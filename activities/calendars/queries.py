"""Reads of feeds. Whether a feed changed is one indexed statement; what stands in it is one more.

The statements are built once: they are asked by every client every hour.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple, TypeAlias

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from activities.calendars.models import Feed
from activities.calendars.rules_feeds import Scope
from activities.duties.models import Activity, GoneSlot, Post, Slot
from activities.duties.rules import SlotState
from activities.kit.columns import UtcDateTime
from activities.kit.db import db
from activities.kit.reading import look, reading
from activities.kit.refusal import NotFound
from activities.kit.sql import Among, Latest
from activities.people.models import Member, Unit
from activities.sites.models import Site

AnySelect: TypeAlias = "sa.Select[*tuple[Any, ...]]"
Row: TypeAlias = "sa.Row[*tuple[Any, ...]]"


class Written(sa.TypeDecorator[str]):
    """A UUID as it is written: nothing but that is asked of the thousands in a feed."""

    impl = sa.Uuid(as_uuid=False)
    cache_ok = True

    def result_processor(self, dialect: sa.Dialect, _coltype: object) -> Callable[[object], str]:
        return _with_dashes if dialect.name == "sqlite" else str


def _with_dashes(digits: Any) -> str:
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


SINCE = sa.bindparam("since", type_=UtcDateTime())
DIGEST = sa.bindparam("digest", type_=sa.String())
SUBJECT = sa.bindparam("subject", type_=sa.String())

_GEO = sa.select(Site.geo).where(Site.id == Post.site_id).correlate(Post).scalar_subquery()
REVISION = Slot.revision + Post.revision + Activity.revision + Unit.revision
CHANGES = (Slot.changed_at, Post.changed_at, Activity.changed_at, Unit.changed_at)
# What a calendar shows of a slot, but for the words around it.
SHOWN = (
    Slot.public_id, sa.type_coerce(Slot.uid, Written()).label("uid"), Post.id.label("post_id"), Slot.starts_at,
    Slot.ends_at, Slot.state, Slot.capacity, Post.name.label("post"), Post.place,
    Activity.public_id.label("activity_id"), Activity.name.label("activity"), Activity.kind_key.label("kind"),
    Unit.name.label("unit"), _GEO.label("geo"),
)  # fmt: skip
# The same where no person's seat is in it, and nobody is counted.
SHOWN_TO_ALL = (
    *SHOWN, REVISION.label("revision"), Latest(*CHANGES).label("changed_at"), sa.null().label("seat"),
    sa.null().label("minute"), sa.null().label("people"), Slot.id.label("slot_id"), Activity.id.label("whose_id"),
)  # fmt: skip
IS_SHOWN = sa.and_(Slot.starts_at >= SINCE, sa.or_(Slot.state == SlotState.OPEN, Slot.cancelled_at >= SINCE))
# What every edition of a private feed knows of the feed itself and of whose it is.
FEED = (
    Feed.revoked_at, Feed.created_at, Feed.detail, Feed.revision.label("raised"), Feed.changed_at.label("raised_at"),
    Feed.edition, Feed.edition_at, Member.id, Member.language, Member.active,
)  # fmt: skip


# Rows fetched at once.
_PORTION = 500


class Only(NamedTuple):
    """Which slots of a feed are read: all of them, those of some activities, or some by their own ids."""

    of: str = "all"
    ids: Sequence[int] = ()

    def portions(self) -> Iterator[Only]:
        """The same by a few at a time."""
        return (Only(self.of, self.ids[n : n + _PORTION]) for n in range(0, len(self.ids), _PORTION))


ALL = Only()


def these(*which: sa.ColumnElement[bool]) -> AnySelect:
    """A few slots by their ids, in order of time, as far as they are shown. Databases are told how many, and kept from
    looking for them among all of a post or of a time: a sum and a case are not searched by."""
    return (
        sa.select(*SHOWN_TO_ALL)
        .select_from(Slot)
        .join(Post, Post.id == Slot.post_id + 0)
        .join(Activity, Activity.id == Post.activity_id)
        .join(Unit, Unit.id == Activity.unit_id)
        .where(Slot.id.in_(sa.bindparam("ids", expanding=True)), sa.case((IS_SHOWN, 1), else_=0) == 1, *which)
        .order_by(Slot.starts_at, Slot.id)
    )


# ── feeds ───────────────────────────────────────────────────────────────────

_LOOK_UP = (
    sa.select(Feed.scope, Feed.subject, Feed.revoked_at, Member.active)
    .join(Member, Member.id == Feed.member_id)
    .where(Feed.digest == DIGEST)
)


def look_up(digest: str) -> Row | None:
    """Of what the feed is whose token has this digest."""
    return one(_LOOK_UP, {"digest": digest})


def feeds_of(member_id: int) -> list[Feed]:
    """The person's feeds, the first made first."""
    query = sa.select(Feed).where(Feed.member_id == member_id, Feed.revoked_at.is_(None)).order_by(Feed.id)
    return list(db.session.scalars(query))


def feed_for(member_id: int, public_id: str) -> Feed:
    """The feed, if it is this person's and not revoked. NotFound."""
    mine = (Feed.public_id == public_id, Feed.member_id == member_id, Feed.revoked_at.is_(None))
    feed = db.session.scalar(sa.select(Feed).where(*mine))
    if feed is None:
        raise NotFound
    return feed


# ── what is public ──────────────────────────────────────────────────────────


def last_shown(moment: Any, *which: sa.ColumnElement[bool]) -> sa.ScalarSelect[Any]:
    """The last of an activity's moments that is no longer shown: one look into an index for each post."""
    last = sa.select(sa.func.max(moment)).where(Slot.post_id == Post.id, moment < SINCE).correlate(Post)
    posts = sa.select(sa.func.max(last.scalar_subquery())).where(Post.activity_id == Activity.id, *which)
    return posts.correlate(Activity).scalar_subquery()


def _published(*which: sa.ColumnElement[bool]) -> AnySelect:
    """An activity by its own revisions and times, and what left it last."""
    return (
        sa.select(
            Activity.id, (Activity.revision + Unit.revision).label("revision"), Activity.schedule_revision,
            Latest(Activity.changed_at, Activity.schedule_changed_at, Unit.changed_at).label("changed_at"),
            last_shown(Slot.starts_at, *which).label("past_at"),
            last_shown(Slot.cancelled_at, *which).label("cancelled_at"),
        )
        .select_from(Activity)
        .join(Unit, Unit.id == Activity.unit_id)
    )  # fmt: skip


_This = aliased(Post)
_PUBLIC_EDITIONS = {
    Scope.ACTIVITY: _published().add_columns(Activity.name).where(Activity.public_id == SUBJECT),
    Scope.POST: _published(Post.public_id == SUBJECT)
    .add_columns(Activity.name, _This.name)
    .join(_This, _This.activity_id == Activity.id)
    .where(_This.public_id == SUBJECT),
}


def _public_events(*which: sa.ColumnElement[bool]) -> AnySelect:
    return (
        sa.select(*SHOWN_TO_ALL)
        .select_from(Activity)
        .join(Post, Post.activity_id == Activity.id)
        .join(Slot, Slot.post_id == Post.id)
        .join(Unit, Unit.id == Activity.unit_id)
        .where(*which, IS_SHOWN)
        .order_by(Slot.starts_at, Slot.id)
    )


_OF_SUBJECT = {Scope.ACTIVITY: Activity.public_id == SUBJECT, Scope.POST: Post.public_id == SUBJECT}
_EVENTS_OF_PUBLIC = {
    scope: {
        "all": _public_events(of_it), "activities": _public_events(of_it, Among(Activity.id)), "slots": these(of_it)
    }
    for scope, of_it in _OF_SUBJECT.items()
}  # fmt: skip


def public_edition(scope: Scope, subject: str, since: datetime) -> Row | None:
    """What tells whether the feed of an activity or a post changed."""
    return one(_PUBLIC_EDITIONS[scope], {"subject": subject, "since": since})


def public_events(scope: Scope, subject: str, since: datetime, only: Only = ALL) -> Iterator[Row]:
    """The slots of an activity or a post in order of time, or some of them. No person is read."""
    return many(_EVENTS_OF_PUBLIC[scope][only.of], {"subject": subject, "since": since, "ids": only.ids})


# ── what has changed ────────────────────────────────────────────────────────

_KNOWN = sa.bindparam("known", type_=sa.Integer())
_OF_ACTIVITY = sa.bindparam("activity_id", type_=sa.Integer())
_SLOTS_OF_POSTS = sa.select(Slot.id).join(Post, Post.id == Slot.post_id).where(Post.activity_id == _OF_ACTIVITY)
_CHANGED = sa.union_all(
    _SLOTS_OF_POSTS.where(Slot.schedule_revision > _KNOWN),
    _SLOTS_OF_POSTS.where(Post.schedule_revision > _KNOWN),
    sa.select(GoneSlot.slot_id).where(GoneSlot.activity_id == _OF_ACTIVITY, GoneSlot.schedule_revision > _KNOWN),
)


def changed_since(activity_id: int, known: int) -> set[int]:
    """The slots of an activity that show anything else than when its schedule had come so far, those among them that
    are there no more: each found by an index."""
    return {row[0] for row in many(_CHANGED, {"activity_id": activity_id, "known": known})}


# ── asked beside the session ────────────────────────────────────────────────


def one(query: sa.Executable, values: Mapping[str, Any]) -> Row | None:
    return look(query, values)


def many(query: sa.Executable, values: Mapping[str, Any]) -> Iterator[Any]:
    """Rows as plain named tuples: a calendar asks each of its ten thousand twenty times, and of a `Row` that costs a
    third of all it takes to write it."""
    with reading() as connection:
        result = connection.execute(query, values)
        make = _shape(tuple(result.keys()))
        for rows in result.partitions(_PORTION):
            yield from map(make, rows)


@lru_cache(maxsize=32)
def _shape(names: tuple[str, ...]) -> Callable[[Iterable[Any]], Any]:
    shape: Any = namedtuple("Shown", names)  # type: ignore[misc]
    make: Callable[[Iterable[Any]], Any] = shape._make
    return make

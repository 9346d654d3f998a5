"""Reads of feeds. Whether a feed changed is one indexed statement; what stands in it is one more.

The statements are built once: they are asked by every client every hour.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from activities.calendars.models import Feed
from activities.duties.models import Activity, Arrival, Post, Slot
from activities.duties.rules import SlotState
from activities.kit.db import UtcDateTime, db, reading
from activities.people.models import Member, Unit
from activities.signups.facts import ACTIVE_STATES
from activities.signups.models import SignUp
from activities.signups.rules import SignUpState


class Latest(FunctionElement[datetime]):
    """The latest of several moments: PostgreSQL's `greatest`, which SQLite calls `max`."""

    type = UtcDateTime()
    inherit_cache = True


@compiles(Latest)
def _greatest(element: Latest, compiler: SQLCompiler, **options: Any) -> str:
    return f"greatest({compiler.process(element.clauses, **options)})"


@compiles(Latest, "sqlite")
def _max(element: Latest, compiler: SQLCompiler, **options: Any) -> str:
    return f"max({compiler.process(element.clauses, **options)})"


SINCE = sa.bindparam("since", type_=UtcDateTime())
OWNER = sa.bindparam("owner_id", type_=sa.Integer())

REVISION = Slot.revision + Post.revision + Activity.revision + Unit.revision
CHANGES = (Slot.changed_at, Post.changed_at, Activity.changed_at, Unit.changed_at)
# What a calendar shows of a slot, but for the words around it.
SHOWN = (
    Slot.public_id, Slot.uid, Slot.starts_at, Slot.ends_at, Slot.state, Post.name.label("post"), Post.place,
    Activity.public_id.label("activity_id"), Activity.name.label("activity"),
    Activity.kind_key.label("kind"), Unit.name.label("unit"),
)  # fmt: skip
IS_SHOWN = sa.and_(Slot.starts_at >= SINCE, sa.or_(Slot.state == SlotState.OPEN, Slot.cancelled_at >= SINCE))


# ── one activity ────────────────────────────────────────────────────────────


def _last_of_posts(moment: sa.orm.InstrumentedAttribute[Any]) -> sa.ScalarSelect[Any]:
    """The last of an activity's moments that is no longer shown: one look into an index for each post."""
    last = sa.select(sa.func.max(moment)).where(Slot.post_id == Post.id, moment < SINCE).correlate(Post)
    posts = sa.select(sa.func.max(last.scalar_subquery())).where(Post.activity_id == Activity.id)
    return posts.correlate(Activity).scalar_subquery()


_ACTIVITY = (
    sa.select(
        Activity.id, Activity.public_id, Activity.name,
        (Activity.revision + Activity.schedule_revision + Unit.revision).label("revision"),
        Latest(Activity.changed_at, Activity.schedule_changed_at, Unit.changed_at).label("changed_at"),
        _last_of_posts(Slot.starts_at).label("past_at"), _last_of_posts(Slot.cancelled_at).label("cancelled_at"),
    )
    .join(Unit, Unit.id == Activity.unit_id)
    .where(Activity.public_id == sa.bindparam("public_id"))
)  # fmt: skip

_EVENTS_OF_ACTIVITY = (
    sa.select(
        *SHOWN, REVISION.label("revision"), Latest(*CHANGES).label("changed_at"), sa.null().label("seat"),
        sa.null().label("minute"),
    )
    .select_from(Activity)
    .join(Post, Post.activity_id == Activity.id)
    .join(Slot, Slot.post_id == Post.id)
    .join(Unit, Unit.id == Activity.unit_id)
    .where(Activity.id == OWNER, IS_SHOWN)
    .order_by(Slot.starts_at, Slot.id)
)  # fmt: skip


def activity(public_id: str, since: datetime) -> sa.Row[Any] | None:
    """What tells whether an activity's feed changed: its own revisions and times, and what left it last."""
    return _one(_ACTIVITY, {"public_id": public_id, "since": since})


def events_of_activity(activity_id: int, since: datetime) -> Iterator[sa.Row[Any]]:
    """The activity's slots in order of time. No person is read."""
    return _events(_EVENTS_OF_ACTIVITY, activity_id, since)


# ── one person ──────────────────────────────────────────────────────────────

# All sign-ups count, also those withdrawn: a person who leaves changes the feed as much as one who joins.
_PERSON = (
    sa.select(
        Member.id, Member.public_id, Member.language, Member.active, Feed.revoked_at, Feed.created_at,
        sa.func.count(SignUp.id).label("entries"), sa.func.sum(REVISION + SignUp.revision).label("revision"),
        sa.func.max(Latest(*CHANGES, SignUp.changed_at)).label("changed_at"),
        sa.func.max(sa.case((Slot.starts_at < SINCE, Slot.starts_at))).label("past_at"),
        sa.func.max(sa.case((Slot.cancelled_at < SINCE, Slot.cancelled_at))).label("cancelled_at"),
    )
    .select_from(Feed)
    .join(Member, Member.id == Feed.member_id)
    .outerjoin(SignUp, sa.and_(SignUp.member_id == Member.id, Feed.revoked_at.is_(None)))
    .outerjoin(Slot, Slot.id == SignUp.slot_id)
    .outerjoin(Post, Post.id == Slot.post_id)
    .outerjoin(Activity, Activity.id == Post.activity_id)
    .outerjoin(Unit, Unit.id == Activity.unit_id)
    .where(Feed.digest == sa.bindparam("digest"))
    .group_by(Feed.id, Member.id)
)  # fmt: skip

# Earlier sign-ups for the same slot count into SEQUENCE, so that it never falls when a person comes back.
_EARLIER = (
    sa.select(SignUp.slot_id, sa.func.sum(SignUp.revision + 1).label("revision"))
    .where(SignUp.member_id == OWNER, SignUp.state == SignUpState.WITHDRAWN)
    .group_by(SignUp.slot_id)
    .subquery()
)
_EVENTS_OF_PERSON = (
    sa.select(
        *SHOWN, (REVISION + SignUp.revision + sa.func.coalesce(_EARLIER.c.revision, 0)).label("revision"),
        Latest(*CHANGES, SignUp.changed_at).label("changed_at"), SignUp.state.label("seat"),
        Arrival.minute,
    )
    .select_from(SignUp)
    .join(Slot, Slot.id == SignUp.slot_id)
    .join(Post, Post.id == Slot.post_id)
    .join(Activity, Activity.id == Post.activity_id)
    .join(Unit, Unit.id == Activity.unit_id)
    .outerjoin(_EARLIER, _EARLIER.c.slot_id == SignUp.slot_id)
    .outerjoin(Arrival, Arrival.id == SignUp.arrival_id)
    .where(SignUp.member_id == OWNER, SignUp.state.in_(ACTIVE_STATES), IS_SHOWN)
    .order_by(Slot.starts_at, Slot.id)
)  # fmt: skip


def person(digest: str, since: datetime) -> sa.Row[Any] | None:
    """Whose feed has this token's digest, and what tells whether it changed. Of a revoked one nothing is read."""
    return _one(_PERSON, {"digest": digest, "since": since})


def events_of_person(member_id: int, since: datetime) -> Iterator[sa.Row[Any]]:
    """The slots in which the person has a seat or waits for one, in order of time."""
    return _events(_EVENTS_OF_PERSON, member_id, since)


def _one(query: sa.Executable, values: dict[str, Any]) -> sa.Row[Any] | None:
    with reading() as connection:
        return connection.execute(query, values).one_or_none()


def _events(query: sa.Executable, owner_id: int, since: datetime) -> Iterator[sa.Row[Any]]:
    with reading() as connection:
        yield from connection.execute(query, {"owner_id": owner_id, "since": since})


def feed(member_id: int) -> Feed | None:
    """The person's present feed."""
    query = sa.select(Feed).where(Feed.member_id == member_id, Feed.revoked_at.is_(None)).order_by(Feed.id.desc())
    return db.session.scalar(query.limit(1))

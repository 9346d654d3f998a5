"""A person's own duties: of which edition they are, and what stands in them.

To read that of ten thousand entries takes longer than to send them. So a process remembers what it read, and how far
the person's sign-ups and their activities had come by then: as long as they have come no further, nothing that is shown
has changed.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from flask import Flask, current_app

from activities.calendars.models import Feed
from activities.calendars.queries import CHANGES, DIGEST, FEED, IS_SHOWN, REVISION, SHOWN, SINCE, Row, many, one
from activities.calendars.rules_feeds import Detail
from activities.duties.models import Activity, Arrival, Post, Slot
from activities.kit.sql import Among, Latest, RowsAsJson
from activities.people.models import Member, Unit
from activities.signups.facts import ACTIVE_STATES
from activities.signups.models import SignUp
from activities.signups.rules import SignUpState

# Of so many feeds a process remembers how far they had come.
MOST_REMEMBERED = 5000


class Present(NamedTuple):
    """What tells one edition of somebody's duties from another: `queries.FEED`, then what is shown."""

    revoked_at: datetime | None
    created_at: datetime
    detail: Detail
    raised: int
    raised_at: datetime
    edition: str
    edition_at: datetime | None
    id: int
    language: str
    active: bool
    entries: int
    revision: int | None
    changed_at: datetime | None
    past_at: datetime | None
    cancelled_at: datetime | None


class Remembered(NamedTuple):
    """What was read of somebody's duties on a day, and how far everything had come."""

    since: datetime
    present: Present
    sign_ups: int | None
    activities: tuple[tuple[int, int, int, int], ...]


def init_app(app: Flask) -> None:
    app.extensions["feeds_duties"] = {}


# ── which edition ───────────────────────────────────────────────────────────


# Sign-ups are never deleted, and no revision ever falls: so each of these sums rises with every change.
_SIGN_UPS = (
    sa.select(sa.func.sum(SignUp.revision + 1))
    .where(SignUp.member_id == Member.id, Feed.revoked_at.is_(None))
    .correlate(Member, Feed)
    .scalar_subquery()
    .label("sign_ups")
)


def _come(which: sa.ColumnElement[bool]) -> tuple[sa.ColumnElement[Any], ...]:
    """How far the sign-ups have come, and each of these activities with all its posts and slots. The unit stands apart:
    an activity may go from one that has come far to one that has not."""
    activities = (
        sa.select(RowsAsJson(Activity.id, Activity.revision + Activity.schedule_revision, Unit.id, Unit.revision))
        .join(Unit, Unit.id == Activity.unit_id)
        .where(which)
        .correlate(Member, Feed)
    )
    return _SIGN_UPS, activities.scalar_subquery().label("activities")


_THEIRS = (
    sa.select(Post.activity_id)
    .join(Slot, Slot.post_id == Post.id)
    .join(SignUp, SignUp.slot_id == Slot.id)
    .where(SignUp.member_id == Member.id, Feed.revoked_at.is_(None))
    .correlate(Member, Feed)
)
# All sign-ups count, also those withdrawn: a person who leaves changes the feed as much as one who joins.
_WHOLE = (
    sa.select(
        *FEED, sa.func.count(SignUp.id).label("entries"), sa.func.sum(REVISION + SignUp.revision).label("revision"),
        sa.func.max(Latest(*CHANGES, SignUp.changed_at)).label("changed_at"),
        sa.func.max(sa.case((Slot.starts_at < SINCE, Slot.starts_at))).label("past_at"),
        sa.func.max(sa.case((Slot.cancelled_at < SINCE, Slot.cancelled_at))).label("cancelled_at"),
        *_come(Activity.id.in_(_THEIRS)),
    )
    .select_from(Feed)
    .join(Member, Member.id == Feed.member_id)
    .outerjoin(SignUp, sa.and_(SignUp.member_id == Member.id, Feed.revoked_at.is_(None)))
    .outerjoin(Slot, Slot.id == SignUp.slot_id)
    .outerjoin(Post, Post.id == Slot.post_id)
    .outerjoin(Activity, Activity.id == Post.activity_id)
    .outerjoin(Unit, Unit.id == Activity.unit_id)
    .where(Feed.digest == DIGEST)
    .group_by(Feed.id, Member.id)
)  # fmt: skip
_HOW_FAR = (
    sa.select(*FEED, *_come(Among(Activity.id)))
    .select_from(Feed)
    .join(Member, Member.id == Feed.member_id)
    .where(Feed.digest == DIGEST)
)


def edition(digest: str, since: datetime) -> Present | None:
    """What tells whether a person's duties changed. Of a revoked feed nothing is read. One statement, and another
    after a change."""
    remembered: dict[str, Remembered] = current_app.extensions["feeds_duties"]
    known = remembered.get(digest)
    if known and known.since == since:
        row = one(_HOW_FAR, {"digest": digest, "ids": [activity_id for activity_id, *_ in known.activities]})
        if row and _how_far(row) == known[2:]:
            return Present(*row[: len(FEED)], *known.present[len(FEED) :])
    row = one(_WHOLE, {"digest": digest, "since": since})
    if row is None:
        return None
    if len(remembered) >= MOST_REMEMBERED:
        remembered.clear()
    remembered[digest] = Remembered(since, Present(*row[:-2]), *_how_far(row))
    return remembered[digest].present


def _how_far(row: Row) -> tuple[int | None, tuple[tuple[int, int, int, int], ...]]:
    return row.sign_ups, tuple(sorted(tuple(activity) for activity in row.activities or ()))


# ── what stands in it ───────────────────────────────────────────────────────

_OWNER = sa.select(Feed.member_id).where(Feed.digest == DIGEST).scalar_subquery()
# Earlier sign-ups for the same slot count into SEQUENCE, so that it never falls when a person comes back.
_EARLIER = (
    sa.select(SignUp.slot_id, sa.func.sum(SignUp.revision + 1).label("revision"))
    .where(SignUp.member_id == _OWNER, SignUp.state == SignUpState.WITHDRAWN)
    .group_by(SignUp.slot_id)
    .subquery()
)
_EVENTS = (
    sa.select(
        *SHOWN, (REVISION + SignUp.revision + sa.func.coalesce(_EARLIER.c.revision, 0)).label("revision"),
        Latest(*CHANGES, SignUp.changed_at).label("changed_at"), SignUp.state.label("seat"),
        Arrival.minute, sa.null().label("people"),
    )
    .select_from(SignUp)
    .join(Slot, Slot.id == SignUp.slot_id)
    .join(Post, Post.id == Slot.post_id)
    .join(Activity, Activity.id == Post.activity_id)
    .join(Unit, Unit.id == Activity.unit_id)
    .outerjoin(_EARLIER, _EARLIER.c.slot_id == SignUp.slot_id)
    .outerjoin(Arrival, Arrival.id == SignUp.arrival_id)
    .where(SignUp.member_id == _OWNER, SignUp.state.in_(ACTIVE_STATES), IS_SHOWN)
    .order_by(Slot.starts_at, Slot.id)
)  # fmt: skip


def events(digest: str, since: datetime) -> Iterator[Row]:
    """The slots in which the person has a seat or waits for one, in order of time."""
    return many(_EVENTS, {"digest": digest, "since": since})

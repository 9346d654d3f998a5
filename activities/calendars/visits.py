"""Feeds of the visits at a partner's place: how many come, and nobody's name."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from activities.calendars.queries import (
    CHANGES,
    IS_SHOWN,
    REVISION,
    SHOWN,
    SUBJECT,
    AnySelect,
    Row,
    many,
    one,
)
from activities.calendars.sight import feed_row, holding
from activities.duties.models import Activity, Post, Slot
from activities.kit.roles import Permission
from activities.kit.sql import Latest, RowsAsJson
from activities.people.models import Unit
from activities.signups.models import SignUp
from activities.signups.rules import SignUpState
from activities.sites.models import Site

_KEPT = holding(Permission.ORGANIZE)
_Keeper = sa.orm.aliased(Unit)
# The place, as long as the reader keeps it.
_SITE = (
    sa.select(Site.id, Site.name)
    .join(_Keeper, _Keeper.id == Site.unit_id)
    .where(Site.public_id == SUBJECT, sa.exists().where(_Keeper.path.startswith(_KEPT.c.path)))
    .cte("site_of_reader")
)


def _of_sign_ups(what: sa.ColumnElement[int] | sa.ColumnElement[datetime]) -> sa.ScalarSelect[object]:
    return sa.select(what).where(SignUp.slot_id == Slot.id).correlate(Slot).scalar_subquery()


# Every coming and going counts into the revision, so that it never falls, whoever leaves.
_COUNTED = REVISION + sa.func.coalesce(_of_sign_ups(sa.func.sum(SignUp.revision + 1)), 0)
_CHANGED = sa.func.coalesce(_of_sign_ups(sa.func.max(SignUp.changed_at)), Slot.changed_at)
_PEOPLE = _of_sign_ups(sa.func.coalesce(sa.func.sum(sa.case((SignUp.state == SignUpState.SEATED, 1), else_=0)), 0))


def _visits(*columns: Any) -> AnySelect:
    return (
        sa.select(*columns)
        .select_from(_SITE)
        .join(Post, Post.site_id == _SITE.c.id)
        .join(Slot, Slot.post_id == Post.id)
        .join(Activity, Activity.id == Post.activity_id)
        .join(Unit, Unit.id == Activity.unit_id)
        .where(IS_SHOWN)
    )


_EDITION = feed_row(
    facts=_visits(RowsAsJson(Slot.id, _COUNTED)).scalar_subquery(),
    names=sa.select(RowsAsJson(_SITE.c.name)).scalar_subquery(),
)
_EVENTS = _visits(
    *SHOWN, _COUNTED.label("revision"), Latest(*CHANGES, _CHANGED).label("changed_at"), sa.null().label("seat"),
    sa.null().label("minute"), _PEOPLE.label("people"),
).order_by(Slot.starts_at, Slot.id)  # fmt: skip


def edition(subject: str, digest: str, since: datetime) -> Row | None:
    """What tells whether the visits at a place changed: each slot there with its own revision."""
    return one(_EDITION, {"subject": subject, "digest": digest, "since": since})


def events(subject: str, digest: str, since: datetime) -> Iterator[Row]:
    """The slots at a place in order of time, and how many have a seat in each."""
    return many(_EVENTS, {"subject": subject, "digest": digest, "since": since})

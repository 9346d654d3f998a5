"""Reads of what was achieved: of one slot, and added up."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import aliased, joinedload

from activities.duties import queries as duties
from activities.duties.models import Activity, Post, Slot
from activities.kit.db import db
from activities.kit.refusal import NotFound
from activities.kit.roles import Permission
from activities.outcomes.models import Outcome, Target
from activities.outcomes.rules import Cell, Stretch, Sum
from activities.people.models import Member
from activities.people.queries import within
from activities.people.users import Viewer
from activities.signups.models import SignUp
from activities.signups.rules import SignUpState
from activities.terms.models import Term

EnteredBy = aliased(Member)
K = TypeVar("K")


@dataclass(frozen=True)
class Sight:
    """What somebody may do with a slot's outcomes: see them, enter the slot's and one's own, or everybody's."""

    may_see: bool
    may_enter: bool
    is_whole: bool


def sight_of(viewer: Viewer, slot: Slot) -> Sight:
    """Outcomes are seen by who runs the activity, who reviews its unit, and who has a seat in the slot."""
    activity = slot.post.activity
    if duties.organizes(viewer, activity):
        return Sight(True, True, True)
    reviews = viewer.may(Permission.REVIEW, activity.unit.path)
    seated = is_seated(viewer.id, slot.id)
    return Sight(seated or reviews, seated and activity.kind.is_told_by_people, reviews)


def is_seated(member_id: int, slot_id: int) -> bool:
    query = sa.select(SignUp.id).where(
        SignUp.slot_id == slot_id, SignUp.member_id == member_id, SignUp.state == SignUpState.SEATED
    )
    return db.session.scalar(query) is not None


def slot_seen(viewer: Viewer, public_id: str) -> tuple[Slot, Sight]:
    """The slot of which this person may see the outcomes; NotFound for anybody else, and where its kind has none."""
    query = duties.slots().where(Slot.public_id == public_id, duties.visible_to(viewer))
    slot: Slot | None = db.session.execute(query).unique().scalar_one_or_none()
    if slot is None or not slot.post.activity.kind.measures:
        raise NotFound
    sight = sight_of(viewer, slot)
    if not sight.may_see:
        raise NotFound
    return slot, sight


@dataclass(frozen=True)
class Entry:
    """An amount that holds, and who entered it when."""

    id: int
    amount: int | None
    by: str
    at: datetime


def entries(slot_id: int) -> dict[Cell, Entry]:
    """What holds of a slot now, an amount that was taken back among it."""
    query = (
        sa.select(
            Outcome.measure, Outcome.member_id, Outcome.id, Outcome.amount, EnteredBy.name, Outcome.entered_at
        )
        .join(EnteredBy, EnteredBy.id == Outcome.entered_by_id)
        .where(Outcome.slot_id == slot_id, Outcome.is_current)
    )  # fmt: skip
    return {Cell(row[0], row[1]): Entry(row[2], row[3], row[4], row[5]) for row in db.session.execute(query)}


def history(slot_id: int) -> list[Outcome]:
    """Everything that was ever entered for a slot, oldest first."""
    query = (
        sa.select(Outcome)
        .where(Outcome.slot_id == slot_id)
        .order_by(Outcome.id)
        .options(joinedload(Outcome.member), joinedload(Outcome.entered_by, innerjoin=True))
    )
    return list(db.session.scalars(query))


# ── totals ──────────────────────────────────────────────────────────────────

_SUM = (sa.cast(sa.func.sum(Outcome.amount), sa.BigInteger), sa.func.count(Outcome.id))


def reviewed_by(viewer: Viewer) -> sa.ColumnElement[bool]:
    """Activities of the units that the person reviews."""
    return within(viewer.paths(Permission.REVIEW))


def by_post(activity_id: int, stretch: Stretch) -> dict[tuple[str, str], Sum]:
    """The activity's sums by post (its name) and measure."""
    query = (
        _current(sa.select(Post.name, Outcome.measure, *_SUM), stretch)
        .where(Post.activity_id == activity_id)
        .group_by(Post.id, Post.name, Outcome.measure)
        .order_by(Post.name, Post.id)
    )
    return _summed(((name, measure), Sum(*rest)) for name, measure, *rest in db.session.execute(query))


def by_day(activity_id: int, stretch: Stretch) -> dict[tuple[date, str], Sum]:
    """The activity's sums by day and measure."""
    query = (
        _current(sa.select(Outcome.day, Outcome.measure, *_SUM), stretch)
        .where(Post.activity_id == activity_id)
        .group_by(Outcome.day, Outcome.measure)
    )
    return {(day, measure): Sum(*rest) for day, measure, *rest in db.session.execute(query)}


def by_activity(which: sa.ColumnElement[bool], stretch: Stretch) -> dict[tuple[str, str, str], Sum]:
    """Sums by kind, activity (its name) and measure."""
    query = (
        _current(sa.select(Activity.kind_key, Activity.name, Outcome.measure, *_SUM), stretch)
        .join(Post.activity)
        .join(Activity.unit)
        .where(which)
        .group_by(Activity.kind_key, Activity.id, Activity.name, Outcome.measure)
        .order_by(Activity.name, Activity.id)
    )
    return _summed(((kind, name, measure), Sum(*rest)) for kind, name, measure, *rest in db.session.execute(query))


def by_kind_and_day(which: sa.ColumnElement[bool], stretch: Stretch) -> dict[tuple[str, date, str], Sum]:
    query = (
        _current(sa.select(Activity.kind_key, Outcome.day, Outcome.measure, *_SUM), stretch)
        .join(Post.activity)
        .join(Activity.unit)
        .where(which)
        .group_by(Activity.kind_key, Outcome.day, Outcome.measure)
    )
    return {(kind, day, measure): Sum(*rest) for kind, day, measure, *rest in db.session.execute(query)}


def _current(query: sa.Select[*tuple[Any, ...]], stretch: Stretch) -> sa.Select[*tuple[Any, ...]]:
    return (
        query.select_from(Outcome)
        .join(Slot, Slot.id == Outcome.slot_id)
        .join(Post, Post.id == Slot.post_id)
        .where(Outcome.is_current, Outcome.amount.is_not(None), Outcome.day.between(stretch.first, stretch.last))
    )


def first_and_last(which: sa.ColumnElement[bool]) -> tuple[date | None, date | None]:
    """The first and last day on which something of these activities was entered."""
    query = (
        sa.select(sa.func.min(Outcome.day), sa.func.max(Outcome.day))
        .join(Outcome.slot)
        .join(Slot.post)
        .join(Post.activity)
        .join(Activity.unit)
        .where(which, Outcome.is_current)
    )
    first, last = db.session.execute(query).one()
    return first, last


def _summed(rows: Iterable[tuple[K, Sum]]) -> dict[K, Sum]:
    """Rows added up by key: two posts or activities of one name stand as one."""
    found: dict[K, Sum] = {}
    for key, each in rows:
        found[key] = found.get(key, Sum()) + each
    return found


# ── targets ─────────────────────────────────────────────────────────────────


def targets(activity_id: int, starts_on: date) -> dict[str, Target]:
    """What the activity is to achieve in the term that begins on this day, by measure."""
    query = (
        sa.select(Target)
        .join(Term, Term.id == Target.term_id)
        .where(Target.activity_id == activity_id, Term.starts_on == starts_on)
    )
    return {target.measure: target for target in db.session.scalars(query)}

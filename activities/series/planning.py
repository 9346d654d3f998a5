"""What a change of a series needs to know, read from the database, and the change made of it. Preview and confirmation
ask the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, tzinfo

import sqlalchemy as sa

from activities.duties import plans
from activities.duties.models import Series, SeriesGap, Slot
from activities.duties.planning import as_wished, open_starts
from activities.duties.plans import Wish
from activities.duties.visits import Stay, must_fit
from activities.kit.db import db, run
from activities.kit.refusal import NotFound
from activities.series import rules
from activities.series.rules import Edit, Occurrence
from activities.signups import engagements
from activities.signups.facts import QUARTERS

ONE = timedelta(days=1)
# A moment before which no slot is: what has begun is left alone by the rule, not by the plan.
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)

_OCCURRENCES = (
    sa.select(
        Slot.id, Slot.public_id, Slot.post_id, Slot.series_day, Slot.starts_at, Slot.ends_at, Slot.capacity, Slot.state,
        Slot.by_hand, (Slot.taken - Slot.gathered).label("seated"),
        (Slot.taken - Slot.gathered + Slot.waiting + Slot.asked).label("people"), Slot.tickets, QUARTERS,
    )
    .where(Slot.series_id == sa.bindparam("series_id", type_=sa.Integer()))
    .order_by(Slot.id)
)  # fmt: skip


def holding(series_id: int, day: date) -> Series:
    """The series that this day of a series belongs to by now: its later days may have been changed apart, and then a
    change of them asked for again finds them where they went."""
    series = db.session.get(Series, series_id, populate_existing=True)
    if series is None:
        raise NotFound
    later = db.session.scalars(sa.select(Series).where(Series.follows_id == series_id)).one_or_none()
    return holding(later.id, day) if later and later.days.first <= day else series


def occurrences(series_id: int, day: date, *, locked: bool = False) -> list[Occurrence]:
    """The slots of the series from this of its days on, by their ids."""
    query = _OCCURRENCES.where(Slot.series_day >= sa.bindparam("day", type_=sa.Date()))
    found = run(query.with_for_update() if locked else query, {"series_id": series_id, "day": day})
    return [Occurrence._make(row) for row in found]


def gaps(series_id: int) -> set[rules.Key]:
    """The slots that were deleted from the series by hand."""
    query = sa.select(SeriesGap.post_id, SeriesGap.day).where(SeriesGap.series_id == series_id)
    return {(post_id, day) for post_id, day in run(query)}


def edit(
    series: Series, wish: Wish, present: list[Occurrence], zone: tzinfo, now: datetime, *, is_locked: bool = False
) -> Edit:  # fmt: skip
    """What makes the series' slots from the wish's first day on what the wish asks for. Raises the refusal of a wish
    that cannot be planned. Inside a transaction `is_locked`: the posts' places are locked."""
    if refusal := plans.why_not_series(wish, now.astimezone(zone).date()):
        raise refusal
    wanted = as_wished(series.activity_id, wish, (), zone, LONG_AGO)
    own = {(slot.post_id, slot.starts_at) for slot in present if not slot.by_hand}
    others = open_starts(wish.post_ids, wish.rule.first, wish.rule.last) - own
    minutes = series.activity.withdraw_minutes
    found = rules.edit(wanted.slots, present, gaps(series.id), others, minutes, now)
    found = rules.able(found, engagements.duties_beside(rules.new_times(found)))
    _must_fit(found, is_locked=is_locked)
    today = now.astimezone(zone).date()
    outs = [*found.falls_out, *(out for out in wanted.falls_out if out.day >= today)]
    return replace(found, falls_out=tuple(sorted(outs, key=lambda out: out.day)))


def _must_fit(change: Edit, *, is_locked: bool) -> None:
    """The partners' places must take what comes and what moves, beside all that neither goes nor moves."""
    stays = [Stay(s.post_id, s.starts_at, s.ends_at, s.capacity) for s in change.create]
    stays += [
        Stay(move.slot.post_id, move.starts_at, move.ends_at, move.capacity)
        for move in change.change
        if move.is_moved or move.capacity > move.slot.capacity
    ]
    moved = [move.slot.id for move in change.change]
    must_fit(stays, without=[*moved, *(slot.id for slot in (*change.delete, *change.cancel))], is_locked=is_locked)


def ending(series: Series, present: list[Occurrence], now: datetime) -> Edit:
    """What takes all out of the series that is to come."""
    return rules.edit((), present, (), (), series.activity.withdraw_minutes, now)


def ended(wish: Wish, today: date) -> Wish:
    """The same wish, over since yesterday."""
    return replace(wish, rule=replace(wish.rule, last=min(wish.rule.last, today - ONE)))

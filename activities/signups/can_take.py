"""What a person can take, and what fits their timetable, said in SQL for the filters. A test holds both against the
rules."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime, time, timedelta
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from activities.duties.models import Activity, ActivityTraining, Arrival, Post, Slot
from activities.duties.rules import SlotState, WayIn
from activities.kit import clock
from activities.kit.columns import UtcDateTime
from activities.norms.rules import Norms, Strictness
from activities.people.models import Unit
from activities.people.rules import Stages, Standings
from activities.signups.engagements import Engagement, busy_of
from activities.signups.rules_arrivals import STAY
from activities.signups.rules_person import Person, why_paused
from activities.signups.rules_time import Busy, days, weeks
from activities.sites.models import Site
from activities.sites.rules import MOST_DAYS
from activities.terms.queries import special_days
from activities.terms.rules import add_working_days
from activities.timetables.models import is_busy
from activities.trainings.rules import Passed

ONE = timedelta(days=1)
# How far the most working days before a visit reach, long holidays among them.
FURTHEST = timedelta(days=120)
Span = tuple[datetime, datetime]
Condition = sa.ColumnElement[bool]


def can_take(person: Person, engagements: Collection[Engagement], span: Span, now: datetime) -> Condition:
    """`rules.why_not_sign_up(…) is None`, asked of slots that start within the span; the engagements are all that can
    matter to them. One statement, for the days on which nobody works."""
    if why_paused(person, now):
        return sa.false()
    return sa.and_(
        takes_people(now),
        ~_too_late(now).exists(),
        Slot.id.not_in([one.slot_id for one in engagements]),
        *_is_for(person),
        sa.or_(
            sa.and_(~_TIMES.exists(), *_has_time(WHOLE, busy_of(engagements), person.norms, span)),
            _TIMES.where(_CAN_BE_CHOSEN, *_has_time(VISIT, busy_of(engagements), person.norms, span)).exists(),
        ),
    )


def takes_people(now: datetime) -> Condition:
    """What of it hangs neither on who asks nor on the days on which nobody works."""
    return sa.and_(
        Slot.state == SlotState.OPEN,
        Slot.starts_at > now,
        _has_way_in(now),
        sa.or_(Activity.sign_up_opens_at.is_(None), Activity.sign_up_opens_at <= now),
        sa.or_(Activity.sign_up_closes_at.is_(None), Activity.sign_up_closes_at > now),
    )


def goes_to_who_comes() -> Condition:
    """Whether its free seats are for people to take or to ask for at any moment: until they are assigned or drawn, a
    seat that nobody has is not missing anybody."""
    is_drawn_later = sa.and_(Activity.way_in == WayIn.DRAW, Slot.drawn_at.is_(None))
    return sa.and_(Activity.way_in != WayIn.ASSIGNMENT, ~is_drawn_later)


def fits_timetable(member_id: int | sa.ScalarSelect[int]) -> Condition:
    """`rules.why_busy(…) is None`."""
    return sa.or_(_TIMES.exists(), ~is_busy(member_id, Slot.starts_at, Slot.ends_at))


def _has_way_in(now: datetime) -> Condition:
    """Whether a seat can be taken, or asked for until an organizer or a draw decides."""
    by_draw, is_drawn = Activity.way_in == WayIn.DRAW, Slot.drawn_at.is_not(None)
    is_taken_at_once = sa.or_(Activity.way_in == WayIn.FIRST_COME, sa.and_(by_draw, is_drawn))
    return sa.or_(
        sa.and_(is_taken_at_once, Slot.taken < Slot.capacity),
        Activity.way_in == WayIn.APPROVAL,
        sa.and_(by_draw, ~is_drawn, Slot.draws_at > now),
    )


def _too_late(now: datetime) -> sa.Select[int]:
    """The place must know working days before who comes: for each number of them, the first moment of the first day
    for which today is early enough."""
    place, today = aliased(Site), clock.local_day(now)
    specials = special_days(today, today + FURTHEST)
    noticed = {
        days: sa.literal(clock.at(add_working_days(today - ONE, days, specials) + ONE, time(0)), UtcDateTime())
        for days in range(1, MOST_DAYS + 1)
    }
    starts_too_soon = Slot.starts_at < sa.case(noticed, value=place.notice_days)
    return sa.select(place.id).where(place.id == Post.site_id, place.notice_days > 0, starts_too_soon)


def _is_for(person: Person) -> Iterator[Condition]:
    """`rules.why_ineligible(…) is None`."""
    stage, standing = int(Stages[person.stage.name]), int(Standings[person.standing.name])
    eligible = sa.select(Unit.id).where(sa.literal(person.unit_path).startswith(Unit.path))
    # Nobody is of a class without a name: two of them would stand with nothing between them.
    named = f"\n{person.class_name}\n" if person.class_name else ""
    without_own = sa.func.replace(Activity.classes, named, "") if named else Activity.classes
    lacking = sa.select(ActivityTraining.id).where(
        ActivityTraining.activity_id == Activity.id, sa.not_(sa.or_(sa.false(), *map(_counts, person.trainings)))
    )
    yield sa.or_(Activity.stages == 0, Activity.stages.bitwise_and(stage) != 0)
    yield sa.or_(Activity.standings == 0, Activity.standings.bitwise_and(standing) != 0)
    yield sa.or_(Activity.eligible_unit_id.is_(None), Activity.eligible_unit_id.in_(eligible))
    yield sa.or_(Activity.classes == (), Activity.classes != without_own)
    yield ~lacking.exists()


def _counts(passed: Passed) -> Condition:
    """The training that is asked for is this one, and it counts on the slot's day."""
    is_this = ActivityTraining.training_id == passed.training_id
    if passed.valid_until is None:
        return is_this
    return sa.and_(is_this, Slot.starts_at < clock.at(passed.valid_until + timedelta(days=1), time(0)))


class _Duty(NamedTuple):
    """From when to when the person would be there, in seconds."""

    starts: sa.ColumnElement[int]
    ends: sa.ColumnElement[int]


STARTS, ENDS = sa.extract("epoch", Slot.starts_at), sa.extract("epoch", Slot.ends_at)
WHOLE = _Duty(STARTS, ENDS)
_COMES = STARTS + Arrival.minute * 60
_GOES = _COMES + int(STAY.total_seconds())
VISIT = _Duty(_COMES, sa.case((_GOES > ENDS, ENDS), else_=_GOES))
_TIMES = sa.select(Arrival.id).where(Arrival.slot_id == Slot.id).correlate(Slot, Post)
_OTHER = aliased(Arrival)
_HAS_PLACES_LEFT = sa.select(_OTHER.id).where(_OTHER.slot_id == Slot.id, _OTHER.taken < _OTHER.quota).correlate(Slot)
# `rules_arrivals.to_choose_from`.
_CAN_BE_CHOSEN = sa.or_(Arrival.taken < Arrival.quota, sa.and_(Arrival.quota > 0, ~_HAS_PLACES_LEFT.exists()))


def _has_time(duty: _Duty, busy: Collection[Busy], norms: Norms, span: Span) -> Iterator[Condition]:
    """`rules_time.why_no_time`."""
    yield from _is_apart(duty, busy, norms)
    yield from _leaves_rest(duty, busy, norms, span)


def _is_apart(duty: _Duty, busy: Collection[Busy], norms: Norms) -> Iterator[Condition]:
    """No overlap, and the travel and the gap that the school insists on."""
    gap = norms.gap.span if norms.gap.strictness is Strictness.REFUSE else timedelta(0)
    travel = norms.travel.span if norms.travel.strictness is Strictness.REFUSE else timedelta(0)
    for one in busy:
        yield ~_touches(duty, one, gap)
        if one.place and travel > gap:
            yield sa.or_(Post.place.in_(("", one.place)), ~_touches(duty, one, travel))


def _touches(duty: _Duty, one: Busy, margin: timedelta) -> Condition:
    first, last = one.starts_at - margin, one.ends_at + margin
    if duty is WHOLE:
        return sa.and_(Slot.starts_at < last, Slot.ends_at > first)
    return sa.and_(duty.starts < int(last.timestamp()), duty.ends > int(first.timestamp()))


def _leaves_rest(duty: _Duty, busy: Collection[Busy], norms: Norms, span: Span) -> Iterator[Condition]:
    """The hours a day and a week that the school insists on. A slot that reaches further than the day or week after
    the span fills that one alone."""
    for limit, spans, longest in ((norms.day, days, timedelta(days=1)), (norms.week, weeks, timedelta(weeks=1))):
        if limit.strictness is Strictness.REFUSE:
            for first, last, _ in spans(span[0], span[1] + longest, norms.zone):
                left = limit.minutes - sum(one.minutes_within(first, last) for one in busy)
                yield _seconds_within(duty, first, last) <= max(0, left) * 60


def _seconds_within(duty: _Duty, first: datetime, last: datetime) -> sa.ColumnElement[int]:
    """How much of the duty lies in a span; negative where it is outside."""
    begin, end = int(first.timestamp()), int(last.timestamp())
    return sa.case((end > duty.ends, duty.ends), else_=end) - sa.case((begin < duty.starts, duty.starts), else_=begin)

"""Time: no two duties at once, time to get from one place to the next, and rest as the school sets it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import ClassVar

from activities.kit.refusal import N_, Refusal, refusal
from activities.norms.rules import MOST_GAP, Norms, Strictness
from activities.timetables.rules import Span, clash

WEEK = timedelta(weeks=1)


@dataclass(frozen=True)
class Busy:
    """A time at which the person has a duty, its name, and where it is; no place: nobody knows where."""

    starts_at: datetime
    ends_at: datetime
    name: str
    place: str = ""

    def minutes_within(self, first: datetime, last: datetime) -> float:
        """How many minutes of it lie in a span."""
        return max(0.0, (min(self.ends_at, last) - max(self.starts_at, first)).total_seconds() / 60)


# ── refusals ────────────────────────────────────────────────────────────────


@refusal
class Overlaps(Refusal):
    name: str
    starts_at: datetime
    sentence: ClassVar[str] = N_("This overlaps with your duty “%(name)s”, %(starts_at)s.")
    remedy: ClassVar[str] = N_("Withdraw from that one first, or choose another time.")
    bare: ClassVar[str] = N_("This overlaps with another of your duties.")


@refusal
class TooFarApart(Refusal):
    name: str
    starts_at: datetime
    place: str
    minutes: int
    sentence: ClassVar[str] = N_(
        "Your duty “%(name)s”, %(starts_at)s, is elsewhere (%(place)s): there would be less than %(minutes)s minutes to"
        " get from one to the other."
    )
    remedy: ClassVar[str] = N_("Choose a slot in the same place, or another time.")
    bare: ClassVar[str] = N_(
        "Another of your duties is elsewhere: there would be less than %(minutes)s minutes to get from one to the"
        " other."
    )


@refusal
class TooLittleRest(Refusal):
    name: str
    starts_at: datetime
    hours: str
    sentence: ClassVar[str] = N_(
        "Between this and your duty “%(name)s”, %(starts_at)s, there would be less than %(hours)s hours of rest."
    )
    remedy: ClassVar[str] = N_("Choose another time.")
    bare: ClassVar[str] = N_(
        "Between this and another of your duties there would be less than %(hours)s hours of rest."
    )


@refusal
class TooMuchADay(Refusal):
    hours: str
    day: date
    most: str
    sentence: ClassVar[str] = N_("This would make %(hours)s hours on %(day)s; at most %(most)s are allowed.")
    remedy: ClassVar[str] = N_("Choose a slot on another day.")
    bare: ClassVar[str] = N_("This would make more than the %(most)s hours that are allowed on a day.")


@refusal
class TooMuchAWeek(Refusal):
    hours: str
    day: date
    most: str
    sentence: ClassVar[str] = N_(
        "This would make %(hours)s hours in the week from %(day)s; at most %(most)s are allowed."
    )
    remedy: ClassVar[str] = N_("Choose a slot in another week.")
    bare: ClassVar[str] = N_("This would make more than the %(most)s hours that are allowed in a week.")


@refusal
class ClashesWithTimetable(Refusal):
    starts: str
    ends: str
    sentence: ClassVar[str] = N_("Clashes with your timetable, %(starts)s–%(ends)s.")
    remedy: ClassVar[str] = N_("Choose another time, or sign up all the same if you can come.")
    bare: ClassVar[str] = N_("Clashes with your timetable.")


# ── decisions ───────────────────────────────────────────────────────────────


def reach(starts_at: datetime, ends_at: datetime, zone: tzinfo) -> tuple[datetime, datetime]:
    """The span in which another duty can matter to one at this time: its weeks, and the longest gap around it."""
    touched = list(weeks(starts_at, ends_at, zone))
    return min(touched[0][0], starts_at - MOST_GAP), max(touched[-1][1], ends_at + MOST_GAP)


def why_no_time(duty: Busy, others: Collection[Busy], norms: Norms) -> Refusal | None:
    """The first reason against a duty beside the others, or None."""
    for other in others:
        if other.starts_at < duty.ends_at and duty.starts_at < other.ends_at:
            return Overlaps(other.name, other.starts_at)
    return next(_beyond(duty, others, norms, Strictness.REFUSE), None)


def what_strains(duty: Busy, others: Collection[Busy], norms: Norms) -> list[Refusal]:
    """What the school would have the person think about first."""
    return list(_beyond(duty, others, norms, Strictness.ASK))


def what_clashes(duty: Busy, timetable: Collection[Span], zone: tzinfo) -> ClashesWithTimetable | None:
    """What the person's timetable has at the time of a duty, as the clock of its first day shows it."""
    found = clash(timetable, duty.starts_at, duty.ends_at)
    if found is None:
        return None
    first, last, _ = next(days(duty.starts_at, duty.ends_at, zone))
    starts = max(found.starts_at, first).astimezone(zone)
    ends = "24:00" if found.ends_at == last else f"{found.ends_at.astimezone(zone):%H:%M}"
    if found.ends_at > last:
        ends = f"{found.ends_at.astimezone(zone):%m-%d %H:%M}"
    return ClashesWithTimetable(f"{starts:%H:%M}", ends)


def _beyond(duty: Busy, others: Collection[Busy], norms: Norms, strictness: Strictness) -> Iterator[Refusal]:
    """The limits of this strictness that the duty would pass beside the others, each once."""
    near = sorted(others, key=lambda other: _between(duty, other))
    if norms.travel.strictness is strictness:
        yield from _travel(duty, near, norms)
    if norms.gap.strictness is strictness and near and _between(duty, near[0]) < norms.gap.span:
        yield TooLittleRest(near[0].name, near[0].starts_at, _hours(norms.gap.minutes))
    for limit, spans, sentence in ((norms.day, days, TooMuchADay), (norms.week, weeks, TooMuchAWeek)):
        if limit.strictness is strictness:
            for first, last, day in spans(duty.starts_at, duty.ends_at, norms.zone):
                minutes = sum(one.minutes_within(first, last) for one in (duty, *others))
                if minutes > limit.minutes:
                    yield sentence(_hours(minutes), day, _hours(limit.minutes))
                    break


def _travel(duty: Busy, near: Collection[Busy], norms: Norms) -> Iterator[Refusal]:
    for other in near:
        if _between(duty, other) >= norms.travel.span:
            return
        if duty.place and other.place and duty.place != other.place:
            yield TooFarApart(other.name, other.starts_at, other.place, norms.travel.minutes)
            return


def _between(duty: Busy, other: Busy) -> timedelta:
    """The time between two duties; negative where they overlap."""
    return max(other.starts_at - duty.ends_at, duty.starts_at - other.ends_at)


def days(starts_at: datetime, ends_at: datetime, zone: tzinfo) -> Iterator[tuple[datetime, datetime, date]]:
    """The days that a span touches: first moment, moment after the last, and its date."""
    yield from _spans(starts_at.astimezone(zone).date(), timedelta(days=1), ends_at, zone)


def weeks(starts_at: datetime, ends_at: datetime, zone: tzinfo) -> Iterator[tuple[datetime, datetime, date]]:
    """The weeks that a span touches, from Monday on; see `days`."""
    day = starts_at.astimezone(zone).date()
    yield from _spans(day - timedelta(days=day.weekday()), WEEK, ends_at, zone)


def _spans(day: date, step: timedelta, until: datetime, zone: tzinfo) -> Iterator[tuple[datetime, datetime, date]]:
    while (first := _midnight(day, zone)) < until:
        yield first, _midnight(day + step, zone), day
        day += step


def _midnight(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time(0), zone)


def _hours(minutes: float) -> str:
    return f"{minutes / 60:.2f}".rstrip("0").rstrip(".")

"""Which days another calendar changes, and what becomes of a slot on one of them. Decided on plain values."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from enum import StrEnum
from hashlib import sha256
from typing import ClassVar, NamedTuple

from activities.duties.rules import SlotThere, why_not_move
from activities.kit.moments import wall
from activities.kit.refusal import N_, Refusal, refusal
from activities.signups import rules_keeping
from activities.signups.rules import Offer
from activities.signups.rules_keeping import Duty, SeatedElsewhere, Times
from activities.terms.rules import Span, Special


class Fate(StrEnum):
    """What becomes of the slots on the days that are changed."""

    KEEP = "keep"
    CANCEL = "cancel"
    MOVE = "move"


# ── days ────────────────────────────────────────────────────────────────────


class Calendar(NamedTuple):
    """The school's calendar as it is at one moment."""

    terms: tuple[Span, ...]
    specials: Mapping[date, Special]


def touched_days(before: Calendar, after: Calendar) -> list[date]:
    """The days on which something else is taught, or nothing any more: those that are off or at work otherwise than
    before, those whose timetable a workday takes over by now, and those that belong to no term any more."""
    special = before.specials.keys() | after.specials.keys()
    days = {day for day in special if _taught(day, before) != _taught(day, after)}
    taken = {one.acts_as for one in after.specials.values() if one.acts_as}
    taken -= {one.acts_as for one in before.specials.values()}
    left = _days_of(before.terms) - _days_of(after.terms)
    return sorted(days | {day for day in taken if _taught(day, after) is None} | left)


def _taught(day: date, calendar: Calendar) -> date | None:
    """The day whose timetable is taught; None on a day off."""
    special = calendar.specials.get(day)
    if special is None:
        return day
    return None if special.off else special.acts_as or day


def _days_of(terms: Iterable[Span]) -> set[date]:
    return {term.starts_on + timedelta(n) for term in terms for n in range(7 * term.weeks)}


def stands_in(day: date, specials: Mapping[date, Special]) -> date | None:
    """The workday that takes over this day's timetable, where there is one."""
    return min((other for other, special in specials.items() if special.acts_as == day), default=None)


# ── slots ───────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Touched:
    """An open slot to come on a day that is changed, and all who are on it."""

    offer: Offer
    activity_id: int
    activity_public_id: str
    post_id: int
    people: tuple[int, ...]


@refusal
class NoSuchTime(Refusal):
    sentence: ClassVar[str] = N_("The clocks are changed at this time, so that it never comes.")


@refusal
class SameDay(Refusal):
    sentence: ClassVar[str] = N_("This is the day the slots are on already.")
    remedy: ClassVar[str] = N_("Choose another day.")


@refusal
class SeveralDays(Refusal):
    sentence: ClassVar[str] = N_("These slots are on several days, which cannot all become one.")
    remedy: ClassVar[str] = N_("Save the calendar, and move the slots of each day from its own page.")


@refusal
class MovedToDayOff(Refusal):
    day: date
    name: str
    sentence: ClassVar[str] = N_("%(day)s is a day off (%(name)s).")
    remedy: ClassVar[str] = N_("Choose another day.")


@dataclass(frozen=True)
class Move:
    touched: Touched
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class Stay:
    """A slot that cannot be moved, and why."""

    touched: Touched
    refusal: Refusal


@dataclass(frozen=True)
class Outcome:
    """Exactly what would be done to the slots of the changed days."""

    days: tuple[date, ...] = ()
    kept: tuple[Touched, ...] = ()
    cancelled: tuple[Touched, ...] = ()
    moved: tuple[Move, ...] = ()
    staying: tuple[Stay, ...] = ()

    @property
    def changed(self) -> list[Touched]:
        """The slots of which people are told."""
        return [*self.cancelled, *(move.touched for move in self.moved)]

    @property
    def digest(self) -> str:
        """The same for the same slots, times and people, so that what is confirmed is what was shown."""
        fates = [
            *((slot.offer.id, "cancelled", "", slot.people) for slot in self.cancelled),
            *((m.touched.offer.id, "moved", m.starts_at.isoformat(), m.touched.people) for m in self.moved),
            *((stay.touched.offer.id, "stays", stay.refusal.key, stay.touched.people) for stay in self.staying),
        ]
        return sha256(repr(sorted(fates)).encode()).hexdigest()


def people_on(slots: Iterable[Touched]) -> int:
    """How many people are on these slots; who is on two counts once."""
    return len({person for slot in slots for person in slot.people})


def shifted(slot: Touched, days: timedelta, zone: tzinfo) -> Times | None:
    """A slot's times so many days later on the wall clock; None where it skips them."""
    starts, ends = slot.offer.starts_at.astimezone(zone), slot.offer.ends_at.astimezone(zone)
    starts_at = wall(starts.date() + days, starts.time(), zone)
    ends_at = wall(ends.date() + days, ends.time(), zone)
    return (starts_at, ends_at) if starts_at and ends_at and starts_at < ends_at else None


def moves(
    slots: Collection[Touched],
    days: timedelta,
    taken: Collection[tuple[int, datetime]],
    duties: Collection[Duty],
    zone: tzinfo,
    now: datetime,
) -> tuple[tuple[Move, ...], tuple[Stay, ...]]:
    """What can be moved by so many days, and what stays for a reason. `taken` are (post, start) of the posts' other
    open slots, `duties` the seats of who has one in these slots: in them, and in others at the new time."""
    wanted: dict[int, Times] = {}
    reasons: dict[int, Refusal] = {}
    for slot in slots:
        times = shifted(slot, days, zone)
        if reason := why_not_moved(slot, *times, taken, now) if times else NoSuchTime():
            reasons[slot.offer.id] = reason
        elif times:
            wanted[slot.offer.id] = times
    reasons |= {slot_id: SeatedElsewhere() for slot_id in rules_keeping.in_two_places(duties, wanted)}
    return (
        tuple(Move(slot, *wanted[slot.offer.id]) for slot in slots if slot.offer.id not in reasons),
        tuple(Stay(slot, reasons[slot.offer.id]) for slot in slots if slot.offer.id in reasons),
    )


def why_not_moved(
    slot: Touched, starts_at: datetime, ends_at: datetime, taken: Collection[tuple[int, datetime]], now: datetime
) -> Refusal | None:
    """The first reason against a slot's being at this time, or None; whether its people can be there is asked of all
    together."""
    offer = slot.offer
    return (
        why_not_move(starts_at, ends_at, now)
        or rules_keeping.why_not_withdrawable(offer.taken, starts_at, offer.withdraw_minutes, now)
        or (SlotThere(starts_at) if (slot.post_id, starts_at) in taken else None)
    )


def why_not_target(day: date, from_days: Sequence[date], specials: Mapping[date, Special]) -> Refusal | None:
    """The reason against moving the slots that stand on these days to another one, None where there is none."""
    if len(from_days) > 1:
        return SeveralDays()
    if day in from_days:
        return SameDay()
    special = specials.get(day)
    return MovedToDayOff(day, special.name) if special and special.off else None

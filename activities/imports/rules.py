"""What becomes of a calendar's events: which slots of which post, what falls out, what is odd. On plain values."""

from __future__ import annotations

import unicodedata
from bisect import bisect_left
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from enum import StrEnum
from hashlib import sha256
from typing import ClassVar, NamedTuple

from activities.duties.plans import Planned
from activities.kit.refusal import N_, Refusal, Word, refusal
from activities.terms.rules import Span as TermSpan
from activities.terms.rules import Special
from activities.timetables.rules import BadEvent, Span, merged

MOST_BYTES = 2 * 1024 * 1024
# Times that are read of a calendar, and those of them that become slots at once.
MOST_TIMES, MOST_SLOTS = 1_000, 500
LONGEST = timedelta(days=1)
WHOLE_DAY = Word(N_("is a whole day, without a time"))
TOO_LONG = Word(N_("is more than a day after the start"))


class Why(StrEnum):
    """Why a time of an event makes no slot."""

    PAST = "past"
    IMPORTED = "imported"
    EXISTS = "exists"
    TWICE = "twice"


class Place(NamedTuple):
    """A post of the activity."""

    id: int
    name: str
    place: str
    capacity: int


class Time(NamedTuple):
    """A time at which an event takes place. `digest` stands for its event's uid."""

    digest: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class Event:
    """An event that can become slots: all that is of one uid."""

    title: str
    place: str
    times: tuple[Time, ...]


class Bad(NamedTuple):
    """An event that cannot become a slot."""

    title: str
    why: BadEvent


@dataclass(frozen=True)
class Wish:
    """To which post events go, how many seats each slot has (None: the post's own number), and whether an event that
    names another post goes there instead."""

    post_id: int
    match: bool = False
    capacity: int | None = None


@dataclass(frozen=True)
class Facts:
    """What is there already: the posts, the (uid digest, start) of what was imported into the activity, the times of
    each post's open slots, and the school's calendar."""

    posts: Sequence[Place]
    imported: Collection[tuple[str, datetime]]
    slots: Mapping[int, Collection[Span]]
    specials: Mapping[date, Special]
    terms: Sequence[TermSpan]


class Line(NamedTuple):
    """One time of an event, as a slot: why it makes none, whether no term has its day, and whether the post has
    another slot at that time."""

    time: Time
    slot: Planned
    why: Why | None
    is_outside: bool
    overlaps: bool

    @property
    def is_odd(self) -> bool:
        """Whether there is anything to be said about it."""
        return bool(self.why or self.is_outside or self.overlaps or self.slot.special)


@dataclass(frozen=True)
class Entry:
    """What becomes of an event."""

    event: Event
    post: Place
    lines: tuple[Line, ...]

    @property
    def new(self) -> list[Line]:
        return [line for line in self.lines if line.why is None]


@dataclass(frozen=True)
class Preview:
    entries: tuple[Entry, ...]

    @property
    def new(self) -> list[Line]:
        return [line for entry in self.entries for line in entry.new]

    @property
    def digest(self) -> str:
        """The same for the same slots of the same events, so that what is confirmed is what was shown."""
        lines = (
            f"{line.time.digest} {line.slot.post_id} {line.slot.starts_at.isoformat()} {line.slot.ends_at.isoformat()} "
            f"{line.slot.capacity}"
            for line in self.new
        )
        return sha256("\n".join(lines).encode()).hexdigest()


# ── refusals ────────────────────────────────────────────────────────────────


@refusal
class TooManyTimes(Refusal):
    most: int
    sentence: ClassVar[str] = N_("The events of this calendar take place more than %(most)s times.")
    remedy: ClassVar[str] = N_("Export fewer of them, or a shorter time.")


@refusal
class TooManyAtOnce(Refusal):
    most: int
    sentence: ClassVar[str] = N_("These would be more than %(most)s slots at once.")
    remedy: ClassVar[str] = N_("Take some of the events now and the others afterwards: bring the same file again.")


@refusal
class NothingInIt(Refusal):
    sentence: ClassVar[str] = N_("Nothing in this calendar takes place from this week on to the end of the next term.")
    remedy: ClassVar[str] = N_("Choose the calendar in which the events to come stand.")


@refusal
class NothingChosen(Refusal):
    sentence: ClassVar[str] = N_("No event is ticked that makes a slot.")
    remedy: ClassVar[str] = N_("Tick those that are to become slots.")


@refusal
class HasBadEvents(Refusal):
    sentence: ClassVar[str] = N_("Some events cannot become slots.")
    remedy: ClassVar[str] = N_("Leave them out, or correct them in their calendar and bring the file again.")


@refusal
class ImportHasPeople(Refusal):
    slots: int
    sentence: ClassVar[str] = N_("People have signed up in %(slots)s of its slots, so the import is not taken back.")
    remedy: ClassVar[str] = N_("Cancel the slots that are not wanted: everyone on them is told.")


# ── reading ─────────────────────────────────────────────────────────────────


def digest_of(uid: str) -> str:
    """What is kept of a uid: enough to know it again."""
    return sha256(uid.encode("utf-8", "replace")).hexdigest()


def to_the_minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)


def why_not_event(number: int, line: int, span: Span, *, is_all_day: bool) -> BadEvent | None:
    """The reason against a slot at an event's time, or None."""
    if is_all_day:
        return BadEvent(number, line, "DTSTART", WHOLE_DAY)
    return BadEvent(number, line, "DTEND", TOO_LONG) if span.ends_at - span.starts_at > LONGEST else None


# ── posts ───────────────────────────────────────────────────────────────────


def fold(text: str) -> str:
    """What two ways of writing a name have in common."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def named_by(event: Event, posts: Iterable[Place]) -> Place | None:
    """The post that an event means: the one at its place, else the one whose name stands in its place or title, of
    several the longest. None where that is not one."""
    place, text = fold(event.place), fold(event.place) + "\n" + fold(event.title)
    there = [post for post in posts if place and place in (fold(post.place), fold(post.name))]
    if not there:
        inside = [post for post in posts if fold(post.name) and fold(post.name) in text]
        longest = max((len(fold(post.name)) for post in inside), default=0)
        there = [post for post in inside if len(fold(post.name)) == longest]
    return there[0] if len(there) == 1 else None


# ── the preview ─────────────────────────────────────────────────────────────


def preview(events: Sequence[Event], wish: Wish, facts: Facts, zone: tzinfo, now: datetime) -> Preview:
    """What becomes of each event, in the order of their first times."""
    by_id = {post.id: post for post in facts.posts}
    posts = [(wish.match and named_by(event, facts.posts)) or by_id[wish.post_id] for event in events]
    busy = {post_id: merged(spans) for post_id, spans in facts.slots.items()}
    taken = {(post_id, span.starts_at): Why.EXISTS for post_id, spans in facts.slots.items() for span in spans}
    planned_until: dict[int, datetime] = {}
    lines: list[list[Line]] = [[] for _ in events]
    all_times = sorted((time.starts_at, n, time) for n, event in enumerate(events) for time in event.times)
    for starts_at, n, time in all_times:
        post = posts[n]
        day = starts_at.astimezone(zone).date()
        slot = Planned(
            post.id, day, starts_at, time.ends_at, wish.capacity or post.capacity, facts.specials.get(day)
        )  # fmt: skip
        why = _why_not(time, slot, taken, facts.imported, now)
        overlaps = False
        if why is None:
            taken[post.id, starts_at] = Why.TWICE
            overlaps = _is_busy(busy.get(post.id, ()), slot) or planned_until.get(post.id, starts_at) > starts_at
            planned_until[post.id] = max(planned_until.get(post.id, slot.ends_at), slot.ends_at)
        is_outside = not any(term.starts_on <= day <= term.ends_on for term in facts.terms)
        lines[n].append(Line(time, slot, why, is_outside, overlaps))
    return Preview(tuple(Entry(*one) for one in zip(events, posts, map(tuple, lines), strict=True)))


def _why_not(
    time: Time, slot: Planned, taken: Mapping[tuple[int, datetime], Why], imported: Collection[tuple[str, datetime]],
    now: datetime,
) -> Why | None:  # fmt: skip
    if (time.digest, time.starts_at) in imported:
        return Why.IMPORTED
    if slot.starts_at <= now:
        return Why.PAST
    return taken.get((slot.post_id, slot.starts_at))


def _is_busy(spans: Sequence[Span], slot: Planned) -> bool:
    """Whether one of these, which neither overlap nor touch, is at the slot's time: only the last that starts before
    its end can be."""
    before = bisect_left(spans, slot.ends_at, key=lambda span: span.starts_at)
    return before > 0 and spans[before - 1].ends_at > slot.starts_at


def chosen(shown: Preview, ticked: Collection[int], *, leaves_out_bad: bool, bad: int) -> list[Line]:
    """The slots of the events that are ticked, by their numbers in the preview. Raises the reason why nothing is
    imported."""
    if bad and not leaves_out_bad:
        raise HasBadEvents
    lines = [line for n, entry in enumerate(shown.entries) if n in ticked for line in entry.new]
    if not lines:
        raise NothingChosen
    if len(lines) > MOST_SLOTS:
        raise TooManyAtOnce(MOST_SLOTS)
    return lines

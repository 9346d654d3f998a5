"""A timetable as nothing but times at which somebody is busy, and what a calendar file can be refused for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any, ClassVar, NamedTuple

from activities.kit.refusal import N_, Refusal, Word, refusal
from activities.terms.rules import Span as TermSpan

MOST_BYTES = 5 * 1024 * 1024
MOST_EVENTS = 5_000
# Occurrences that are gone through, those before the window too: a rule without end stops here.
MOST_STEPS = 300_000
MOST_SPANS = 5_000
# How far is read where no term says, and the furthest.
USUAL_REACH, LONGEST_REACH = timedelta(weeks=26), timedelta(weeks=60)
WEEK = timedelta(weeks=1)


class Span(NamedTuple):
    """A time at which somebody is busy."""

    starts_at: datetime
    ends_at: datetime


# ── decisions ───────────────────────────────────────────────────────────────


def merged(spans: Iterable[Span]) -> list[Span]:
    """The same time in as few spans as can be, in order: those that touch are one."""
    found: list[Span] = []
    for span in sorted(spans):
        if span.ends_at <= span.starts_at:
            continue
        if found and span.starts_at <= found[-1].ends_at:
            found[-1] = Span(found[-1].starts_at, max(found[-1].ends_at, span.ends_at))
        else:
            found.append(span)
    return found


def clash(spans: Iterable[Span], starts_at: datetime, ends_at: datetime) -> Span | None:
    """The stretch of these that a time runs into, from the first of them to the end of the last; or None."""
    found = [span for span in spans if span.starts_at < ends_at and starts_at < span.ends_at]
    return Span(min(one.starts_at for one in found), max(one.ends_at for one in found)) if found else None


def days_read(today: date, terms: Sequence[TermSpan]) -> tuple[date, date]:
    """The days of which a timetable is read, first and last: from this week on to the end of the present term and the
    one after it."""
    monday = today - timedelta(days=today.weekday())
    to_come = sorted((term for term in terms if term.ends_on >= today), key=lambda term: term.starts_on)
    last = to_come[:2][-1].ends_on if to_come else today + USUAL_REACH
    return monday, min(last, monday + LONGEST_REACH)


# ── refusals ────────────────────────────────────────────────────────────────


@refusal
class NotACalendar(Refusal):
    sentence: ClassVar[str] = N_("This is no calendar: an .ics file begins with BEGIN:VCALENDAR.")
    remedy: ClassVar[str] = N_("Export your timetable as iCalendar (.ics) and choose that file.")


@refusal
class BadLine(Refusal):
    line: int
    sentence: ClassVar[str] = N_("Line %(line)s is no line of a calendar.")
    remedy: ClassVar[str] = N_("Export the file anew, or correct the line.")


@refusal
class EndsEarly(Refusal):
    line: int
    sentence: ClassVar[str] = N_("The file ends in the middle: what begins in line %(line)s has no end.")
    remedy: ClassVar[str] = N_("It was probably cut off on its way: export or download it anew.")


@refusal
class BadZone(Refusal):
    line: int
    sentence: ClassVar[str] = N_("The time zone that begins in line %(line)s cannot be read.")
    remedy: ClassVar[str] = N_("Export the file anew, or correct the line.")


MISSING = Word(N_("is missing"))
UNREADABLE = Word(N_("cannot be read"))
TWICE = Word(N_("stands there more than once"))
BEFORE_START = Word(N_("is before the start"))
UNKNOWN_ZONE = Word(N_("is in a time zone that nobody knows and the file does not explain"))


@refusal
class BadEvent(Refusal):
    number: int
    line: int
    what: str
    why: Word
    sentence: ClassVar[str] = N_("Event %(number)s, which begins in line %(line)s: %(what)s %(why)s.")
    remedy: ClassVar[str] = N_("Correct it in the calendar it comes from, and export that anew.")


@refusal
class TooManyEvents(Refusal):
    most: int
    sentence: ClassVar[str] = N_("The calendar has more than %(most)s events.")
    remedy: ClassVar[str] = N_("Export only the present term.")


@refusal
class RepeatsTooOften(Refusal):
    number: int
    line: int
    sentence: ClassVar[str] = N_("Event %(number)s, which begins in line %(line)s, repeats too often to be read.")
    remedy: ClassVar[str] = N_("Give it an end, or let it repeat less often.")


@refusal
class TooManySpans(Refusal):
    most: int
    sentence: ClassVar[str] = N_("The calendar has more than %(most)s separate times up to the end of the next term.")
    remedy: ClassVar[str] = N_("Export only the calendar of your classes.")


@refusal
class TooLarge(Refusal):
    megabytes: int
    sentence: ClassVar[str] = N_("The calendar is larger than %(megabytes)s MB.")
    remedy: ClassVar[str] = N_("Export only the present term.")


@refusal
class TooHard(Refusal):
    sentence: ClassVar[str] = N_(
        "The calendar takes too long to read: one of its events repeats by an impossible rule."
    )
    remedy: ClassVar[str] = N_("Export only the calendar of your classes.")


@refusal
class TooManyAtOnce(Refusal):
    sentence: ClassVar[str] = N_("Others are bringing theirs at this moment, and yours had no turn.")
    remedy: ClassVar[str] = N_("Try again in a minute.")


@refusal
class NotAnAddress(Refusal):
    sentence: ClassVar[str] = N_("This is no address that can be fetched: it begins with https:// or webcal://.")
    remedy: ClassVar[str] = N_("Copy the address of the calendar once more, as a whole.")


@refusal
class NotPublic(Refusal):
    sentence: ClassVar[str] = N_("The address leads to a network that is not public, and is not fetched.")
    remedy: ClassVar[str] = N_("Bring the timetable as a file.")


@refusal
class HostUnknown(Refusal):
    sentence: ClassVar[str] = N_("There is no server of this name.")
    remedy: ClassVar[str] = N_("Copy the address of the calendar once more, as a whole.")


@refusal
class Unreachable(Refusal):
    sentence: ClassVar[str] = N_("The server could not be reached, or broke off.")
    remedy: ClassVar[str] = N_("It is tried again by itself.")


@refusal
class BadCertificate(Refusal):
    sentence: ClassVar[str] = N_(
        "The server cannot prove that it is the one of this name: its certificate is not right."
    )
    remedy: ClassVar[str] = N_("Bring the timetable as a file.")


@refusal
class TookTooLong(Refusal):
    sentence: ClassVar[str] = N_("The server took too long to answer.")
    remedy: ClassVar[str] = N_("It is tried again by itself.")


@refusal
class AnsweredWith(Refusal):
    code: int
    sentence: ClassVar[str] = N_("The server answered %(code)s instead of sending a calendar.")
    remedy: ClassVar[str] = N_("Make sure that the address opens in a browser without logging in.")


@refusal
class TooManyRedirects(Refusal):
    most: int
    sentence: ClassVar[str] = N_("The address leads on to others more than %(most)s times.")
    remedy: ClassVar[str] = N_("Copy the address that it leads to in the end.")


@refusal
class OddlyEncoded(Refusal):
    sentence: ClassVar[str] = N_("The server packed its answer in a way that cannot be unpacked.")
    remedy: ClassVar[str] = N_("Bring the timetable as a file.")


@refusal
class AddressLost(Refusal):
    sentence: ClassVar[str] = N_("The address that was kept cannot be read any more.")
    remedy: ClassVar[str] = N_("Enter it again.")


@refusal
class FetchingIsOff(Refusal):
    sentence: ClassVar[str] = N_("This service fetches nothing from other addresses.")
    remedy: ClassVar[str] = N_("Bring the timetable as a file.")


REFUSALS: dict[str, type[Refusal]] = {
    one.__name__: one
    for one in (
        NotACalendar, BadLine, EndsEarly, BadZone, BadEvent, TooManyEvents, RepeatsTooOften, TooManySpans, TooLarge,
        TooHard, TooManyAtOnce, NotAnAddress, NotPublic, HostUnknown, Unreachable, BadCertificate, TookTooLong,
        AnsweredWith, TooManyRedirects, OddlyEncoded, AddressLost, FetchingIsOff,
    )
}  # fmt: skip


def kept(why: Refusal) -> dict[str, Any]:
    """A refusal as it is stored or handed on; see `read_back`."""
    return {"key": why.key, "facts": why.facts()}


def read_back(stored: dict[str, Any]) -> Refusal:
    facts = {name: Word(value) if name == "why" else value for name, value in stored["facts"].items()}
    return REFUSALS[stored["key"]](**facts)

"""One event of a calendar as plain values, read by `icalendar`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any, NamedTuple

from dateutil.rrule import rrule, rrulestr
from icalendar import Event as Component

from activities.kit.refusal import Word
from activities.timetables.ics import Block
from activities.timetables.rules import BEFORE_START, MISSING, TWICE, UNKNOWN_ZONE, UNREADABLE, BadEvent

ONE_DAY = timedelta(days=1)
ZERO = timedelta(0)
ONCE = ("DTSTART", "DTEND", "DURATION", "RECURRENCE-ID", "RRULE")


class Event(NamedTuple):
    """`starts` in the event's own zone, the school's where it has none. `replaces`: the occurrence of another event of
    the same uid that this one stands for, and with `and_later` all after it, moved likewise. `left_out` may be whole
    days. `is_free`: it takes no time, being cancelled or transparent."""

    number: int
    line: int
    uid: str
    sequence: int
    starts: datetime
    lasts: timedelta
    is_all_day: bool
    is_free: bool
    rule: rrule | None
    more: tuple[tuple[datetime, timedelta | None], ...]
    left_out: frozenset[datetime | date]  # moments in UTC, and whole days
    replaces: datetime | date | None
    and_later: bool
    title: str
    place: str


class _Wrong(Exception):  # noqa: N818 - told as a BadEvent
    def __init__(self, what: str, why: Word) -> None:
        super().__init__(what)
        self.what, self.why = what, why


def read_event(block: Block, zone: tzinfo) -> Event:
    """The event, or BadEvent saying what is wrong with it."""
    try:
        return _read(block, zone)
    except _Wrong as wrong:
        raise BadEvent(block.number, block.line, wrong.what, wrong.why) from None
    except (ValueError, TypeError, OverflowError, KeyError, AttributeError, IndexError):
        raise BadEvent(block.number, block.line, "VEVENT", UNREADABLE) from None


def _read(block: Block, zone: tzinfo) -> Event:
    found: Any = Component.from_ical(block.text)
    if found.errors:
        raise _Wrong(found.errors[0][0] or "VEVENT", UNREADABLE)
    for name in ONCE:
        if isinstance(found.get(name), list):
            raise _Wrong(name, TWICE)
    if "DTSTART" not in found:
        raise _Wrong("DTSTART", MISSING)
    first = _value("DTSTART", found["DTSTART"])
    starts = _moment(first, zone)
    replaces = found.get("RECURRENCE-ID")
    return Event(
        number=block.number,
        line=block.line,
        uid=str(_first(found.get("UID")) or f"#{block.number}"),
        sequence=_number(_first(found.get("SEQUENCE"))),
        starts=starts,
        lasts=_lasts(found, first, starts, zone),
        is_all_day=not isinstance(first, datetime),
        is_free=_is(found, "STATUS", "CANCELLED") or _is(found, "TRANSP", "TRANSPARENT"),
        rule=_rule(found["RRULE"], starts) if "RRULE" in found else None,
        more=tuple(_more(found, zone)),
        left_out=frozenset(_or_day(value, zone) for value in _values(found, "EXDATE")),
        replaces=None if replaces is None else _or_day(_value("RECURRENCE-ID", replaces), zone),
        and_later=replaces is not None and replaces.params.get("RANGE", "").upper() == "THISANDFUTURE",
        title=str(_first(found.get("SUMMARY")) or "").strip(),
        place=str(_first(found.get("LOCATION")) or "").strip(),
    )


def _first(value: Any) -> Any:
    return value[0] if isinstance(value, list) else value


def _number(value: Any) -> int:
    return value if isinstance(value, int) else 0


def _is(found: Any, name: str, word: str) -> bool:
    return str(_first(found.get(name)) or "").strip().upper() == word


def _value(name: str, value: Any) -> date | datetime:
    """A moment or day; raises for what is neither, and for a zone that nobody knows."""
    found: object = value.dt
    if not isinstance(found, date):
        raise _Wrong(name, UNREADABLE)
    if isinstance(found, datetime) and found.tzinfo is None and "TZID" in value.params:
        raise _Wrong(name, UNKNOWN_ZONE)
    return found


def _values(found: Any, name: str) -> Iterator[Any]:
    """The values of all properties of this name, each of which may have several."""
    several = found.get(name, [])
    for one in several if isinstance(several, list) else [several]:
        for value in one.dts:
            dt = value.dt[0] if isinstance(value.dt, tuple) else value.dt
            if isinstance(dt, datetime) and dt.tzinfo is None and "TZID" in one.params:
                raise _Wrong(name, UNKNOWN_ZONE)
            yield value.dt


def _moment(value: date | datetime, zone: tzinfo) -> datetime:
    """A moment: a day begins at midnight of the school, and so does time without a zone belong to it."""
    if not isinstance(value, datetime):
        return datetime.combine(value, time(0), zone)
    return value if value.tzinfo else value.replace(tzinfo=zone)


def _or_day(value: Any, zone: tzinfo) -> datetime | date:
    """A moment in UTC, or a day as it is."""
    return _moment(value, zone).astimezone(UTC) if isinstance(value, datetime) else value


def _lasts(found: Any, first: date | datetime, starts: datetime, zone: tzinfo) -> timedelta:
    span = ZERO if isinstance(first, datetime) else ONE_DAY
    if "DTEND" in found:
        ends = _moment(_value("DTEND", found["DTEND"]), zone)
        is_timed = isinstance(first, datetime)
        span = ends.astimezone(UTC) - starts.astimezone(UTC) if is_timed else ends.date() - starts.date()
    elif "DURATION" in found:
        span = found["DURATION"].dt
        if not isinstance(span, timedelta):
            raise _Wrong("DURATION", UNREADABLE)
    if span < ZERO:
        raise _Wrong("DTEND" if "DTEND" in found else "DURATION", BEFORE_START)
    return span


def _more(found: Any, zone: tzinfo) -> Iterator[tuple[datetime, timedelta | None]]:
    """Further starts; a period says how long it lasts."""
    for value in _values(found, "RDATE"):
        if isinstance(value, tuple):
            starts = _moment(value[0], zone)
            lasts = value[1] if isinstance(value[1], timedelta) else _moment(value[1], zone) - starts
            yield starts, max(ZERO, lasts)
        else:
            yield _moment(value, zone), None


def _rule(recur: Any, starts: datetime) -> rrule:
    """The rule, for dateutil. Its end, written in whichever way, is a moment as the start is."""
    asked = dict(recur)
    until = asked.pop("UNTIL", None)
    if str(_first(asked.get("RSCALE")) or "GREGORIAN").upper() != "GREGORIAN" or len(until or [0]) != 1:
        raise _Wrong("RRULE", UNREADABLE)
    asked.pop("RSCALE", None)
    try:
        rule = rrulestr(type(recur)(asked).to_ical().decode(), dtstart=starts)
        assert isinstance(rule, rrule)
        return rule.replace(until=_until(until[0], starts)) if until and "COUNT" not in asked else rule
    except (ValueError, TypeError, KeyError, OverflowError):
        raise _Wrong("RRULE", UNREADABLE) from None


def _until(value: date | datetime, starts: datetime) -> datetime:
    if not isinstance(value, datetime):
        return datetime.combine(value, time.max, starts.tzinfo)
    return value if value.tzinfo else value.replace(tzinfo=starts.tzinfo)

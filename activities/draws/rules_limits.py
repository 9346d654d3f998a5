"""How much more a person may take on where the school refuses too much a day or a week, as a draw needs to know it
before it knows who wins what: minutes by day ("2026-12-01") and by week ("2026-W49")."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator
from datetime import date, datetime, tzinfo

from activities.norms.rules import Limit, Norms, Strictness
from activities.signups.rules_time import Busy, days, weeks

_Spans = Callable[[datetime, datetime, tzinfo], Iterator[tuple[datetime, datetime, date]]]
_DAYS, _WEEKS = (days, "%Y-%m-%d"), (weeks, "%G-W%V")


def taken(duty: Busy, zone: tzinfo) -> dict[str, int]:
    """How many minutes of each day and week a duty takes."""
    spans = [*_spans(*_DAYS, duty, zone), *_spans(*_WEEKS, duty, zone)]
    return {name: math.ceil(duty.minutes_within(first, last)) for name, first, last in spans}


def left(duty: Busy, others: Collection[Busy], norms: Norms) -> tuple[tuple[str, int], ...]:
    """How many minutes are left beside the others in each day and week that a duty touches; none of those whose limit
    may be passed."""
    found: list[tuple[str, int]] = []
    for limit, spans in ((norms.day, _DAYS), (norms.week, _WEEKS)):
        if limit.strictness is Strictness.REFUSE:
            for name, first, last in _spans(*spans, duty, norms.zone):
                minutes = sum(one.minutes_within(first, last) for one in others)
                found.append((name, max(0, math.floor(limit.minutes - minutes))))
    return tuple(found)


def without_limits(norms: Norms) -> Norms:
    """The norms that say whether two duties can be beside each other at all, however much there is of them."""
    return norms._replace(day=Limit(0), week=Limit(0))


def _spans(by: _Spans, names: str, duty: Busy, zone: tzinfo) -> Iterator[tuple[str, datetime, datetime]]:
    for first, last, day in by(duty.starts_at, duty.ends_at, zone):
        yield day.strftime(names), first, last

"""On which days a series takes place: a recurrence rule with exceptions, written as RFC 5545 writes it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from dateutil.rrule import rrulestr

from activities.terms.rules import Special

WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
ONE = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Rule:
    """Each of these weekdays (0: Monday) from `first` to `last`, or without weekdays the one day `first`.

    Two exceptions are the school's and stand beside the text: holidays fall out unless `on_holidays`, and a make-up
    workday counts as the day whose timetable it teaches unless `plain_days`.
    """

    first: date
    last: date
    weekdays: frozenset[int] = frozenset()
    excluded: frozenset[date] = frozenset()
    on_holidays: bool = False
    plain_days: bool = False

    @property
    def is_row(self) -> bool:
        return bool(self.weekdays)

    @property
    def text(self) -> str:
        """The rule with its excluded days as RFC 5545 says it, for `read`."""
        names = ",".join(WEEKDAYS[number] for number in sorted(self.weekdays))
        until = f"UNTIL={self.last:%Y%m%d}"
        how = f"FREQ=WEEKLY;{until};BYDAY={names}" if names else f"FREQ=DAILY;{until}"
        lines = [f"DTSTART;VALUE=DATE:{self.first:%Y%m%d}", f"RRULE:{how}"]
        if self.excluded:
            lines.append("EXDATE;VALUE=DATE:" + ",".join(f"{day:%Y%m%d}" for day in sorted(self.excluded)))
        return "\n".join(lines)

    def days(self) -> list[date]:
        """The days of the rule by their weekday alone, without any exception."""
        if self.last < self.first:
            return []
        _, _, text = self.text.partition("RRULE:")
        start = datetime.combine(self.first, datetime.min.time())
        return [moment.date() for moment in rrulestr(text.partition("\n")[0], dtstart=start)]

    def counts_as(self, day: date, special_days: Mapping[date, Special]) -> int:
        """The weekday that a day counts as."""
        special = special_days.get(day)
        return (special.acts_as if special and special.acts_as and not self.plain_days else day).weekday()


def read(text: str, *, on_holidays: bool, plain_days: bool) -> Rule:
    """The rule that this is the text of."""
    lines = dict(line.split(":", 1) for line in text.split("\n"))
    first = _day(lines["DTSTART;VALUE=DATE"])
    until, names = re.search(r"UNTIL=(\d{8})", text), re.search(r"BYDAY=([A-Z,]+)", text)
    return Rule(
        first=first,
        last=_day(until[1]) if until else first,
        weekdays=frozenset(WEEKDAYS.index(name) for name in names[1].split(",")) if names else frozenset(),
        excluded=frozenset(_day(part) for part in lines.get("EXDATE;VALUE=DATE", "").split(",") if part),
        on_holidays=on_holidays,
        plain_days=plain_days,
    )


def _day(text: str) -> date:
    return date.fromisoformat(f"{text[:4]}-{text[4:6]}-{text[6:]}")

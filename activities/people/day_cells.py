"""What a cell means that holds a day, as people write it or as spreadsheets count it."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import ClassVar

from activities.kit.refusal import N_, Refusal, refusal
from activities.people.roster_cells import tidy

FIRST_YEAR, LAST_YEAR = 2000, 2100
# A day as so many after this one, its time as the fraction.
EPOCH = date(1899, 12, 30)
SERIAL = re.compile(r"\d{5}(\.\d+)?", re.ASCII)
_DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?|(\d{4})(\d{2})(\d{2})", re.ASCII)


@refusal
class NeedsDay(Refusal):
    sentence: ClassVar[str] = N_("A day such as 2026-11-25.")


def read_day(text: str) -> date:
    """What stands behind the day is a time. Raises NeedsDay."""
    text = tidy(text)
    try:
        if SERIAL.fullmatch(text):
            day = EPOCH + timedelta(days=int(float(text)))
        elif found := _DAY.match(text):
            day = date(*(int(part) for part in found.groups() if part))
        else:
            raise NeedsDay
    except ValueError:
        raise NeedsDay from None
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise NeedsDay
    return day

"""The State Council's holidays as the `holidays` library knows them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

import holidays

ONE = timedelta(days=1)
SATURDAY = 5
SWAPPED = "休息日"  # how the library begins the name of a day swapped for a weekend


@dataclass(frozen=True)
class OfficialDay:
    """A day off, or a weekend day that is worked. `confirmed`: the year's notice is out."""

    day: date
    name: str
    off: bool
    confirmed: bool


def official_days(years: Iterable[int]) -> list[OfficialDay]:
    """Every day of these years that is not what its weekday says, in order."""
    wanted = set(years)
    around = {year + step for year in wanted for step in (-1, 0, 1)}  # a run of days off may reach over New Year
    known = holidays.country_holidays("CN", years=around, language="zh_CN")
    worked = {day for day in known.weekend_workdays if day.year in around}
    noticed = {day.year for day in worked}  # every notice moves some weekend; without one there are only the feast days
    names = _with_weekends(dict(known.items()), worked)
    off = [OfficialDay(day, name, off=True, confirmed=day.year in noticed) for day, name in names.items()]
    on = [OfficialDay(day, "调休上班", off=False, confirmed=True) for day in worked]
    return sorted((special for special in off + on if special.day.year in wanted), key=lambda special: special.day)


def _with_weekends(names: dict[date, str], worked: set[date]) -> dict[date, str]:
    """The days off with the weekends they touch, as the notices count them, each called by its feast."""
    days = set(names)
    for day in names:
        for step in (ONE, -ONE):
            beside = day + step
            while beside.weekday() >= SATURDAY and beside not in worked:
                days.add(beside)
                beside += step
    return {day: feast for run in _runs(sorted(days)) for feast in [_feast(names, run)] for day in run}


def _runs(days: list[date]) -> list[list[date]]:
    runs = [days[:1]]
    for before, day in pairwise(days):
        if day - before == ONE:
            runs[-1].append(day)
        else:
            runs.append([day])
    return runs


def _feast(names: dict[date, str], run: list[date]) -> str:
    """The name most days of the run carry; a day swapped for a weekend carries none."""
    found = [names[day].split("（")[0] for day in run if day in names]
    named = Counter(name for name in found if name != SWAPPED)
    return named.most_common(1)[0][0] if named else SWAPPED

"""What a school sets for everyone who signs up: figures, and how strict each is. Where nothing is set, these defaults
hold."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta, tzinfo
from enum import StrEnum
from functools import lru_cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from activities.kit.refusal import N_


class Strictness(StrEnum):
    """What happens where a limit is passed: nothing, the person is asked first, or the answer is no."""

    OFF = "off"
    ASK = "ask"
    REFUSE = "refuse"


STRICTNESS_NAMES = {
    Strictness.OFF: N_("does not matter"),
    Strictness.ASK: N_("ask first"),
    Strictness.REFUSE: N_("refuse"),
}


class Limit(NamedTuple):
    """So many minutes, and how strict that is."""

    minutes: int
    strictness: Strictness = Strictness.OFF

    @property
    def span(self) -> timedelta:
        return timedelta(minutes=self.minutes)


class Norms(NamedTuple):
    """`travel`: at least, between duties in different places; `gap`: at least, between any two; `day` and `week`: duty
    at most. Who misses `misses` duties within `miss_days` days takes on nothing new for `pause_days` days; 0: never.
    Within `answer_days` working days an organizer answers a request for correction, within `decide_days` a secretary
    decides it. Codes check people in from `check_in_before` minutes before a slot on, and out until `check_out_after`
    minutes after it; who comes or goes within `grace` minutes of its times is on time. Certificates stand on notice for
    `notice_days`; `stars` are the hours of volunteer service from which on each star level holds. What is odd is listed
    for secretaries as long as it was recorded within `odd_days` days: `odd_many` typed in later at one moment,
    `odd_times` for one person by one hand, more than `odd_hours` hours on a day, and what is recorded between the hours
    `odd_from` and `odd_until`. `zone` is where days and weeks begin."""

    travel: Limit = Limit(15, Strictness.ASK)
    gap: Limit = Limit(0)
    day: Limit = Limit(8 * 60)
    week: Limit = Limit(20 * 60)
    misses: int = 0
    miss_days: int = 90
    pause_days: int = 30
    answer_days: int = 5
    decide_days: int = 5
    check_in_before: int = 15
    check_out_after: int = 30
    grace: int = 5
    notice_days: int = 7
    stars: tuple[int, ...] = (100, 300, 600, 1000, 1500)
    odd_days: int = 90
    odd_many: int = 20
    odd_times: int = 8
    odd_hours: int = 12
    odd_from: int = 23
    odd_until: int = 6
    zone: tzinfo = ZoneInfo("Asia/Shanghai")

    @property
    def limits(self) -> dict[str, Limit]:
        return {"travel": self.travel, "gap": self.gap, "day": self.day, "week": self.week}


NORMS = Norms()
LIMITS = tuple(NORMS.limits)
FIGURES = (
    "misses", "miss_days", "pause_days", "answer_days", "decide_days", "check_in_before", "check_out_after", "grace",
    "notice_days",
    "odd_days", "odd_many", "odd_times", "odd_hours", "odd_from", "odd_until",
)  # fmt: skip
MOST_GAP = timedelta(hours=48)
# Issued certificates are published within the house for at least so long.
LEAST_NOTICE = 7
MOST_STARS = 10


@lru_cache(maxsize=64)
def read(text: str | None, zone: tzinfo) -> Norms:
    """The norms that were kept as text; the defaults where there is none."""
    kept: dict[str, Any] = json.loads(text) if text else {}
    known: dict[str, Any] = {name: kept[name] for name in FIGURES if name in kept}
    known |= {name: Limit(kept[name][0], Strictness(kept[name][1])) for name in LIMITS if name in kept}
    if "stars" in kept:
        known["stars"] = tuple(kept["stars"])
    return NORMS._replace(**known, zone=zone)


def write(norms: Norms) -> str:
    """The norms as text to keep: the same norms are always the same text."""
    return json.dumps(plain(norms))


def plain(norms: Norms) -> dict[str, Any]:
    """The norms as JSON can hold them, by name."""
    limits = {name: [limit.minutes, str(limit.strictness)] for name, limit in norms.limits.items()}
    return {**limits, **{name: getattr(norms, name) for name in FIGURES}, "stars": list(norms.stars)}


def star_level(minutes: int, stars: Sequence[int]) -> int:
    """How many of the thresholds so much service reaches; 0: none."""
    return sum(minutes >= hours * 60 for hours in stars)


class StarStanding(NamedTuple):
    """Where somebody stands: minutes of service, the level reached, and the hours of the next; None where there is
    none higher."""

    minutes: int
    level: int
    next: int | None


def star_standing(minutes: int, stars: Sequence[int]) -> StarStanding:
    level = star_level(minutes, stars)
    return StarStanding(minutes, level, stars[level] if level < len(stars) else None)

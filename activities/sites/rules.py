"""What a partner asks of visits, decided on plain values."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection
from datetime import datetime
from typing import ClassVar, NamedTuple

from activities.kit.refusal import N_, Refusal, refusal

MOST_DAYS = 30
MOST_PEOPLE = 10_000


class Limits(NamedTuple):
    """A site and how much it takes at once: people in all, groups on one floor. None: as many as come."""

    name: str
    most_visitors: int | None
    most_groups: int | None


class Visit(NamedTuple):
    """A group at a site: as many people as its slot has seats."""

    starts_at: datetime
    ends_at: datetime
    people: int
    floor: str


# Degrees as maps show them: "43.8868, 125.3245", "43.8868° N, 125.3245° E", "geo:43.8868,125.3245".
_DEGREES = r"([+-]?\d{1,3}(?:\.\d{1,15})?)\s*°?\s*"
_POINT = re.compile(rf"(?:geo:|\()?\s*{_DEGREES}([NS北南]?)[\s,，;；、]+{_DEGREES}([EW东東西]?)\s*\)?", re.IGNORECASE)


def read_point(typed: str) -> str:
    """A point on the earth as calendars write it (RFC 5545, GEO): its latitude and its longitude in degrees. Empty for
    what is none. Chinese maps tell the longitude first, which is known by what no latitude can be."""
    found = _POINT.fullmatch(typed.strip())
    if found is None:
        return ""
    first, south, second, west = found.groups()
    latitude = -abs(float(first)) if south in ("S", "s", "南") else float(first)
    longitude = -abs(float(second)) if west in ("W", "w", "西") else float(second)
    if abs(latitude) > 90 and not (south or west):
        latitude, longitude = longitude, latitude
    if abs(latitude) > 90 or abs(longitude) > 180:
        return ""
    return f"{latitude:.6f};{longitude:.6f}"


def say_point(point: str) -> str:
    """As maps show it."""
    return ", ".join(degrees.rstrip("0").rstrip(".") for degrees in point.split(";") if degrees)


@refusal
class TooManyVisitors(Refusal):
    site: str
    most: int
    people: int
    starts_at: datetime
    sentence: ClassVar[str] = N_(
        "%(site)s takes %(most)s visitors at once; with these seats there could be %(people)s on %(starts_at)s."
    )
    remedy: ClassVar[str] = N_("Choose fewer seats or another time.")


@refusal
class TooManyGroups(Refusal):
    site: str
    most: int
    starts_at: datetime
    sentence: ClassVar[str] = N_(
        "%(site)s takes %(most)s groups at once on one floor; these would be more on %(starts_at)s."
    )
    remedy: ClassVar[str] = N_("Choose another time or floor.")


@refusal
class SiteNameTaken(Refusal):
    name: str
    sentence: ClassVar[str] = N_("The unit has a place “%(name)s” already.")


@refusal
class SiteInUse(Refusal):
    sentence: ClassVar[str] = N_("Posts stand at this place, so it stays.")
    remedy: ClassVar[str] = N_("Move the posts to another place first.")


def why_not_visits(limits: Limits, new: Collection[Visit], others: Collection[Visit]) -> Refusal | None:
    """The first reason, in the order of time, against these visits beside the others that there are. What the others
    alone do is no reason: a limit may have been lowered since."""
    if limits.most_visitors is None and limits.most_groups is None:
        return None
    # At the same moment who leaves goes before who comes.
    steps = [
        (at, comes, visit, is_new)
        for visits, is_new in ((new, True), (others, False))
        for visit in visits
        for at, comes in ((visit.starts_at, True), (visit.ends_at, False))
    ]
    steps.sort(key=lambda step: (step[0], step[1], step[3]))
    people = present = 0
    floors: Counter[str] = Counter()
    for at, comes, visit, is_new in steps:
        sign = 1 if comes else -1
        people += sign * visit.people
        floors[visit.floor] += sign
        present += sign * is_new
        if not (comes and present):
            continue
        if limits.most_visitors is not None and people > limits.most_visitors:
            return TooManyVisitors(limits.name, limits.most_visitors, people, at)
        if limits.most_groups is not None and floors[visit.floor] > limits.most_groups:
            return TooManyGroups(limits.name, limits.most_groups, at)
    return None

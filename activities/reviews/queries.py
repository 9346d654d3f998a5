"""The year read from the records: for the units below a secretary's, and for one person. One statement each."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, time
from typing import Any

from activities.kit import clock
from activities.kit.db import db, run
from activities.kit.reading import run_in_portions
from activities.kit.refusal import NotFound
from activities.reviews import statements
from activities.reviews.rules import LEDGERS, WEIGHED, Branch, Figures, Filters, Line, Order, OwnYear, Scope

NOTHING = Figures()
# How many columns a statement has of sums of time, before its counts.
OF_TIME = 2 * len(LEDGERS) + len(WEIGHED)


def scope(paths: Collection[str], year: int, filters: Filters, now: datetime) -> Scope:
    """The units at `paths` and below, with their people and classes; NotFound where the filters want a unit outside."""
    given = {f"path{n}": f"{path}%" for n, path in enumerate(sorted(paths))}
    starts, ends = (clock.at(day, time()) for day in (date(year, 1, 1), date(year + 1, 1, 1)))
    query = statements.scope(len(given), filters.asked)
    rows = db.session.execute(query, {**given, **filters.values, "starts": starts, "ends": ends, "now": now}).all()
    branches: dict[int, Branch] = {}
    for *unit, class_name, people, _ in rows:
        branch = branches.setdefault(unit[0], Branch(*unit))
        branch.people += people
        if class_name:
            branch.classes.append(class_name)
    this, first = clock.local_day(now), rows[0][-1]
    years = range(this.year, clock.local_day(first).year - 1, -1) if first else ()
    units = list(branches.values())
    return Scope(units, _chosen(units, filters.unit), list(years))


def _chosen(branches: list[Branch], public_id: str) -> list[Branch]:
    if not public_id:
        return branches
    for top in branches:
        if top.public_id == public_id:
            return [branch for branch in branches if branch.path.startswith(top.path)]
    raise NotFound


def minutes(branches: Sequence[Branch], year: int, filters: Filters) -> dict[int, Figures]:
    """Minutes of those the filters list, by unit: of its figures those that are sums of time."""
    rows = db.session.execute(statements.minutes(filters.asked), _given(branches, year, filters))
    found = {unit_id: _time(values) for unit_id, *values in rows}
    return {branch.id: found.get(branch.id, NOTHING) for branch in branches}


def attendances(branches: Sequence[Branch], year: int, filters: Filters) -> dict[date, int]:
    """How often somebody the filters list attended, by day."""
    rows = db.session.execute(statements.attendances(filters.asked), _given(branches, year, filters))
    return dict(iter(rows))


def lines(
    branches: Sequence[Branch], year: int, filters: Filters, order: Order, *, limit: int | None = None, offset: int = 0
) -> Iterator[Line]:
    """The members the filters list, each with the year's figures; zeros for who has none. Without a limit they are read
    in portions, so that the memory this takes does not grow with them."""
    query = statements.lines(filters.asked, order, cut=limit is not None)
    given = {**_given(branches, year, filters), "limit": limit, "offset": offset}
    names = {branch.id: branch.name for branch in branches}
    for row in run(query, given) if limit else run_in_portions(query, given, 500):
        _, key, number, name, unit_id, class_name, stage, standing, *values = row
        yield Line(key, number, name, names[unit_id], class_name, stage, standing, _read(values))


def own_year(member_id: int, year: int) -> OwnYear:
    """One member's year, by the same counting as the secretary's page."""
    rows = db.session.execute(statements.own_days(), {"member": member_id, **_days(year)})
    return OwnYear({day: _read(values) for day, *values in rows})


def figures(member_ids: Collection[int], year: int) -> dict[int, Figures]:
    """The year's figures of these members, by the same counting; nothing of who has no record. One statement."""
    rows = run(statements.of_people(), {"ids": list(member_ids), **_days(year)})
    return {member_id: _read(values) for member_id, *values in rows}


def _given(branches: Sequence[Branch], year: int, filters: Filters) -> dict[str, Any]:
    return {"units": [branch.id for branch in branches], **_days(year), **filters.values}


def _days(year: int) -> dict[str, date]:
    return {"first": date(year, 1, 1), "last": date(year, 12, 31)}


def _read(values: Sequence[Any]) -> Figures:
    """The figures of a group of records, or of no group at all."""
    attended, late, excused, absent, last_seen = values[OF_TIME:]
    if attended is None:
        return NOTHING
    return replace(
        _time(values[:OF_TIME]), attended=attended, late=late, excused=excused, absent=absent, last_seen=last_seen
    )


def _time(values: Sequence[Any]) -> Figures:
    """Sums of time: a number a ledger of what is final, of what is provisional, and of what may weigh anything else."""
    of_each = len(LEDGERS)
    final, provisional, weights = values[:of_each], values[of_each : 2 * of_each], values[2 * of_each :]
    return Figures(tuple(final), provisional=tuple(provisional), weights=tuple(weights))

"""Telling people what they still owe, with words that help and slots that would settle it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

import sqlalchemy as sa

from activities.audit import service as audit
from activities.kit import clock
from activities.kit.db import db, transactional
from activities.kit.refusal import NotAllowed
from activities.kit.roles import Permission
from activities.outbox.jobs import every
from activities.people.models import Member, Unit
from activities.people.queries import WITH_ROLES
from activities.people.service import acting
from activities.requirements import behind, notices, pages
from activities.requirements.behind import Stands
from activities.requirements.models import RequirementSet

# How many slots a notice names, and for how many days after its day a monthly notice may still go out.
SLOTS = 3
LATE_DAYS = 3


@transactional
def tell(actor_id: int, chosen: Collection[str], year: int, now: datetime) -> int:
    """Tell those chosen, by public id, of the actor's units what they still owe; who owes nothing is not told, and
    nobody twice a day. Return how many are told by this. NotAllowed for who reviews nothing."""
    paths = acting(actor_id).paths(Permission.REVIEW)
    if not paths:
        raise NotAllowed
    today = clock.local_day(now)
    chosen_ones = [one for one in behind.standing_of(paths, year, now) if one.person.public_id in chosen and one.owes]
    already = notices.told_on(today, [one.person.id for one in chosen_ones])
    owing = [one for one in chosen_ones if one.person.id not in already]
    query = sa.select(Member).where(Member.id.in_([one.person.id for one in owing])).options(*WITH_ROLES)
    owed = {one.person.id: [each.line for each in one.owes] for one in owing}
    slots = pages.next_for(list(db.session.scalars(query).unique()), owed, year, SLOTS, now) if owing else {}
    notices.told(owing, slots, year, today, now)
    told: list[tuple[int, dict[str, object], dict[str, object]]] = [
        (one.person.id, {}, {"year": year, "lines": [each.line.key for each in one.owes]}) for one in owing
    ]
    audit.leave_all(now, actor_id, "tell what is owed", Member, told)
    return len(owing)


@every(6 * 3600, "tell who still owes something")
def tell_monthly(now: datetime) -> None:
    """Tell everybody of whom something is still owed, on the day of the month that their set says."""
    today = clock.local_day(now)
    for path in _paths_to_tell(today):
        _tell_below(path, today, now)


def _paths_to_tell(today: date) -> list[str]:
    """The highest units that ask for something in this year."""
    query = sa.select(Unit.path).join(RequirementSet, RequirementSet.unit_id == Unit.id)
    paths = set(db.session.scalars(query.where(RequirementSet.year == today.year)))
    return [path for path in sorted(paths) if not any(path != other and path.startswith(other) for other in paths)]


@transactional
def _tell_below(path: str, today: date, now: datetime) -> None:
    owing = [one for one in behind.standing_of([path], today.year, now) if one.owes and _is_due(one, today)]
    notices.monthly(owing, today, now)


def _is_due(one: Stands, today: date) -> bool:
    day = one.asked.told_on
    return bool(day) and day <= today.day < day + LATE_DAYS

"""What waits for an organizer, in the order in which it is due."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple, TypeAlias

import sqlalchemy as sa

from activities.board import lists, queries
from activities.board.models import VisitorList
from activities.duties.models import Activity, Post, Slot
from activities.duties.queries import Sight, among_organized, organized, sight_of
from activities.duties.rules import SlotState, WayIn
from activities.exchanges.models import Cover
from activities.kit import clock
from activities.kit.columns import UtcDateTime
from activities.kit.db import run
from activities.people.models import Unit
from activities.people.users import Viewer
from activities.records.rules_evidence import due_on
from activities.signups.models import SignUp
from activities.signups.rules import HOLDING
from activities.sites.models import Site
from activities.sites.rules import MOST_DAYS
from activities.terms import queries as terms
from activities.terms.rules import Special, add_working_days, is_unsure

AnySelect: TypeAlias = "sa.Select[*tuple[Any, ...]]"

# How many days before it is due a list of visitors is asked for.
REMIND = 2
# Beyond how many days nobody has to think of a list yet: all its working days, and the longest holidays between.
LISTS_WITHIN = timedelta(days=2 * MOST_DAYS + 20)
SPECIAL_AROUND = timedelta(days=120)
MOST_LISTS = 100

NOW = sa.bindparam("now", type_=UtcDateTime())
LAST = sa.bindparam("last", type_=UtcDateTime())


@dataclass(frozen=True)
class Task:
    """Something to do. `key` says what, `endpoint` and `values` where; `left` are the days until it is due, below zero
    when it is late. `is_unsure`: the day was counted in a year whose holidays may still change."""

    key: str
    due: date
    left: int
    endpoint: str
    values: dict[str, str]
    post: str
    activity: str
    people: int
    is_unsure: bool = False


def waiting(member: Viewer, now: datetime) -> list[Task]:
    """All that waits for the member, what is due first comes first. Six statements."""
    today = clock.local_day(now)
    special = terms.special_days(today - SPECIAL_AROUND, today + SPECIAL_AROUND)
    found = [*_marks(member, special, now), *_lists(member, special, now), *_decisions(member, now)]
    return sorted(found, key=lambda task: (task.due, task.key, task.post))


def _task(key: str, due: date, now: datetime, endpoint: str, values: dict[str, str], *said: Any) -> Task:
    return Task(key, due, (due - clock.local_day(now)).days, endpoint, values, *said)


# ── marks ───────────────────────────────────────────────────────────────────


def _marks(member: Viewer, special: Mapping[date, Special], now: datetime) -> list[Task]:
    found = []
    for slot in queries.unmarked(member, now):
        day = clock.local_day(slot.ends_at)
        due = due_on(day, special)
        said = (slot.post, slot.activity, slot.people, is_unsure(day, due, special))
        found.append(_task("marks", due, now, "records.attendance", {"public_id": slot.public_id}, *said))
    return found


# ── lists of visitors ───────────────────────────────────────────────────────


class Visit(NamedTuple):
    """A slot to come at a partner's place that wants a list, and whom the last list that was sent named."""

    slot_id: int
    public_id: str
    starts_at: datetime
    post: str
    activity: str
    taken: int
    list_days: int
    sent: list[int] | None


_LAST = (
    sa.select(VisitorList.members)
    .where(VisitorList.slot_id == Slot.id)
    .order_by(VisitorList.id.desc())
    .limit(1)
    .scalar_subquery()
)


@lru_cache(maxsize=1024)
def _visits(sight: Sight) -> AnySelect:
    return (
        sa.select(Slot.id, Slot.public_id, Slot.starts_at, Post.name, Activity.name, Slot.taken, Site.list_days, _LAST)
        .join(Slot.post)
        .join(Post.activity)
        .join(Activity.unit)
        .join(Site, Site.id == Post.site_id)
        .where(
            among_organized(sight), Slot.state == SlotState.OPEN, Slot.starts_at > NOW, Slot.starts_at < LAST,
            Slot.taken > 0, Site.list_days.is_not(None),
        )
        .order_by(Slot.starts_at, Slot.id)
        .limit(MOST_LISTS)
    )  # fmt: skip


def _lists(member: Viewer, special: Mapping[date, Special], now: datetime) -> list[Task]:
    """Lists that are to be sent soon, and those that have changed since they were."""
    rows = [Visit._make(row) for row in run(_visits(sight_of(member)), {"now": now, "last": now + LISTS_WITHIN})]
    seated = lists.seated([visit.slot_id for visit in rows if visit.sent is not None])
    today, found = clock.local_day(now), []
    for visit in rows:
        day = clock.local_day(visit.starts_at)
        due = add_working_days(day, -visit.list_days, special)
        is_changed = visit.sent is not None and seated[visit.slot_id] != set(visit.sent)
        if is_changed or (visit.sent is None and due <= today + timedelta(days=REMIND)):
            values = {"public_id": visit.public_id}
            key = "list again" if is_changed else "list"
            said = (visit.post, visit.activity, visit.taken, is_unsure(due, day, special))
            found.append(_task(key, due, now, "board.visitors", values, *said))
    return found


# ── decisions ───────────────────────────────────────────────────────────────


@lru_cache(maxsize=1024)
def _requests(sight: Sight) -> AnySelect:
    return (
        sa.select(sa.func.min(Slot.starts_at), Activity.public_id, Activity.name, sa.func.sum(Slot.asked))
        .select_from(Slot)
        .join(Slot.post)
        .join(Post.activity)
        .join(Activity.unit)
        .where(
            organized(sight), Slot.state == SlotState.OPEN, Slot.starts_at > NOW, Slot.asked > 0,
            Activity.way_in == WayIn.APPROVAL,
        )
        .group_by(Activity.public_id, Activity.name)
    )  # fmt: skip


@lru_cache(maxsize=1024)
def _covers(sight: Sight) -> AnySelect:
    return (
        sa.select(Slot.starts_at, Slot.public_id, Post.name, Activity.name, sa.func.count(Cover.id))
        .select_from(Cover)
        .join(SignUp, SignUp.id == Cover.sign_up_id)
        .join(Slot, Slot.id == SignUp.slot_id)
        .join(Slot.post)
        .join(Post.activity)
        .join(Unit, Unit.id == Activity.unit_id)
        .where(
            among_organized(sight), Cover.ended_at.is_(None), SignUp.state.in_(HOLDING), Slot.state == SlotState.OPEN,
            Slot.starts_at > NOW,
        )
        .group_by(Slot.starts_at, Slot.public_id, Post.name, Activity.name)
    )  # fmt: skip


def _decisions(member: Viewer, now: datetime) -> list[Task]:
    """Requests to decide before the slot starts, and people who look for somebody to take over."""
    sight, values = sight_of(member), {"now": now}
    decide = "admissions.requests"
    requests = [
        _task("requests", clock.local_day(first), now, decide, {"activity": public_id}, "", activity, people)
        for first, public_id, activity, people in run(_requests(sight), values)
    ]
    covers = [
        _task(
            "cover", clock.local_day(starts_at), now, "signups.roster", {"public_id": public_id}, post, activity, people
        )
        for starts_at, public_id, post, activity, people in run(_covers(sight), values)
    ]
    return [*requests, *covers]

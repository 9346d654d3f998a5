"""Change the calendar, and with it what stands on the days that change. Locks come in one order: the units above all,
which make changes to the calendar take turns; then people, activities, partners' places and slots, each by their
ids."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, tzinfo
from itertools import groupby
from typing import Any

import sqlalchemy as sa

from activities.duties.models import Activity, Post, Slot
from activities.duties.planning import days_span
from activities.duties.rules import PlanChanged
from activities.kit.db import db, transactional
from activities.people.models import Member
from activities.rescheduling import notices, queries, rules
from activities.rescheduling.rules import Fate, Move, Outcome, Touched
from activities.signups import changing, engagements
from activities.signups.changes import Wanted
from activities.signups.facts import ACTIVE_STATES
from activities.signups.models import SignUp
from activities.signups.moving_up import seat_freed
from activities.sites.service import lock_sites
from activities.terms import changes


@dataclass(frozen=True)
class Change:
    """A change to the calendar: one of `terms.changes` and what it is given between who acts and when. Without one
    nothing changes, and only the slots of `days` are asked about."""

    verb: Callable[..., Any] | None = None
    arguments: tuple[Any, ...] = ()
    days: tuple[date, ...] = ()

    def make(self, actor_id: int, now: datetime) -> Any:
        """Inside a transaction: check who acts, change the calendar, and return what the verb returns."""
        if self.verb is None:
            return changes.take_turn(actor_id)
        return self.verb(actor_id, *self.arguments, now)


@dataclass(frozen=True)
class Decision:
    """What is to become of the slots: cancelled for a reason, moved to a day, or kept."""

    fate: Fate = Fate.KEEP
    reason: str = ""
    to: date | None = None


@transactional
def look(actor_id: int, change: Change, decision: Decision, zone: tzinfo, now: datetime) -> Outcome:
    """What a change would do to slots: it is tried, looked at and taken back. Raises the reason against it."""
    with db.session.begin_nested() as attempt:
        before = queries.calendar()
        change.make(actor_id, now)
        days = _days(change, before)
        outcome = _outcome(queries.touched(queries.on_days(days, zone, now)), days, decision, zone, now)
        attempt.rollback()
    return outcome


def carry_out(
    actor_id: int, change: Change, decision: Decision, digest: str, zone: tzinfo, now: datetime
) -> tuple[Any, Outcome]:
    """Change the calendar and do to the slots of the changed days exactly what was shown: PlanChanged where that has
    another digest by now. Return what the calendar's own verb does, and what became of the slots."""
    answer, outcome, told = _carry_out(actor_id, change, decision, digest, zone, now)
    seat_freed(told, now)
    return answer, outcome


@transactional
def _carry_out(
    actor_id: int, change: Change, decision: Decision, digest: str, zone: tzinfo, now: datetime
) -> tuple[Any, Outcome, set[int]]:
    before = queries.calendar()
    answer = change.make(actor_id, now)
    days = _days(change, before)
    is_kept = decision.fate is Fate.KEEP
    slots = queries.touched(queries.on_days(days, zone, now)) if is_kept else _locked(days, zone, now)
    outcome = _outcome(slots, days, decision, zone, now)
    if not is_kept and outcome.digest != digest:
        raise PlanChanged
    told: set[int] = set()
    if outcome.cancelled:
        told |= changing.cancel([slot.offer.id for slot in outcome.cancelled], actor_id, decision.reason, now)
    told |= changing.change(map(_wanted, outcome.moved), actor_id, now)
    _tell_organizers(actor_id, decision.fate, outcome.changed or outcome.kept, now)
    return answer, outcome, told


def _days(change: Change, before: rules.Calendar) -> list[date]:
    if change.verb is None:
        return list(change.days)
    db.session.flush()
    return rules.touched_days(before, queries.calendar())


def _outcome(slots: list[Touched], days: list[date], decision: Decision, zone: tzinfo, now: datetime) -> Outcome:
    shown = Outcome(tuple(days))
    if decision.fate is Fate.CANCEL:
        return replace(shown, cancelled=tuple(slots))
    if decision.fate is Fate.KEEP or decision.to is None:
        return replace(shown, kept=tuple(slots))
    from_days = sorted({touched.offer.starts_at.astimezone(zone).date() for touched in slots})
    if reason := rules.why_not_target(decision.to, from_days, queries.calendar().specials):
        raise reason
    taken = queries.open_starts(slots, *days_span(decision.to, decision.to, zone))
    shift = decision.to - from_days[0] if from_days else timedelta(0)
    times = {slot.offer.id: rules.shifted(slot, shift, zone) for slot in slots if slot.offer.taken}
    duties = engagements.duties_beside({slot_id: span for slot_id, span in times.items() if span})
    moved, staying = rules.moves(slots, shift, taken, duties, zone, now)
    return replace(shown, moved=moved, staying=staying)


def _locked(days: list[date], zone: tzinfo, now: datetime) -> list[Touched]:
    """Lock who is on the slots of these days, then their activities and partners' places, then the slots, and read
    them. PlanChanged where somebody came in between: they would not be locked."""
    slot_ids = sa.select(Slot.id).where(queries.on_days(days, zone, now))
    people = sa.select(SignUp.member_id).where(SignUp.slot_id.in_(slot_ids), SignUp.state.in_(ACTIVE_STATES))
    lock_people = (
        sa.select(Member.id).where(Member.id.in_(people)).order_by(Member.id).with_for_update(of=Member, key_share=True)
    )
    on_them = set(db.session.scalars(lock_people))
    activities = sa.select(Post.activity_id).join(Slot, Slot.post_id == Post.id).where(Slot.id.in_(slot_ids))
    query = sa.select(Activity.id).where(Activity.id.in_(activities)).order_by(Activity.id)
    db.session.execute(query.with_for_update(of=Activity)).all()
    lock_sites(sa.select(Post.site_id).join(Slot, Slot.post_id == Post.id).where(Slot.id.in_(slot_ids)))
    locked = set(db.session.scalars(slot_ids.order_by(Slot.id).with_for_update(of=Slot)))
    slots = queries.touched(queries.on_days(days, zone, now))
    if not {slot.offer.id for slot in slots} <= locked or not {p for slot in slots for p in slot.people} <= on_them:
        raise PlanChanged
    return slots


def _wanted(move: Move) -> Wanted:
    return Wanted(move.touched.offer.id, move.starts_at, move.ends_at, move.touched.offer.capacity)


def _tell_organizers(actor_id: int, fate: Fate, slots: Iterable[Touched], now: datetime) -> None:
    in_order = sorted(slots, key=lambda slot: (slot.activity_id, slot.offer.starts_at))
    for activity_id, some in groupby(in_order, key=lambda slot: slot.activity_id):
        activity = db.session.get_one(Activity, activity_id)
        notices.calendar_changed(activity, fate, list(some), actor_id, now)

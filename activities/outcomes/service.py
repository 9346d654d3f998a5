"""Enter what was achieved, and say what is to be. Nothing is overwritten: a correction stands beside what it corrects.
The slot is locked, so two who enter at once take turns, and the second learns of the first."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

import sqlalchemy as sa

from activities.audit import service as audit
from activities.duties.models import Activity, Slot
from activities.duties.queries import WITH_ALL, must_organize
from activities.kit.clock import local_day
from activities.kit.db import db, lock, transactional, unless_there
from activities.kit.refusal import ChangedMeanwhile, NotAllowed, NotFound
from activities.outcomes import queries, rules
from activities.outcomes.models import Outcome, Target
from activities.outcomes.rules import Cell
from activities.people.persons import same_person
from activities.people.service import acting
from activities.records.rules import why_not_open
from activities.records.sheets import session, sheet
from activities.terms.models import Term


@transactional
def enter(
    actor_id: int,
    slot_id: int,
    amounts: Mapping[Cell, int | None],
    now: datetime,
    *,
    seen: Mapping[Cell, int | None] | None = None,
    reason: str = "",
) -> int:
    """Enter amounts (thousandths; None takes one back) of a slot, all or nothing, and return how many are new or
    others. `seen` is what the person saw in their place. Raises the rules' Refusal, ChangedMeanwhile where another
    amount holds by now, NotAllowed for who may not enter it, NotFound for who is not on the slot."""
    slot = lock(Slot, slot_id, WITH_ALL)
    _must_enter(actor_id, slot, amounts)
    if why := why_not_open(session(slot), now):
        raise why
    kept = queries.entries(slot_id)
    hold = {cell: entry.amount for cell, entry in kept.items()}
    changed = [cell for cell, amount in amounts.items() if hold.get(cell) != amount]
    if seen is not None and any(hold.get(cell) != seen.get(cell) for cell in changed):
        raise ChangedMeanwhile
    if not slot.post.activity.kind.is_told_by_people and same_person(actor_id, *(one.member_id for one in changed)):
        raise rules.OwnAmount
    kind, corrected = slot.post.activity.kind, any(hold.get(cell) is not None for cell in changed)
    if refusal := rules.why_not_enter(kind, {**hold, **amounts}, changed, corrected, reason):
        raise refusal
    if old := [kept[cell].id for cell in changed if cell in kept]:
        db.session.execute(sa.update(Outcome).where(Outcome.id.in_(old)).values(is_current=False))
    for cell in changed:
        row = Outcome(
            slot_id=slot_id, member_id=cell.member_id, measure=cell.measure, amount=amounts[cell], reason=reason,
            day=local_day(slot.starts_at), entered_by_id=actor_id, entered_at=now,
        )  # fmt: skip
        with unless_there(ChangedMeanwhile):
            db.session.add(row)
        facts = {"measure": cell.measure, "member_id": cell.member_id}
        before = {**facts, "amount": hold[cell]} if cell in kept else {}
        verb = "correct outcome" if cell in kept else "enter outcome"
        audit.leave(
            now, actor_id, verb, Outcome, row.id, before=before, after={**facts, "amount": row.amount}, reason=reason
        )
    return len(changed)


def _must_enter(actor_id: int, slot: Slot, amounts: Mapping[Cell, int | None]) -> None:
    """Raise unless the person may enter these, each is of a measure that is entered so, and of somebody on the slot."""
    actor, kind = acting(actor_id), slot.post.activity.kind
    sight = queries.sight_of(actor, slot)
    if not sight.may_enter:
        raise NotAllowed
    of_people = {cell.member_id for cell in amounts if cell.member_id is not None}
    if not sight.is_whole and of_people - {actor_id}:
        raise NotAllowed
    for cell in amounts:
        measure = kind.measure(cell.measure)
        if measure is None or measure.is_each != (cell.member_id is not None):
            raise NotFound
    if of_people and not of_people <= {line.member_id for line in sheet(slot.id)}:
        raise NotFound


@transactional
def set_targets(
    actor_id: int, activity_id: int, starts_on: date, amounts: Mapping[str, int | None], now: datetime
) -> None:
    """Say how much (thousandths) of these measures the activity is to achieve in the term that begins on this day; None
    or 0 asks for nothing any more."""
    activity = lock(Activity, activity_id)
    must_organize(acting(actor_id), activity)
    term_id = db.session.scalar(sa.select(Term.id).where(Term.starts_on == starts_on))
    if term_id is None or any(activity.kind.measure(key) is None for key in amounts):
        raise NotFound
    kept = queries.targets(activity_id, starts_on)
    for key, amount in amounts.items():
        target = kept.get(key)
        before = {"measure": key, "amount": target.amount} if target else {}
        if (target.amount if target else None) == (amount or None):
            continue
        if target and not amount:
            audit.leave(now, actor_id, "end target", Target, target.id, before=before)
            db.session.delete(target)
            continue
        if target is None:
            target = Target(activity_id=activity_id, term_id=term_id, measure=key)
            db.session.add(target)
        target.amount = amount or 0
        db.session.flush()
        audit.leave(
            now, actor_id, "set target", Target, target.id, before=before, after={"measure": key, "amount": amount}
        )

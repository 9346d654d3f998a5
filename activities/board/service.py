"""Change or cancel many slots at once, take that back, and write to the people on them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from activities.audit import service as audit
from activities.board import changes, chosen, lists, notices, rules
from activities.board.changes import Act, Cancel, Change, Chosen, Look, Plan
from activities.board.models import BulkChange, Message, VisitorList
from activities.board.rules import Audience
from activities.duties.models import Slot
from activities.kit.db import db, lock, run, transactional
from activities.kit.refusal import ChangedMeanwhile
from activities.people.service import acting
from activities.signups import arrivals, changing, engagements, organize
from activities.signups.changes import Wanted
from activities.signups.moving_up import seat_freed

_MARK = sa.update(Slot).where(Slot.id == sa.bindparam("slot")).values(by_hand=sa.bindparam("mark", type_=sa.Integer()))


def apply(actor_id: int, slot_ids: Collection[int], act: Act, value: str, digest: str, now: datetime) -> BulkChange:
    """Do it to all of these slots that it can be done to, or to none: ChangedMeanwhile where that would not be what
    was shown any more. Everyone is told once, of all slots of theirs; who has time again is seated where a
    seat was free."""
    done, told = _apply(actor_id, slot_ids, act, value, digest, now)
    seat_freed(told, now)
    return done


@transactional
def _apply(
    actor_id: int, slot_ids: Collection[int], act: Act, value: str, digest: str, now: datetime
) -> tuple[BulkChange, set[int]]:
    plan = planned(organize.locked(actor_id, slot_ids), act, now)
    if plan.digest != digest or not plan.changes:
        raise ChangedMeanwhile
    reason = act.reason if isinstance(act, Cancel) else ""
    told = _change(actor_id, plan.changes, reason, now)
    done = _keep(actor_id, plan, act, value, now)
    audit.leave(now, actor_id, f"bulk {act.key}", BulkChange, done.id, after={"slots": done.slots, "value": value})
    return done, told


def planned(slots: Collection[Slot], act: Act, now: datetime) -> Plan:
    """What it would change. Two statements at most."""
    found = chosen_of_all(slots)
    return changes.plan(found, act, engagements.duties_beside(changes.new_times(found, act)), now)


def undo(actor_id: int, public_id: str, now: datetime) -> int:
    """Take back what the actor did to many slots, all of it or nothing. Return how many slots are as they were."""
    count, told = _undo(actor_id, public_id, now)
    seat_freed(told, now)
    return count


@transactional
def _undo(actor_id: int, public_id: str, now: datetime) -> tuple[int, set[int]]:
    found = chosen.change_by(actor_id, public_id)
    slots = {slot.id: slot for slot in organize.locked(actor_id, [int(key) for key in found.lines])}
    done = lock(BulkChange, found.id)
    lines = {int(key): line for key, line in done.lines.items()}
    if refusal := changes.why_not_undo(done.made_at, done.undone_at, now):
        raise refusal
    if any(slots[slot_id].revision != line["revision"] or line["before"] is None for slot_id, line in lines.items()):
        raise changes.NotToUndo
    back = [Change(one, _look(lines[one.id]["before"])) for one in chosen_of_all(slots.values())]
    told = _change(actor_id, back, "", now)
    # A series changes with its slots again what it did before this.
    run(_MARK, [{"slot": slot_id, "mark": line.get("by_hand", 0)} for slot_id, line in lines.items()])
    done.undone_at = now
    audit.leave(now, actor_id, "undo bulk change", BulkChange, done.id, after={"slots": done.slots})
    return len(back), told


def _change(actor_id: int, wanted: Iterable[Change], reason: str, now: datetime) -> set[int]:
    """Return who was told."""
    wanted = list(wanted)
    gone = [change.slot.id for change in wanted if change.after is None]
    looks = [Wanted(change.slot.id, *change.after) for change in wanted if change.after]
    told = changing.cancel(gone, actor_id, reason, now) if gone else set()
    return told | changing.change(looks, actor_id, now)


def _keep(actor_id: int, plan: Plan, act: Act, value: str, now: datetime) -> BulkChange:
    lines = {
        str(c.slot.id): {"before": _before(c), "revision": c.slot.revision + 1, "by_hand": int(c.slot.by_hand)}
        for c in plan.changes
    }
    done = BulkChange(
        actor_id=actor_id, made_at=now, act=act.key, value=value, slots=len(plan.changes), people=plan.people,
        lines=lines,
    )  # fmt: skip
    db.session.add(done)
    db.session.flush()
    return done


def _before(change: Change) -> list[Any] | None:
    """What the slot was, as JSON; None of what stays cancelled."""
    slot = change.slot
    return [slot.starts_at.isoformat(), slot.ends_at.isoformat(), slot.capacity] if change.after else None


def _look(before: list[Any]) -> Look:
    return Look(datetime.fromisoformat(before[0]), datetime.fromisoformat(before[1]), before[2])


def chosen_of_all(slots: Collection[Slot]) -> list[Chosen]:
    """Slots that were read as objects, with post and activity. One statement."""
    timed = arrivals.timed([slot.id for slot in slots])
    return [_chosen_of(slot, is_timed=slot.id in timed) for slot in slots]


def _chosen_of(slot: Slot, *, is_timed: bool) -> Chosen:
    """Seats that are only gathered are nobody's yet."""
    activity, taken = slot.post.activity, slot.taken - slot.gathered
    return Chosen(
        slot.id, slot.public_id, slot.revision, slot.state, slot.starts_at, slot.ends_at, slot.capacity, taken,
        slot.people, activity.withdraw_minutes, slot.post.name, activity.name, is_timed, slot.by_hand,
    )  # fmt: skip


# ── messages ────────────────────────────────────────────────────────────────


@transactional
def send(
    actor_id: int, slot_ids: Collection[int], audience: Audience, subject: str, text: str, digest: str, now: datetime
) -> int:
    """Write to those on these slots, each once: to exactly those whose number was shown, else ChangedMeanwhile. A
    button pressed twice sends once. Return how many they are."""
    slots = organize.locked(actor_id, slot_ids)
    people = chosen.people_of(slot_ids, audience)
    if chosen.is_sent_already(actor_id, audience, subject, text, digest, now):
        return len(people)
    if refusal := rules.why_not_send(len(people), chosen.sent_since(actor_id, now - rules.PER)):
        raise refusal
    if rules.fingerprint(people) != digest:
        raise ChangedMeanwhile
    activities = {slot.post.activity.id: slot.post.activity for slot in slots}
    message = Message(
        actor_id=actor_id, activity_id=next(iter(activities)) if len(activities) == 1 else None, sent_at=now,
        audience=audience, subject=subject, text=text, slots=len(slots), people=len(people), fingerprint=digest,
    )  # fmt: skip
    db.session.add(message)
    db.session.flush()
    about, slot = ", ".join(a.name for a in activities.values()), slots[0].public_id if len(slots) == 1 else ""
    notices.message(message, acting(actor_id).name, about, slot, people, now)
    audit.leave(
        now, actor_id, "send message", Message, message.id,
        after={"audience": audience, "slots": sorted(slot_ids), "people": len(people)},
    )  # fmt: skip
    return len(people)


# ── the partner's list ──────────────────────────────────────────────────────


@transactional
def mark_list_sent(actor_id: int, slot_id: int, now: datetime) -> None:
    """Keep who stood on the list of visitors when it was sent to the partner."""
    organize.locked(actor_id, [slot_id])
    members = sorted(lists.seated([slot_id])[slot_id])
    if not members:
        raise rules.NobodyComes
    sent = VisitorList(slot_id=slot_id, sent_at=now, sent_by_id=actor_id, members=members)
    db.session.add(sent)
    db.session.flush()
    audit.leave(now, actor_id, "send visitor list", VisitorList, sent.id, after={"slot": slot_id, "members": members})

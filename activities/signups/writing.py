"""Writing sign-ups: a new one, another state, an end, each with the counters of its slot and its trail. Inside the
transactions of verbs, which have locked the slot and asked the rules."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa

from activities.audit import service as audit
from activities.duties.models import Slot
from activities.kit.columns import UtcDateTime, Words
from activities.kit.db import run
from activities.kit.sql import Among
from activities.signups import arrivals
from activities.signups.engagements import Engagement
from activities.signups.facts import NOW, SLOT
from activities.signups.models import SignUp
from activities.signups.rules import Offer, SignUpState

# Which of a slot's counters a sign-up in each state is counted by.
COUNTERS = {
    SignUpState.SEATED: "taken",
    SignUpState.OFFERED: "taken",
    SignUpState.WAITING: "waiting",
    SignUpState.ASKED: "asked",
}
_COUNT = (
    sa.update(Slot)
    .where(Slot.id == SLOT)
    .values(
        taken=Slot.taken + sa.bindparam("d_taken"),
        gathered=Slot.gathered + sa.bindparam("d_gathered"),
        waiting=Slot.waiting + sa.bindparam("d_waiting"),
        asked=Slot.asked + sa.bindparam("d_asked"),
        tickets=Slot.tickets + sa.bindparam("drawn"),
    )
)
_ENTER = sa.insert(SignUp).returning(SignUp.id)
_ENTER_ALL = sa.insert(SignUp)
_ENTERED = sa.select(SignUp.id, SignUp.slot_id, SignUp.state, SignUp.ticket).where(
    Among(SignUp.slot_id), SignUp.signed_up_at == NOW
)
_BECOME = (
    sa.update(SignUp)
    .where(SignUp.id.in_(sa.bindparam("ids", type_=sa.Integer(), expanding=True)))
    .values(
        state=sa.bindparam("to", type_=Words(SignUpState)),
        seated_at=sa.func.coalesce(sa.bindparam("seated_at", type_=UtcDateTime()), SignUp.seated_at),
        offered_until=sa.bindparam("until", type_=UtcDateTime()),
        withdrawn_at=sa.bindparam("left_at", type_=UtcDateTime()),
        changed_at=NOW,
        revision=SignUp.revision + 1,
    )
)


def enter(
    offer: Offer, member_id: int, state: SignUpState, now: datetime, *, at_once: bool = False,
    until: datetime | None = None, actor_id: int | None = None, risks_version: int | None = None,
    assigned_by_id: int | None = None, verb: str = "sign up",
) -> int:  # fmt: skip
    """Write a new sign-up with the next ticket of the locked slot, by the member or by who else acts. `risks_version`:
    of the risks that the member has confirmed to have read; nobody has read what there is not. `verb`: how the trail
    calls it. Return its id."""
    ticket, read = offer.tickets + 1, min(risks_version or 0, offer.risks_version)
    count(offer.id, {state: 1}, drawn=1)
    sign_up_id: int = run(
        _ENTER,
        {
            "slot_id": offer.id, "member_id": member_id, "state": state, "ticket": ticket, "revision": 0,
            "signed_up_at": now, "changed_at": now, "seated_at": now if state is SignUpState.SEATED else None,
            "offered_until": until, "at_once": at_once, "risks_version": read or None,
            "risks_read_at": now if read else None, "risks_asked": 0, "assigned_by_id": assigned_by_id,
        },
    ).scalar_one()  # fmt: skip
    audit.leave(now, actor_id or member_id, verb, SignUp, sign_up_id, after={"state": state, "ticket": ticket})
    return sign_up_id


class Entry(NamedTuple):
    """A sign-up to be written, and when its person has read the slot's risks as they are now."""

    offer: Offer
    member_id: int
    state: SignUpState
    risks_read_at: datetime | None = None


def enter_all(
    entries: Sequence[Entry], now: datetime, *, actor_id: int, at_once: bool = False,
    wish_id: int | None = None, team_id: int | None = None,
) -> list[int]:  # fmt: skip
    """Write the sign-ups of a wish, a team, or who holds a post, each with the next ticket of its locked slot, in their
    order. Four statements, however many. Return their ids."""
    if not entries:
        return []
    tickets: Counter[int] = Counter()
    states: dict[int, Counter[SignUpState]] = {}
    rows = []
    for offer, member_id, state, risks_read_at in entries:
        tickets[offer.id] += 1
        states.setdefault(offer.id, Counter())[state] += 1
        rows.append({
            "slot_id": offer.id, "member_id": member_id, "state": state, "ticket": offer.tickets + tickets[offer.id],
            "revision": 0, "signed_up_at": now, "changed_at": now, "offered_until": None, "at_once": at_once,
            "seated_at": now if state is SignUpState.SEATED else None, "wish_id": wish_id, "team_id": team_id,
            "risks_version": offer.risks_version if risks_read_at else None, "risks_read_at": risks_read_at,
        })  # fmt: skip
    run(_COUNT, [_counted(slot_id, states[slot_id], drawn=tickets[slot_id]) for slot_id in sorted(states)])
    run(_ENTER_ALL, rows)
    written = {(row["slot_id"], row["ticket"]) for row in rows}
    found = run(_ENTERED, {"ids": list(states), "now": now})
    entered = [(row_id, state, ticket) for row_id, slot_id, state, ticket in found if (slot_id, ticket) in written]
    audit.leave_all(
        now, actor_id, "sign up", SignUp,
        [(row_id, {}, {"state": state, "ticket": ticket}) for row_id, state, ticket in entered],
    )  # fmt: skip
    return [row_id for row_id, *_ in entered]


def have_read(ids: Collection[int], version: int, now: datetime) -> None:
    """Keep that the people of these sign-ups have read the risks in this version."""
    run(sa.update(SignUp).where(SignUp.id.in_(ids)).values(risks_version=version, risks_read_at=now))


def become(
    ids: Collection[int], slot_id: int, before: SignUpState, after: SignUpState, now: datetime, *,
    until: datetime | None = None,
) -> None:  # fmt: skip
    """Move sign-ups of one slot from one state to another, and its counters with them. `until`: of an offer."""
    count(slot_id, {before: -len(ids), after: len(ids)})
    _change(ids, after, now, until)


def _change(ids: Collection[int], state: SignUpState, now: datetime, until: datetime | None = None) -> None:
    values = {
        "ids": list(ids), "to": state, "now": now, "until": until,
        "seated_at": now if state is SignUpState.SEATED else None,
        "left_at": now if state is SignUpState.WITHDRAWN else None,
    }  # fmt: skip
    run(_BECOME, values)


def count(slot_id: int, changes: Mapping[SignUpState, int], *, drawn: int = 0, gathered: int = 0) -> None:
    """Move a slot's counters by so many sign-ups more or fewer in each state, and seats gathered for a team."""
    run(_COUNT, _counted(slot_id, changes, drawn, gathered))


def _counted(slot_id: int, changes: Mapping[SignUpState, int], drawn: int = 0, gathered: int = 0) -> dict[str, int]:
    values = {"d_taken": gathered, "d_gathered": gathered, "d_waiting": 0, "d_asked": 0}
    for state, by in changes.items():
        if counter := COUNTERS.get(state):
            values[f"d_{counter}"] += by
    return {**values, "slot_id": slot_id, "drawn": drawn}


def give_back(mine: Engagement, actor_id: int | None, now: datetime, reason: str = "") -> None:
    """End a sign-up. Who gets the seat is asked afterwards (`promote`)."""
    give_back_all([mine], actor_id, now, reason)


def give_back_all(ended: Collection[Engagement], actor_id: int | None, now: datetime, reason: str = "") -> None:
    """End sign-ups, of whatever slots. Three statements, however many."""
    if not ended:
        return
    become_all(ended, SignUpState.WITHDRAWN, "withdraw", actor_id, now, reason)
    arrivals.recount({one.arrival_id for one in ended if one.arrival_id})


def become_all(
    ones: Collection[Engagement], state: SignUpState, verb: str, actor_id: int | None, now: datetime, reason: str = ""
) -> None:
    """Move sign-ups, of whatever slots, to one state, with their counters and their trail. Three statements."""
    if not ones:
        return
    by_slot: dict[int, Counter[SignUpState]] = {}
    for one in sorted(ones, key=lambda one: one.slot_id):
        by_slot.setdefault(one.slot_id, Counter()).subtract([one.state])
        by_slot[one.slot_id].update([state])
    run(_COUNT, [_counted(slot_id, changes) for slot_id, changes in by_slot.items()])
    _change([one.id for one in ones], state, now)
    audit.leave_all(
        now, actor_id, verb, SignUp, [(one.id, {"state": one.state}, {"state": state}) for one in ones], reason=reason
    )

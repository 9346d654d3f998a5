"""Every change to a person's duty has exactly one notice, in the transaction of the change.

A duty is an active sign-up in an open slot: its state, its time and place. A `Watch` compares all duties of everybody
before and after each transaction with the notices that were stored in it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import datetime
from itertools import combinations
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from activities.duties.models import Arrival, Post, Slot
from activities.duties.rules import SlotState
from activities.outbox.models import Notice
from activities.outbox.rules import Group
from activities.outbox.words import WORDS
from activities.people.models import Member
from activities.signups.models import SignUp
from activities.signups.rules import HOLDING, SignUpState

# Asked of a person, or said of somebody else's duty: it stands beside whatever is told of one's own. So is all that is
# told to those who run an activity.
BESIDE = {
    "exchanges.wanted": "asks to take over from another",
    "exchanges.your_turn": "asks to take over from another; the place in line stays",
    "exchanges.turn_over": "asks nothing any more; the place in line stays",
    "exchanges.called_off": "asks nothing any more",
    "exchanges.seat_free": "asks to sign up; nobody is signed up by it",
    "exchanges.swap_proposed": "asks for an answer; the seat stays",
    "exchanges.swap_declined": "an answer; the seat stays",
    "exchanges.swap_gone": "an answer; the seat stays",
    "exchanges.swap_off": "asks nothing any more; the seat stays",
    "exchanges.swap_lapsed": "an answer that did not come; the seat stays",
    "holders.proposed": "asks for an answer; nothing is theirs yet",
    "holders.taken_back": "nothing has become theirs",
    "leaves.declined": "an answer; the seat stays",
    "signups.team_without_slot": "nobody is signed up by a team that gathers",
    "signups.team_moved": "nobody is signed up by a team that gathers",
    "signups.team_invited": "asks to join; nobody is signed up by it",
}
# One notice for all that changes for a person at once, in several slots.
OF_SEVERAL = {
    "signups.first_of_several": "the seat that came, and the places that it lets go",
    "signups.waiting_for_any": "all the places of a wish",
    "signups.wish_left": "all the places of a wish",
    "exchanges.swapped": "the seat that came and the one that went",
    "holders.held": "the post with its slots",
    "holders.more": "the post's new slots",
    "holders.less": "the slots that fall out of one's days",
    "holders.ended": "the post with its slots",
    "holders.not_begun": "the post with its slots",
    "holders.handed_over": "the post with its slots",
}
# Told even where nobody's duty changes by it.
ALSO_WITHOUT = {
    "holders.held": "a post may have no slots to come yet",
    "holders.ended": "a post may have no slots to come any more",
    "holders.not_begun": "a post may have no slots to come yet",
    "holders.handed_over": "a post may have no slots to come any more",
    "signups.team_dissolved": "a team may not be signed up yet",
}


class Duty(NamedTuple):
    state: SignUpState
    starts_at: datetime
    ends_at: datetime
    place: str
    # When within the slot they come, where that is timed.
    minute: int | None

    def meets(self, other: Duty) -> bool:
        return self.starts_at < other.ends_at and other.starts_at < self.ends_at


Duties = dict[int, dict[int, Duty]]  # by member, by slot
_DUTIES = (
    sa.select(SignUp.member_id, SignUp.slot_id, SignUp.state, Slot.starts_at, Slot.ends_at, Post.place, Arrival.minute)
    .join(Slot, Slot.id == SignUp.slot_id)
    .join(Post, Post.id == Slot.post_id)
    .outerjoin(Arrival, Arrival.id == SignUp.arrival_id)
    .where(SignUp.state != SignUpState.WITHDRAWN, Slot.state == SlotState.OPEN)
)
_TOLD = sa.select(Notice.id, Notice.member_id, Notice.topic, Notice.params).order_by(Notice.id)
_SLOTS = sa.select(Slot.public_id, Slot.id)
_GONE = sa.select(Member.id).where(~Member.active)


class Watch:
    """Looks at each transaction of a session just before it is committed."""

    def __init__(self, session: Session) -> None:
        self.session, self.duties, self.last = session, _duties(session), 0
        sa.event.listen(session, "before_commit", self.look)

    def look(self, session: Session) -> None:
        if not session.info.get("in_transaction"):
            return  # reads
        session.flush()
        before, self.duties = self.duties, _duties(session)
        told: defaultdict[int, list[tuple[str, Any]]] = defaultdict(list)
        for notice, member, topic, params in session.execute(_TOLD.where(Notice.id > self.last)).all():
            self.last = notice
            told[member] += [(topic, one.get("slot")) for one in params.get("list", [params])]
        gone = set(session.scalars(_GONE))
        slots = dict(session.execute(_SLOTS).all())
        for member in {*before, *self.duties, *told} - gone:
            was, now = before.get(member, {}), self.duties.get(member, {})
            changed = {slot for slot in {*was, *now} if was.get(slot) != now.get(slot)}
            notices = [(topic, slots.get(slot)) for topic, slot in told[member] if _is_of_own_duty(topic)]
            why = why_not_told(changed, notices)
            assert not why, f"{why}: of {was} became {now}, told {told[member]}"
            _look_at_times(was, now)


def why_not_told(changed: set[int], notices: list[tuple[str, int | None]]) -> str:
    """What is wrong with the notices (topic and slot) of a person whose duty changed in these slots; or nothing."""
    named = Counter(slot for topic, slot in notices if topic not in OF_SEVERAL)
    if twice := [slot for slot, times in named.items() if times > 1]:
        return f"told twice of {twice}"
    if of_nothing := [
        topic for topic, slot in notices
        if topic not in ALSO_WITHOUT and not (changed if topic in OF_SEVERAL else slot in changed)
    ]:  # fmt: skip
        return f"told of no change: {of_nothing}"
    several = [topic for topic, _ in notices if topic in OF_SEVERAL]
    untold = changed - set(named)
    if untold and not several:
        return f"not told of {untold}"
    if not untold and set(several) - set(ALSO_WITHOUT):
        return f"told again: {several}"
    return f"told twice: {several}" if len(several) > 1 else ""


def _duties(session: Session) -> Duties:
    found: defaultdict[int, dict[int, Duty]] = defaultdict(dict)
    for member, slot, *duty in session.execute(_DUTIES):
        found[member][slot] = Duty(*duty)
    return found


def _is_of_own_duty(topic: str) -> bool:
    return topic not in BESIDE and WORDS[topic].group is not Group.ORGANIZING


def _look_at_times(was: dict[int, Duty], now: dict[int, Duty]) -> None:
    """Nobody comes to a seat at a time at which they have another. Who has two because one was moved has been told,
    and people who come one after another are there for less than the slot's time."""
    seats = {slot: duty for slot, duty in now.items() if duty.state in HOLDING}
    new = {slot for slot, duty in seats.items() if slot not in was or was[slot].state is not duty.state}
    for (slot, one), (other, two) in combinations(seats.items(), 2):
        if {slot, other} & new and one.minute is None and two.minute is None:
            assert not one.meets(two), "nobody is in two places"

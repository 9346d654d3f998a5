"""The slot card: what it says of a slot to one person, asked of the same rules as the service."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from activities.duties.models import Slot
from activities.kit.refusal import Refusal
from activities.people.models import Member
from activities.signups import queries, rules
from activities.signups.models import SignUp
from activities.signups.rules import Busy, Person

# The mark beside each reason; its shape tells it apart without colour.
MARKS = {"Overlaps": "clash", "NotOpenYet": "clock", "AlreadyStarted": "clock", "SlotCancelled": "x", "Full": "wait"}
FEW = 2


@dataclass(frozen=True)
class Card:
    """A slot as one person sees it. `refusal` is why they cannot sign up, `withdraw_refusal` why they cannot leave."""

    slot: Slot
    mine: SignUp | None
    refusal: Refusal | None
    withdraw_refusal: Refusal | None
    withdraw_until: datetime
    place: int | None = None

    @property
    def title(self) -> str:
        return self.slot.post.activity.name

    @property
    def where(self) -> str:
        post = self.slot.post
        return post.name if post.place in post.name else f"{post.name}·{post.place}"

    @property
    def mark(self) -> str:
        return MARKS.get(self.refusal.key, "lock") if self.refusal else "ok"

    @property
    def is_full(self) -> bool:
        return isinstance(self.refusal, rules.Full)

    @property
    def is_shut(self) -> bool:
        return self.mine is None and self.refusal is not None and not self.is_full

    @property
    def few_left(self) -> bool:
        return 0 < self.slot.left <= FEW < self.slot.capacity


def card(
    person: Person, slot: Slot, mine: SignUp | None, busy: Iterable[Busy], now: datetime, place: int | None = None
) -> Card:
    offer, state = queries.offer(slot), mine.state if mine else None
    refusal = rules.why_not_sign_up(offer, person, state, busy, now)
    withdraw_refusal = rules.why_not_withdraw(offer, state, now) if mine else None
    return Card(slot, mine, refusal, withdraw_refusal, offer.withdraw_until, place)


def cards(member: Member, slots: Iterable[Slot], sign_ups: Iterable[SignUp], now: datetime) -> list[Card]:
    """Cards for many slots; `sign_ups` are all of the member's that touch their time."""
    mine = {sign_up.slot_id: sign_up for sign_up in sign_ups}
    person, busy = queries.person(member), queries.busy_of(mine.values())
    return [card(person, slot, mine.get(slot.id), busy, now) for slot in slots]

"""The slot card: what it says of a slot to one person, asked of the same rules as the service."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from activities.duties.kinds import Kind, kind_of
from activities.kit.refusal import Refusal
from activities.signups import engagements, rules, rules_leaving
from activities.signups.engagements import Engagement
from activities.signups.rules import Offer, SignUpState
from activities.signups.rules_person import Person
from activities.signups.rules_places import Guest, Places
from activities.signups.rules_soft import AtTime, what_speaks_against, why_busy
from activities.signups.rules_time import Busy

# The mark beside each reason; its shape tells it apart without colour.
MARKS = {
    "Overlaps": "clash", "TooFarApart": "clash", "TooLittleRest": "clash", "TooMuchADay": "clash",
    "TooMuchAWeek": "clash", "NotOpenYet": "clock", "AlreadyStarted": "clock", "Paused": "clock", "SlotCancelled": "x",
    "Full": "wait", "Assigned": "users", "NotAnnounced": "clock", "DrawClosed": "wait",
}  # fmt: skip
FEW = 2


@dataclass(frozen=True)
class Card:
    """A slot as one person sees it. `refusal` is why they cannot sign up, `withdraw_refusal` why they cannot leave."""

    offer: Offer
    mine: Engagement | None
    refusal: Refusal | None
    withdraw_refusal: Refusal | None
    place: int | None = None
    warnings: tuple[Refusal, ...] = ()  # what the person should think about first
    clash: Refusal | None = None  # with the timetable they have brought
    # Known on the slot's own page: what there is to think of at each time at which people come, by its id, and what
    # where a time is given and not chosen.
    at_times: Mapping[int, AtTime] = field(default_factory=dict, compare=False)
    if_given: tuple[Refusal, ...] = ()

    @property
    def kind(self) -> Kind:
        return kind_of(self.offer.kind_key)

    @property
    def where(self) -> str:
        post, place = self.offer.post, self.offer.place
        return post if place in post else f"{post}·{place}"

    @property
    def mark(self) -> str:
        return MARKS.get(self.refusal.key, "lock") if self.refusal else "ok"

    @property
    def advice(self) -> tuple[Refusal, ...]:
        """The warnings beside the clash, which is said whatever else is."""
        return tuple(warning for warning in self.warnings if warning != self.clash)

    @property
    def is_seated(self) -> bool:
        return self.mine is not None and self.mine.state is SignUpState.SEATED

    @property
    def is_offered(self) -> bool:
        return self.mine is not None and self.mine.state is SignUpState.OFFERED

    @property
    def has_asked(self) -> bool:
        return self.mine is not None and self.mine.state is SignUpState.ASKED

    @property
    def has_risks_to_read(self) -> bool:
        """Whether the risks have changed since the person has confirmed them."""
        return self.mine is not None and self.offer.risks_version > (self.mine.risks_version or 0)

    @property
    def is_full(self) -> bool:
        return isinstance(self.refusal, rules.Full)

    @property
    def is_shut(self) -> bool:
        return self.mine is None and self.refusal is not None and not self.is_full

    @property
    def few_left(self) -> bool:
        return 0 < self.offer.left <= FEW < self.offer.capacity


def card(
    person: Person,
    offer: Offer,
    mine: Engagement | None,
    busy: Collection[Busy],
    now: datetime,
    place: int | None = None,
) -> Card:
    refusal = rules.why_not_sign_up(offer, person, mine and mine.mine, busy, now)
    withdraw_refusal = rules_leaving.why_not_withdraw(offer, mine.state, now) if mine else None
    can_ask = mine is None and (refusal is None or isinstance(refusal, rules.Full))
    # Who it is matters to no rule; and who chooses a time is told of each.
    has_choice = bool(offer.quarters) and offer.entry is SignUpState.SEATED
    warnings = what_speaks_against(Places(offer), Guest(0, person, busy)) if can_ask and not has_choice else ()
    clash = why_busy(offer, person) if rules.why_over(offer, now) is None else None
    return Card(offer, mine, refusal, withdraw_refusal, place, warnings, clash)


def cards(person: Person, offers: Iterable[Offer], taken_on: Iterable[Engagement], now: datetime) -> list[Card]:
    """Cards for many slots; `taken_on` are all of the person's that touch their time."""
    mine = {one.slot_id: one for one in taken_on}
    busy = engagements.busy_of(mine.values())
    return [card(person, offer, mine.get(offer.id), busy, now) for offer in offers]

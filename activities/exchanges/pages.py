"""What the pages of cover and swaps show, put together from their reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from activities.exchanges import queries, rules, swap_queries
from activities.exchanges.models import Swap, SwapOffer
from activities.exchanges.rules import Side
from activities.exchanges.swap_queries import Seat
from activities.kit.refusal import Refusal
from activities.people.users import Viewer
from activities.signups import engagements
from activities.signups.cards import Card, cards
from activities.signups.rules import SignUpState
from activities.signups.rules_places import Guest, Places
from activities.signups.rules_soft import what_speaks_against
from activities.signups.rules_time import Busy


def can_take_over(viewer: Viewer, now: datetime) -> list[Card]:
    """Cards of the slots in which somebody wants cover and the viewer could take over. Two statements, one more
    where people come one after another, and one for who waits for slots."""
    offers = queries.slots_wanted(viewer, now)
    if not offers:
        return []
    person, mine = engagements.taken_on(viewer.id, offers[0].starts_at, max(offer.ends_at for offer in offers))
    busy = engagements.busy_of(mine)
    held = {one.slot_id: one.mine for one in mine}
    minutes = queries.minutes([offer.id for offer in offers if offer.quarters], now, viewer.id)
    turns = queries.turns_of(viewer.id, [one.slot_id for one in mine if one.state is SignUpState.WAITING], now)
    able = []
    for offer in offers:
        free, own = offer.without(minutes.get(offer.id)), held.get(offer.id)
        if not rules.why_not_take_over(free, person, own, busy, now, is_turn=offer.id in turns):
            able.append(offer)
    return cards(person, able, mine, now)


@dataclass(frozen=True)
class Choice:
    """A seat that somebody could have for their own: what speaks against it but does not forbid it."""

    seat: Seat
    warnings: tuple[Refusal, ...]


@dataclass(frozen=True, kw_only=True)
class SwapView:
    """What one person can do to swap one seat: that it is offered, what they could have for it, and how many more are
    offered that would not do."""

    own: Seat
    offered: SwapOffer | None
    choices: list[Choice]
    unfit: int


def swap_view(viewer: Viewer, own: Seat, number: str, now: datetime) -> SwapView:
    """What others offer; with a number, what the colleague with that number has. Few statements, however much it is."""
    if number:
        seats = swap_queries.of_colleague(viewer, own, number, now)
    else:
        seats = swap_queries.on_offer(viewer, own, now)
    choices = _choices(viewer, own, seats, now)
    return SwapView(
        own=own, offered=swap_queries.offer_by(own.id), choices=choices, unfit=len(seats) - len(choices)
    )  # fmt: skip


def _choices(viewer: Viewer, own: Seat, seats: Sequence[Seat], now: datetime) -> list[Choice]:
    """Those of the seats that could be swapped for one's own as the rules stand now."""
    if not seats:
        return []
    span = min(s.offer.starts_at for s in seats), max(s.offer.ends_at for s in seats)
    person, mine = engagements.taken_on(viewer.id, *span)
    theirs = engagements.busy_around({seat.member_id for seat in seats}, own.offer)
    on_own = swap_queries.on_slot(own.offer.id, [seat.member_id for seat in seats])
    held = {one.slot_id: one.mine for one in mine}
    busy = engagements.busy_of(one for one in mine if one.slot_id != own.offer.id)
    found = []
    for seat in seats:
        sees = viewer.unit.path.startswith(seat.path), seat.person.unit_path.startswith(own.path)
        side = Side(person, own.offer, seat.taken_over, True, sees[0], held.get(seat.offer.id), busy)
        there, beside = on_own.get(seat.member_id), _beside(seat, theirs[seat.member_id])
        other = Side(seat.person, seat.offer, own.taken_over, True, sees[1], there, beside)
        if not rules.why_not_swap(side, other, now):
            places, guest = Places(seat.taken_over), Guest(viewer.id, person, busy)
            places.seat(guest)
            found.append(Choice(seat, what_speaks_against(places, guest)))
    return found


def _beside(seat: Seat, busy: Sequence[Busy]) -> list[Busy]:
    """The duties of who has the seat beside it, which its time tells from the others; the verb asks more closely."""
    own = seat.offer.duty_at(seat.minute)
    span = (own.starts_at, own.ends_at)
    return [duty for duty in busy if (duty.starts_at, duty.ends_at) != span]


def swaps_of(viewer: Viewer, now: datetime) -> tuple[list[Swap], list[Swap], list[Swap]]:
    """The proposals that await the viewer's answer, those that the viewer has made and that are open, and the rest."""
    asked: list[Swap] = []
    made: list[Swap] = []
    past: list[Swap] = []
    for swap in swap_queries.swaps_of(viewer.id):
        is_open = swap.ended_at is None and now < swap.expires_at
        line = past if not is_open else made if swap.given.member_id == viewer.id else asked
        line.append(swap)
    return asked, made, past

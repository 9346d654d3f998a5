"""Who is told what of cover and swaps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from activities.duties.models import Slot
from activities.duties.queries import running
from activities.kit.refusal import N_
from activities.outbox import service as outbox
from activities.outbox.rules import Group
from activities.outbox.words import Page, is_past, of_slot, words
from activities.signups.facts import offer_of
from activities.signups.notices import facts
from activities.signups.rules import Offer

WANTED, SEAT_FREE = "exchanges.wanted", "exchanges.seat_free"
# Who has, or has not, to come this soon is told at once.
SOON = timedelta(days=1)


def _slot(params: Mapping[str, Any]) -> Page:
    return "signups.slot", {"public_id": params["slot"]}


words(
    WANTED,
    N_("Cover wanted: %(what)s"),
    N_("%(when)s, %(where)s. Somebody cannot come. Take over on the page if you can, or say “not this time” there."),
    _slot,
    Group.ANSWERS,
    urgent=SOON,
    holds=lambda params, now: not is_past(params["when"][0], now),
)
words(
    "exchanges.your_turn",
    N_("It is your turn to take over: %(what)s"),
    N_(
        "%(when)s, %(where)s. Somebody cannot come, and you are next on the waiting list. Take over on the page until"
        " %(until)s, or say “not this time” and keep your place."
    ),
    _slot,
    Group.ANSWERS,
    urgent=SOON,
    holds=lambda params, now: not is_past(params["until"], now),
)
words(
    "exchanges.turn_over",
    N_("You need not take over any more: %(what)s"),
    N_("%(when)s, %(where)s. Nobody has to take over any more. You keep your place on the waiting list."),
    _slot,
    Group.ANSWERS,
    urgent=SOON,
)
words(
    "exchanges.called_off",
    N_("Cover is not wanted any more: %(what)s"),
    N_("%(when)s, %(where)s. Nobody has to take over any more. Thank you; there is nothing to answer."),
    _slot,
    Group.ANSWERS,
    urgent=SOON,
)
words(
    SEAT_FREE,
    N_("A seat is free now: %(what)s"),
    N_(
        "%(when)s, %(where)s. Who looked for cover has given the seat back. Sign up on the page if you can come, or say"
        " “not this time” there."
    ),
    _slot,
    Group.ANSWERS,
    urgent=SOON,
    holds=lambda params, now: not is_past(params["when"][0], now),
)
words(
    "exchanges.covered",
    N_("%(name)s has taken over: %(what)s"),
    N_("%(when)s, %(where)s. You do not have to come any more."),
    _slot,
    urgent=SOON,
    duties=of_slot,
)
words(
    "exchanges.took_over",
    N_("You have taken over: %(what)s"),
    N_("%(when)s, %(where)s. The seat is yours now."),
    _slot,
    urgent=SOON,
    duties=of_slot,
)
words(
    "exchanges.to_waiting_list",
    N_("Your seat has gone to the waiting list: %(what)s"),
    N_("%(when)s, %(where)s. You do not have to come any more."),
    _slot,
    urgent=SOON,
    duties=of_slot,
)
words(
    "exchanges.not_covered",
    N_("Nobody has taken over yet: %(what)s"),
    N_("%(when)s, %(where)s. %(name)s has asked for cover and stays responsible. Perhaps you know somebody."),
    lambda params: ("signups.roster", {"public_id": params["slot"]}),
    Group.ORGANIZING,
    urgent=SOON,
)
words(
    "exchanges.swap_proposed",
    N_("%(name)s would swap with you: %(what)s"),
    N_(
        "You would give %(when)s, %(where)s, and take %(other)s, %(other_when)s, %(other_where)s. Agree or decline"
        " until %(until)s."
    ),
    lambda _: ("exchanges.swaps", {}),
    Group.ANSWERS,
    urgent=SOON,
    holds=lambda params, now: not is_past(params["until"], now),
)
words(
    "exchanges.swapped",
    N_("You have swapped, and have now: %(what)s"),
    N_("%(when)s, %(where)s, instead of %(other)s, %(other_when)s, %(other_where)s."),
    _slot,
    urgent=SOON,
    duties=lambda params: [params["slot"], params["other_slot"]],
)
words(
    "exchanges.swap_declined",
    N_("Your swap was declined: %(what)s"),
    N_("You keep your seat: %(when)s, %(where)s."),
    _slot,
    Group.ANSWERS,
)
words(
    "exchanges.swap_lapsed",
    N_("Nobody has answered your swap: %(what)s"),
    N_("You keep your seat: %(when)s, %(where)s."),
    _slot,
    Group.ANSWERS,
)
words(
    "exchanges.swap_gone",
    N_("The seat you would have swapped for is gone: %(what)s"),
    N_("Somebody else has swapped first. You keep your seat: %(when)s, %(where)s."),
    _slot,
    Group.ANSWERS,
)
words(
    "exchanges.swap_off",
    N_("Nothing comes of a proposed swap any more: %(what)s"),
    N_(
        "It was taken back, or one of the two seats cannot be swapped any more. You keep your seat: %(when)s,"
        " %(where)s."
    ),
    _slot,
    Group.ANSWERS,
)


def covered(
    offer: Offer, giver_id: int, taker_id: int, taker: str, now: datetime, minute: int | None = None
) -> None:  # fmt: skip
    """`minute`: when the taker comes after the start, where people come one after another."""
    outbox.post(now, [giver_id], "exchanges.covered", **facts(offer), name=taker)
    outbox.post(now, [taker_id], "exchanges.took_over", **facts(offer, minute))


def your_turn(offer: Offer, member_id: int, until: datetime, now: datetime) -> None:
    outbox.post(now, [member_id], "exchanges.your_turn", **facts(offer), until=until.isoformat())


def turn_over(offer: Offer, member_id: int, now: datetime) -> None:
    outbox.post(now, [member_id], "exchanges.turn_over", **facts(offer))


def called_off(offer: Offer, member_ids: Iterable[int], now: datetime) -> None:
    outbox.post(now, member_ids, "exchanges.called_off", **facts(offer))


def seat_free(offer: Offer, member_ids: Iterable[int], now: datetime) -> None:
    outbox.post(now, member_ids, SEAT_FREE, **facts(offer))


def to_waiting_list(offer: Offer, member_id: int, now: datetime) -> None:
    outbox.post(now, [member_id], "exchanges.to_waiting_list", **facts(offer))


def not_covered(slot: Slot, name: str, now: datetime) -> None:
    """Tell who runs the activity."""
    outbox.post(now, running(slot.post.activity), "exchanges.not_covered", **facts(offer_of(slot)), name=name)


def swap_proposed(gives: Offer, takes: Offer, name: str, member_id: int, until: datetime, now: datetime) -> None:
    """Tell who has the seat that is wanted: what they would give, and what take."""
    about = {**_instead(takes, gives), "name": name, "until": until.isoformat()}
    outbox.post(now, [member_id], "exchanges.swap_proposed", **about)


def swapped(has: Offer, had: Offer, member_id: int, now: datetime, minute: int | None = None) -> None:
    """`minute` as in `covered`."""
    outbox.post(now, [member_id], "exchanges.swapped", **_instead(has, had, minute))


def not_swapped(gives: Offer, member_id: int, now: datetime, *, declined: bool) -> None:
    topic = "exchanges.swap_declined" if declined else "exchanges.swap_lapsed"
    outbox.post(now, [member_id], topic, **facts(gives))


def seat_gone(gives: Offer, member_id: int, now: datetime) -> None:
    """`gives`: what they had proposed to give for it, which stays theirs."""
    outbox.post(now, [member_id], "exchanges.swap_gone", **facts(gives))


def swap_off(keeps: Offer, member_id: int, now: datetime) -> None:
    """`keeps`: the seat of theirs that would have been swapped."""
    outbox.post(now, [member_id], "exchanges.swap_off", **facts(keeps))


def _instead(offer: Offer, other: Offer, minute: int | None = None) -> dict[str, Any]:
    """A slot, and beside it the other of the two."""
    of_other = facts(other)
    return {
        **facts(offer, minute),
        "other": of_other["what"],
        "other_when": of_other["when"],
        "other_where": of_other["where"],
        "other_slot": of_other["slot"],
    }

"""Who is told what an organizer has decided about them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from activities.kit.refusal import N_
from activities.outbox import service as outbox
from activities.outbox.rules import Group
from activities.outbox.words import Page, is_past, of_slot, words
from activities.signups.notices import SOON, Minutes, facts, tell, way_out
from activities.signups.rules import Offer, SignUpState


def _slot(params: Mapping[str, Any]) -> Page:
    return "signups.slot", {"public_id": params["slot"]}


words(
    "admissions.seated",
    N_("Approved, you have a seat: %(what)s"),
    N_("%(when)s, %(where)s. %(way_out)s"),
    _slot,
    urgent=SOON,
    duties=of_slot,
    said=way_out,
)
words(
    "admissions.waiting",
    N_("Approved, but all seats are taken: %(what)s"),
    N_("%(when)s, %(where)s. You are on the waiting list. We tell you when a seat is yours."),
    _slot,
)
words(
    "admissions.declined",
    N_("Your request was declined: %(what)s"),
    N_("%(when)s, %(where)s. Reason: %(reason)s"),
    _slot,
)
words(
    "admissions.closed",
    N_("Nobody decided about your request in time: %(what)s"),
    N_("%(when)s, %(where)s. The slot has started without you."),
    _slot,
)
words(
    "admissions.assigned",
    N_("You are assigned a duty: %(what)s"),
    N_("%(when)s, %(where)s. %(name)s chose you. Accept it until %(until)s, or say why you cannot come."),
    _slot,
    Group.ANSWERS,
    urgent=SOON,
    holds=lambda params, now: not is_past(params["until"], now),
)


def approved(
    offer: Offer, member_ids: Iterable[int], minutes: Minutes, state: SignUpState, now: datetime
) -> None:  # fmt: skip
    tell(now, f"admissions.{state}", offer, member_ids, minutes)


def declined(offer: Offer, member_ids: Iterable[int], reason: str, now: datetime) -> None:
    outbox.post(now, member_ids, "admissions.declined", **facts(offer), reason=reason)


def closed(offer: Offer, member_ids: Iterable[int], now: datetime) -> None:
    outbox.post(now, member_ids, "admissions.closed", **facts(offer))


def assigned(
    offer: Offer, member_ids: Iterable[int], minutes: Minutes, name: str, until: datetime, now: datetime
) -> None:  # fmt: skip
    tell(now, "admissions.assigned", offer, member_ids, minutes, name=name, until=until.isoformat())

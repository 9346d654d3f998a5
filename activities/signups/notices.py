"""Who is told what about a slot. The words stand beside the topics; the outbox fills and sends them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from activities.duties.models import Activity, Slot
from activities.duties.queries import running
from activities.kit.refusal import N_
from activities.outbox import service as outbox
from activities.outbox.rules import Group
from activities.outbox.words import Page, is_past, words
from activities.signups import links
from activities.signups.facts import Waiter
from activities.signups.rules import Offer, SignUpState

# What begins within this time is told at any hour.
SOON = timedelta(hours=24)


def _slot(params: Mapping[str, Any]) -> Page:
    return "signups.slot", {"public_id": params["slot"]}


words(
    "signups.seated",
    N_("You have a seat: %(what)s"),
    N_("%(when)s, %(where)s. If you cannot come, please withdraw in time."),
    _slot,
)
words(
    "signups.waiting",
    N_("You are on the waiting list: %(what)s"),
    N_("%(when)s, %(where)s. We tell you when a seat is yours."),
    _slot,
)
words(
    "signups.promoted",
    N_("A seat came free and is yours: %(what)s"),
    N_("%(when)s, %(where)s. If you cannot come, please withdraw in time."),
    _slot,
    urgent=SOON,
)
words(
    "signups.offered",
    N_("A seat is held for you: %(what)s"),
    N_("%(when)s, %(where)s. Accept or decline it until %(until)s; after that it goes to the next."),
    lambda params: ("signups.answer", {"token": links.token(params["sign_up"], params["revision"])}),
    Group.ANSWERS,
    SOON,
    holds=lambda params, now: not is_past(params["until"], now),
)
words(
    "signups.lapsed",
    N_("The seat held for you has gone to the next: %(what)s"),
    N_("%(when)s, %(where)s. You did not accept it in time. Join the waiting list again if you still want a seat."),
    _slot,
    Group.ANSWERS,
)
words("signups.withdrew", N_("You have withdrawn: %(what)s"), N_("%(when)s, %(where)s."), _slot)
words(
    "signups.moved",
    N_("Changed: %(what)s"),
    N_("Now %(when)s, %(where)s. If this does not suit you, please withdraw."),
    _slot,
    urgent=SOON,
)
words(
    "signups.cancelled",
    N_("Cancelled: %(what)s"),
    N_("%(when)s, %(where)s. Reason: %(reason)s"),
    _slot,
    urgent=SOON,
)
words(
    "signups.risks",
    N_("Please read the risks and safeguards: %(what)s"),
    N_("%(when)s, %(where)s. They are new or have changed since you signed up. Confirm that you have read them."),
    _slot,
)
words(
    "signups.left",
    N_("%(name)s has left: %(what)s"),
    N_("Seats given back: %(seats)s, the first for %(when)s. Look who is on the slots and where people are missing."),
    lambda params: ("duties.activity", {"public_id": params["activity"]}),
    Group.ORGANIZING,
)


def signed_up(offer: Offer, member_id: int, state: SignUpState, now: datetime) -> None:
    outbox.post(now, [member_id], f"signups.{state}", **facts(offer))


def promoted(offer: Offer, member_ids: Iterable[int], now: datetime) -> None:
    outbox.post(now, member_ids, "signups.promoted", **facts(offer))


def offered(offer: Offer, waiters: Iterable[Waiter], until: datetime, now: datetime) -> None:
    """`waiters` as they were before the offer raised their revision by one. The link is signed when it is mailed."""
    about = {**facts(offer), "until": until.isoformat()}
    params = {w.member_id: {**about, "sign_up": w.id, "revision": w.revision + 1} for w in waiters}
    outbox.post_each(now, "signups.offered", params)


def lapsed(offer: Offer, member_id: int, now: datetime) -> None:
    outbox.post(now, [member_id], "signups.lapsed", **facts(offer))


def withdrew(offer: Offer, member_id: int, now: datetime) -> None:
    outbox.post(now, [member_id], "signups.withdrew", **facts(offer))


def moved(offer: Offer, member_ids: Iterable[int], now: datetime) -> None:
    outbox.post(now, member_ids, "signups.moved", **facts(offer))


def cancelled(offer: Offer, member_ids: Iterable[int], now: datetime) -> None:
    outbox.post(now, member_ids, "signups.cancelled", **facts(offer), reason=offer.cancel_reason)


def risks_changed(offers: Mapping[int, Offer], now: datetime) -> None:
    """Ask each member to read the risks of this slot of theirs."""
    outbox.post_each(now, "signups.risks", {member_id: facts(offer) for member_id, offer in offers.items()})


def left(activity: Activity, slots: Collection[Slot], name: str, now: datetime) -> None:
    """Tell who runs the activity that somebody with seats in these of its slots comes no more."""
    first = min(slots, key=lambda slot: slot.starts_at)
    params = {
        "name": name, "what": activity.name, "seats": len(slots), "activity": activity.public_id,
        "when": [first.starts_at.isoformat(), first.ends_at.isoformat()],
    }  # fmt: skip
    outbox.post(now, running(activity), "signups.left", **params)


def facts(offer: Offer) -> dict[str, Any]:
    """What a notice says of a slot, as it is at this moment. Moments go in as ISO text and are said when read."""
    return {
        "what": offer.name,
        "where": offer.place,
        "slot": offer.public_id,
        "when": [offer.starts_at.isoformat(), offer.ends_at.isoformat()],
    }

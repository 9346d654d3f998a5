"""Who is told what about a slot. The words stand beside the topics; the outbox fills and sends them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from activities.duties.models import Activity, Slot
from activities.duties.queries import running
from activities.kit.i18n import gettext
from activities.kit.refusal import N_
from activities.outbox import service as outbox
from activities.outbox.rules import Group
from activities.outbox.words import Page, is_past, of_slot, words
from activities.signups import links
from activities.signups.rules import Offer, SignUpState
from activities.signups.rules_arrivals import visit
from activities.signups.waiters import Waiter

# What begins within this time is told at any hour.
SOON = timedelta(hours=24)
FIRST_OF_SEVERAL = "signups.first_of_several"
# When people come to a slot, by member, in minutes after its start: nothing where they are there all the time.
Minutes = Mapping[int, int | None]
NOBODY: Minutes = {}


class Topics(NamedTuple):
    """What who is on one of the slots of an act is told, and what who is on several of them is told once of all."""

    one: str
    several: str


MOVED = Topics("signups.moved", "signups.moved_several")
CANCELLED = Topics("signups.cancelled", "signups.cancelled_several")


# A slot, and the members on it with when they come.
OnSlot = tuple[Offer, Minutes]


def slot_page(params: Mapping[str, Any]) -> Page:
    return "signups.slot", {"public_id": params["slot"]}


def _of_list(params: Mapping[str, Any]) -> list[str]:
    return [about["slot"] for about in params["list"]]


def _answer(params: Mapping[str, Any]) -> Page:
    """Signed when it is shown or mailed."""
    return "signups.answer", {"token": links.token(params["sign_up"], params["revision"])}


def way_out(params: Mapping[str, Any]) -> Mapping[str, str]:
    """What whoever cannot come does about the seat they are told of."""
    if params.get("late"):
        return {"way_out": gettext("If you cannot come, ask for cover: it is too late to withdraw.")}
    return {"way_out": gettext("If you cannot come, please withdraw in time.")}


words(
    "signups.seated",
    N_("You have a seat: %(what)s"),
    N_("%(when)s, %(where)s. %(way_out)s"),
    slot_page,
    duties=of_slot,
    said=way_out,
)
words(
    "signups.comes_at",
    N_("You have a place: %(what)s"),
    N_("Please come %(at)s to %(where)s. %(way_out)s"),
    slot_page,
    urgent=SOON,
    duties=of_slot,
    said=way_out,
)
words(
    "signups.waiting",
    N_("You are on the waiting list: %(what)s"),
    N_("%(when)s, %(where)s. We tell you when a seat is yours."),
    slot_page,
)
words(
    "signups.promoted",
    N_("A seat came free and is yours: %(what)s"),
    N_("%(when)s, %(where)s. %(way_out)s"),
    slot_page,
    urgent=SOON,
    duties=of_slot,
    said=way_out,
)
words(
    FIRST_OF_SEVERAL,
    N_("A seat is yours: %(what)s"),
    N_("%(when)s, %(where)s. You no longer wait for the others. %(way_out)s"),
    slot_page,
    urgent=SOON,
    duties=of_slot,
    said=way_out,
)
words(
    "signups.offered",
    N_("A seat is held for you: %(what)s"),
    N_("%(when)s, %(where)s. Accept or decline it until %(until)s; after that it goes to the next."),
    _answer,
    Group.ANSWERS,
    SOON,
    holds=lambda params, now: not is_past(params["until"], now),
)
words(
    "signups.lapsed",
    N_("The seat held for you has gone to the next: %(what)s"),
    N_("%(when)s, %(where)s. You did not accept it in time. Join the waiting list again if you still want a seat."),
    slot_page,
    Group.ANSWERS,
)
words(
    "signups.team_offered",
    N_("Seats are held for your team: %(what)s"),
    N_("%(when)s, %(where)s. One of you accepts for all until %(until)s; after that the seats go to the next."),
    _answer,
    Group.ANSWERS,
    SOON,
    holds=lambda params, now: not is_past(params["until"], now),
)
words(
    "signups.asked",
    N_("You have asked for a seat: %(what)s"),
    N_("%(when)s, %(where)s. We tell you as soon as it is decided."),
    slot_page,
)
words(
    "signups.declined",
    N_("%(name)s has given back what you assigned: %(what)s"),
    N_("%(when)s, %(where)s. Reason: %(reason)s"),
    lambda params: ("admissions.assign", {"public_id": params["slot"]}),
    Group.ORGANIZING,
)
words(
    "signups.unanswered",
    N_("%(name)s has not answered in time: %(what)s"),
    N_("%(when)s, %(where)s. The seat you assigned is free again."),
    lambda params: ("admissions.assign", {"public_id": params["slot"]}),
    Group.ORGANIZING,
)
words("signups.withdrew", N_("You have withdrawn: %(what)s"), N_("%(when)s, %(where)s."), slot_page, duties=of_slot)
words(
    MOVED.one,
    N_("Changed: %(what)s"),
    N_("Now %(when)s, %(where)s. If this does not suit you, please withdraw."),
    slot_page,
    urgent=SOON,
    duties=of_slot,
)
words(
    CANCELLED.one,
    N_("Cancelled: %(what)s"),
    N_("%(when)s, %(where)s. Reason: %(reason)s"),
    slot_page,
    urgent=SOON,
    duties=of_slot,
)
words(
    MOVED.several,
    N_("Changed: %(several)s slots"),
    N_("They are now:\n%(list)s\nIf one of them does not suit you, please withdraw from it."),
    lambda _: ("home.my_duties", {}),
    urgent=SOON,
    duties=_of_list,
)
words(
    CANCELLED.several,
    N_("Cancelled: %(several)s slots"),
    N_("%(list)s\nReason: %(reason)s"),
    lambda _: ("home.my_duties", {}),
    urgent=SOON,
    duties=_of_list,
)
words(
    "signups.risks",
    N_("Please read the risks and safeguards: %(what)s"),
    N_("%(when)s, %(where)s. They are new or have changed since you signed up. Confirm that you have read them."),
    slot_page,
)
words(
    "signups.left",
    N_("%(name)s has left: %(what)s"),
    N_("Seats given back: %(seats)s, the first for %(when)s. Look who is on the slots and where people are missing."),
    lambda params: ("duties.activity", {"public_id": params["activity"]}),
    Group.ORGANIZING,
)


def signed_up(offer: Offer, member_id: int, state: SignUpState, now: datetime, at: datetime | None = None) -> None:
    """`at`: when the person comes, where people come one after another."""
    if at:
        comes_at(offer, member_id, at, now)
    else:
        outbox.post(now, [member_id], f"signups.{state}", **seat(offer, None, now))


def accepted(offer: Offer, members: Mapping[int, bool], minutes: Minutes, now: datetime) -> None:
    """Whether the seat of each came first of several that were waited for: the others are let go."""
    tell(now, "signups.seated", offer, [who for who, of_several in members.items() if not of_several], minutes)
    tell(now, FIRST_OF_SEVERAL, offer, [who for who, of_several in members.items() if of_several], minutes)


def comes_at(offer: Offer, member_id: int, at: datetime, now: datetime) -> None:
    outbox.post(now, [member_id], "signups.comes_at", **seat(offer, None, now), at=at.isoformat())


def promoted(offer: Offer, waiters: Collection[Waiter], minutes: Minutes, now: datetime) -> None:
    tell(now, "signups.promoted", offer, [w.member_id for w in waiters if not w.wish_id], minutes)
    tell(now, FIRST_OF_SEVERAL, offer, [w.member_id for w in waiters if w.wish_id], minutes)


def offered(offer: Offer, waiters: Iterable[Waiter], minutes: Minutes, until: datetime, now: datetime) -> None:
    """`waiters` as they were before the offer raised their revision by one."""
    about = {"until": until.isoformat()}
    topics: dict[str, dict[int, dict[str, Any]]] = {}
    for w in waiters:
        params = {**facts(offer, minutes.get(w.member_id)), **about, "sign_up": w.id, "revision": w.revision + 1}
        topics.setdefault("signups.team_offered" if w.whole_team else "signups.offered", {})[w.member_id] = params
    for topic, each in topics.items():
        outbox.post_each(now, topic, each)


def lapsed(offer: Offer, member_ids: Iterable[int], now: datetime) -> None:
    outbox.post(now, member_ids, "signups.lapsed", **facts(offer))


def declined(offer: Offer, organizer_id: int, name: str, reason: str, now: datetime) -> None:
    outbox.post(now, [organizer_id], "signups.declined", **facts(offer), name=name, reason=reason)


def unanswered(offer: Offer, organizer_id: int, name: str, now: datetime) -> None:
    outbox.post(now, [organizer_id], "signups.unanswered", **facts(offer), name=name)


def withdrew(offer: Offer, member_id: int, now: datetime) -> None:
    outbox.post(now, [member_id], "signups.withdrew", **facts(offer))


def moved(slots: Iterable[OnSlot], now: datetime) -> None:
    _of_each(MOVED, slots, now)


def cancelled(slots: Iterable[OnSlot], reason: str, now: datetime) -> None:
    _of_each(CANCELLED, slots, now, reason=reason)


def _of_each(topics: Topics, slots: Iterable[OnSlot], now: datetime, **params: Any) -> None:
    """Tell everyone on these slots, in the order of time, in one notice each. Two statements, however many."""
    theirs: dict[int, list[dict[str, Any]]] = {}
    for offer, people in slots:
        about = facts(offer)
        for member_id, minute in people.items():
            own = about if minute is None else facts(offer, minute)
            theirs.setdefault(member_id, []).append(own)
    ones = {who: {**about[0], **params} for who, about in theirs.items() if len(about) == 1}
    several = {
        who: {"several": len(about), "when": about[0]["when"], "list": about, **params}
        for who, about in theirs.items()
        if len(about) > 1
    }
    outbox.post_each(now, topics.one, ones)
    outbox.post_each(now, topics.several, several)


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


def tell(
    now: datetime, topic: str, offer: Offer, member_ids: Iterable[int], minutes: Minutes = NOBODY, **more: Any
) -> None:
    """Tell these people of their seats in a slot. Who comes at a time of their own (`minutes`) reads that as its time:
    no other notice tells it."""
    params = {who: {**seat(offer, minutes.get(who), now), **more} for who in member_ids}
    outbox.post_each(now, topic, params)


def seat(offer: Offer, minute: int | None, now: datetime) -> dict[str, Any]:
    """`facts`, and whether it is too late to withdraw where that is so."""
    return facts(offer, minute) | ({"late": True} if now > offer.withdraw_until else {})


def facts(offer: Offer, minute: int | None = None) -> dict[str, Any]:
    """What a notice says of a slot, as it is at this moment, to somebody who comes so many minutes after its start.
    Moments go in as ISO text and are said when read."""
    first, last = visit(offer.starts_at, offer.ends_at, minute)
    return {
        "what": offer.name,
        "where": offer.place,
        "slot": offer.public_id,
        "when": [first.isoformat(), last.isoformat()],
    }

"""Who is told what about a post and who is responsible for it: one notice about the whole, not one a slot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from activities.duties.queries import running
from activities.holders.models import Holder
from activities.kit.refusal import N_
from activities.outbox import service as outbox
from activities.outbox.rules import Group
from activities.outbox.words import Page, words
from activities.signups.notices import SOON
from activities.signups.rules import Offer, duty_name


def _mine(params: Mapping[str, Any]) -> Page:
    return "holders.holding", {"public_id": params["holder"]}


def _duties(params: Mapping[str, Any]) -> Sequence[str]:
    slots: Sequence[str] = params.get("duties", ())
    return slots


def _list(params: Mapping[str, Any]) -> Page:
    return "holders.board", {"public_id": params["activity"]}


words(
    "holders.proposed",
    N_("Will you be responsible for %(what)s?"),
    N_("From %(first)s to %(last)s. Its slots to come would be yours. Look at them, and accept or decline."),
    _mine,
    Group.ANSWERS,
)
words(
    "holders.taken_back",
    N_("Not needed any more: %(what)s"),
    N_("You were proposed from %(first)s to %(last)s. You do not have to answer any more."),
    _mine,
)
words(
    "holders.held",
    N_("You are responsible for %(what)s"),
    N_("From %(first)s to %(last)s. You have a seat in %(seats)s of its slots; in %(missed)s you could not be seated."),
    _mine,
    duties=_duties,
)
words(
    "holders.more",
    N_("New slots of your post: %(what)s"),
    N_("You have a seat in %(seats)s more, the first %(when)s."),
    _mine,
    urgent=SOON,
    duties=_duties,
)
words(
    "holders.less",
    N_("Slots of your post fall out of your days: %(what)s"),
    N_("%(seats)s seats are given back, the first %(when)s."),
    _mine,
    urgent=SOON,
    duties=_duties,
)
words(
    "holders.ended",
    N_("You are not responsible any more for %(what)s"),
    N_("Your last day is %(last)s. Seats given back: %(seats)s."),
    _mine,
    urgent=SOON,
    duties=_duties,
)
words(
    "holders.handed_over",
    N_("%(name)s takes over from you: %(what)s"),
    N_("Your last day is %(last)s. Seats given back: %(seats)s."),
    _mine,
    urgent=SOON,
    duties=_duties,
)
words(
    "holders.not_begun",
    N_("You are not going to be responsible any more for %(what)s"),
    N_("It was to be you from %(first)s to %(last)s. Seats given back: %(seats)s."),
    _mine,
    urgent=SOON,
    duties=_duties,
)
words(
    "holders.accepted",
    N_("%(name)s has accepted: %(what)s"),
    N_("From %(first)s to %(last)s. In %(missed)s of its slots there was no seat for them: look at the list."),
    _list,
    Group.ORGANIZING,
)
words(
    "holders.declined",
    N_("%(name)s has declined: %(what)s"),
    N_("From %(first)s to %(last)s. Reason: %(reason)s"),
    _list,
    Group.ORGANIZING,
)
words(
    "holders.absent",
    N_("%(name)s cannot come: %(what)s"),
    N_("From %(first)s to %(last)s. Cover is looked for in %(slots)s of its slots. Reason: %(reason)s"),
    _list,
    Group.ORGANIZING,
)
words(
    "holders.back",
    N_("%(name)s can come after all: %(what)s"),
    N_("From %(first)s to %(last)s. Cover is not looked for any more in %(slots)s of its slots."),
    _list,
    Group.ORGANIZING,
)


def to_member(holder: Holder, topic: str, now: datetime, **params: Any) -> None:
    outbox.post(now, [holder.member_id], f"holders.{topic}", **_facts(holder) | params)


def of_slots(holder: Holder, topic: str, slots: Sequence[Offer], now: datetime, **params: Any) -> None:
    """Tell who holds or held a post which of its slots they have now, or have no more, and when the first of them
    is."""
    if slots:
        first = min(slots, key=lambda slot: slot.starts_at)
        params["when"] = [first.starts_at.isoformat(), first.ends_at.isoformat()]
    to_member(holder, topic, now, duties=[slot.public_id for slot in slots], **params)


def to_organizers(holder: Holder, topic: str, now: datetime, **params: Any) -> None:
    """Tell those who run the activity, but not the person it is about."""
    who = [one for one in running(holder.post.activity) if one != holder.member_id]
    outbox.post(now, who, f"holders.{topic}", **_facts(holder) | {"name": holder.member.name} | params)


def slots_of_post(holder: Holder, topic: str, slots: Sequence[Offer], now: datetime) -> None:
    """Tell who holds a post of seats that have come or gone with its slots."""
    of_slots(holder, topic, slots, now, seats=len(slots))


def _facts(holder: Holder) -> dict[str, Any]:
    activity = holder.post.activity
    return {
        "what": duty_name(activity.name, holder.post.name), "holder": holder.public_id, "activity": activity.public_id,
        "first": holder.first.isoformat(), "last": holder.last.isoformat(),
    }  # fmt: skip

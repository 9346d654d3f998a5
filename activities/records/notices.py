"""Who is told what about a record."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from activities.duties.models import Slot
from activities.kit.refusal import N_
from activities.outbox import service as outbox
from activities.outbox.rules import Group
from activities.outbox.words import Page, words
from activities.signups.facts import offer_of
from activities.signups.notices import facts


def record(params: Mapping[str, Any]) -> Page:
    return "records.trail", {"public_id": params["record"]}


words(
    "records.absent",
    N_("You were marked absent: %(what)s"),
    N_("%(when)s, %(where)s. If this is not right, tell an organizer of the activity."),
    record,
    Group.RECORDS,
)
words(
    "records.corrected",
    N_("Your record was corrected: %(what)s"),
    N_("%(when)s, %(where)s. Reason: %(reason)s. Your records show what it was and what it is now."),
    record,
    Group.RECORDS,
)
words(
    "records.counted_once",
    N_("Time that two of your accounts had counted counts once: %(what)s"),
    N_("%(when)s, %(where)s. Your records show what it was and what it is now."),
    record,
    Group.RECORDS,
)
words(
    "records.taken_back",
    N_("A mark was taken back: %(what)s"),
    N_("%(when)s, %(where)s. What you were told of it just before was a mistake. Your records show what holds."),
    lambda _: ("records.mine", {}),
    Group.RECORDS,
)


words(
    "records.to_record",
    N_("Who came? Attendance is to be recorded by %(due)s: %(what)s"),
    N_("%(when)s, %(where)s. After that day it needs a reason, and the hours wait for a second person."),
    lambda params: ("records.attendance", {"public_id": params["slot"]}),
    Group.ORGANIZING,
)


def to_record(slot: Slot, organizers: Iterable[int], due: date, now: datetime) -> None:
    """Once a slot."""
    said = {**facts(offer_of(slot)), "due": due.isoformat()}
    outbox.post_once(now, "records.to_record", [(who, f"to record {slot.public_id}", said) for who in organizers])


def absent(slot: Slot, records: Mapping[int, str], now: datetime) -> None:
    """`records`: the record's public id, by member."""
    said = facts(offer_of(slot))
    outbox.post_each(now, "records.absent", {who: {**said, "record": its} for who, its in records.items()})


def taken_back(slot: Slot, member_ids: Iterable[int], now: datetime) -> None:
    """For those who had been told of the mark."""
    outbox.post(now, member_ids, "records.taken_back", **facts(offer_of(slot)))


def corrected(slot: Slot, records: Mapping[int, str], reason: str, now: datetime) -> None:
    """`records`: the record's public id, by member."""
    said = {**facts(offer_of(slot)), "reason": reason}
    outbox.post_each(now, "records.corrected", {who: {**said, "record": its} for who, its in records.items()})


def counted_once(slot: Slot, member_id: int, public_id: str, now: datetime) -> None:
    """`public_id`: the record's."""
    outbox.post(now, [member_id], "records.counted_once", **facts(offer_of(slot)), record=public_id)

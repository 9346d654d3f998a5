"""What organizers may do, decided on plain values."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from enum import IntFlag, StrEnum
from typing import ClassVar

from activities.duties.kinds import Ledger
from activities.kit.refusal import N_, Refusal, refusal

# In one plan: two terms of a school with 50 posts.
MOST_SLOTS = 10_000
MOST_SEATS = 10_000
HORIZON = timedelta(days=2 * 365)
LONGEST = timedelta(days=31)
# A slot is at risk when it starts this soon and fewer of its seats are taken than this share.
RISK_WITHIN = timedelta(hours=72)
RISK_BELOW = 2 / 3
# Where people come one after another: so many minutes apart, for a day at most.
STEP, MOST_TIMES = 15, 24 * 60 // 15


class SlotState(StrEnum):
    OPEN = "open"
    CANCELLED = "cancelled"


class WayIn(StrEnum):
    """How people come to the seats of an activity."""

    FIRST_COME = "first_come"
    APPROVAL = "approval"
    DRAW = "draw"
    ASSIGNMENT = "assignment"


WAY_NAMES = {
    WayIn.FIRST_COME: N_("First come, first served"),
    WayIn.APPROVAL: N_("With an organizer's approval"),
    WayIn.DRAW: N_("By draw"),
    WayIn.ASSIGNMENT: N_("By assignment"),
}
WAY_SENTENCES = {
    WayIn.FIRST_COME: N_("Seats go in the order in which people sign up; then a waiting list."),
    WayIn.APPROVAL: N_("People ask for a seat; an organizer approves or declines with a reason."),
    WayIn.DRAW: N_("People ask until a deadline; then a draw decides, kinder to those who had least of late."),
    WayIn.ASSIGNMENT: N_("Organizers choose people, who accept or decline with a reason. Not for volunteer service."),
}
# How long before its slot a draw may be, in minutes.
DRAW_LEADS = (12 * 60, 24 * 60, 2 * 24 * 60, 3 * 24 * 60, 7 * 24 * 60)


class ByHand(IntFlag):
    """What of a slot was changed by hand: a change of its series leaves that as it is."""

    TIME = 1
    SEATS = 2
    CANCELLED = 4


# ── refusals ────────────────────────────────────────────────────────────────


@refusal
class LastBeforeFirst(Refusal):
    sentence: ClassVar[str] = N_("The last day is before the first.")


@refusal
class NoPost(Refusal):
    sentence: ClassVar[str] = N_("Choose at least one post.")


@refusal
class NoWeekday(Refusal):
    sentence: ClassVar[str] = N_("Choose at least one weekday.")


@refusal
class NoFirstDay(Refusal):
    sentence: ClassVar[str] = N_("Choose a day.")


@refusal
class NoLastDay(Refusal):
    sentence: ClassVar[str] = N_("Say until which day the row goes, or choose no weekdays for a single slot.")


@refusal
class NoLength(Refusal):
    sentence: ClassVar[str] = N_("The end is the same as the start.")


@refusal
class TooFar(Refusal):
    until: date
    sentence: ClassVar[str] = N_("Plans reach until %(until)s at most.")


@refusal
class InThePast(Refusal):
    sentence: ClassVar[str] = N_("This time is over.")


@refusal
class TooManySlots(Refusal):
    most: int
    sentence: ClassVar[str] = N_("These would be more than %(most)s slots at once.")
    remedy: ClassVar[str] = N_("Choose a shorter time or fewer weekdays, and plan the rest afterwards.")


@refusal
class PlanChanged(Refusal):
    sentence: ClassVar[str] = N_("What would be created has changed since you looked.")
    remedy: ClassVar[str] = N_("Look at the plan again and confirm it.")


@refusal
class KindInUse(Refusal):
    sentence: ClassVar[str] = N_(
        "People have signed up or taken part already, so the kind and with it the ledger stay as they are."
    )
    remedy: ClassVar[str] = N_("Create a new activity of the other kind.")


@refusal
class NeverAssigned(Refusal):
    sentence: ClassVar[str] = N_("Volunteer service is never assigned: people come to it of their own will.")
    remedy: ClassVar[str] = N_("Choose another way in, or a kind that does not count as volunteer service.")


@refusal
class NoTimeToAnswer(Refusal):
    sentence: ClassVar[str] = N_("Who is assigned accepts or declines, and needs time for that.")
    remedy: ClassVar[str] = N_("Enter more than 0 hours.")


@refusal
class WayInUse(Refusal):
    pending: int
    sentence: ClassVar[str] = N_("People ask or wait for a seat (%(pending)s), so the way in stays as it is.")
    remedy: ClassVar[str] = N_("Answer them first, or create a new activity.")


@refusal
class NotBelow(Refusal):
    unit: str
    sentence: ClassVar[str] = N_("Only %(unit)s and the units below it see this activity.")
    remedy: ClassVar[str] = N_("Choose one of these units, or none.")


@refusal
class NoOrganizer(Refusal):
    sentence: ClassVar[str] = N_("This person does not hold the role of organizer.")
    remedy: ClassVar[str] = N_("Ask the secretary to grant it first.")


@refusal
class SlotThere(Refusal):
    starts_at: datetime
    sentence: ClassVar[str] = N_("This post already has a slot that starts %(starts_at)s.")
    remedy: ClassVar[str] = N_("Change that one, or choose another time.")


@refusal
class SlotBegun(Refusal):
    sentence: ClassVar[str] = N_("This slot has already started, so it stays as it is.")
    remedy: ClassVar[str] = N_("Who came is marked in its attendance.")


@refusal
class SlotGone(Refusal):
    sentence: ClassVar[str] = N_("This slot has been cancelled, so it stays as it is.")
    remedy: ClassVar[str] = N_("Plan a new one at this time if it takes place after all.")


@refusal
class SlotHasPeople(Refusal):
    sentence: ClassVar[str] = N_("People have signed up for this slot, so it is never deleted.")
    remedy: ClassVar[str] = N_("Cancel it instead: everyone on it is told.")


@refusal
class EndsBeforeStart(Refusal):
    sentence: ClassVar[str] = N_("The end is not after the start.")


@refusal
class TooLong(Refusal):
    days: int
    sentence: ClassVar[str] = N_("A slot lasts %(days)s days at most.")


# ── decisions ───────────────────────────────────────────────────────────────


def why_not_way(way: WayIn, ledger: Ledger, offer_minutes: int) -> Refusal | None:
    """The reason against an activity's having this way in: no forced assignment of volunteer service (Order 67, Art.
    19; Volunteer Service Regulations, Art. 25), and time to answer an assignment."""
    if way is not WayIn.ASSIGNMENT:
        return None
    if ledger is Ledger.SERVICE:
        return NeverAssigned()
    return None if offer_minutes else NoTimeToAnswer()


def draw_moment(starts_at: datetime, draw_minutes: int, closes_at: datetime | None, now: datetime) -> datetime:
    """When a draw that is announced now takes place: so long before its slot, or when sign-up closes where that is
    earlier; where either is over already, after half of the time that is left."""
    usual = starts_at - timedelta(minutes=draw_minutes)
    moment = min(usual, closes_at) if closes_at else usual
    return moment if moment > now else now + (starts_at - now) / 2


def at_risk(taken: int, capacity: int, starts_at: datetime, now: datetime) -> bool:
    """Whether a slot that is to come soon may stay without people."""
    return now < starts_at <= now + RISK_WITHIN and taken < capacity * RISK_BELOW


def why_not_touch(state: SlotState, starts_at: datetime, now: datetime) -> Refusal | None:
    """The first reason against changing, cancelling or deleting a slot at all, or None."""
    if state is SlotState.CANCELLED:
        return SlotGone()
    return SlotBegun() if starts_at <= now else None


def why_not_move(starts_at: datetime, ends_at: datetime, now: datetime) -> Refusal | None:
    """The first reason against a slot's being at this time, or None."""
    if starts_at <= now:
        return InThePast()
    if ends_at <= starts_at:
        return EndsBeforeStart()
    if ends_at - starts_at > LONGEST:
        return TooLong(LONGEST.days)
    return TooFar((now + HORIZON).date()) if starts_at > now + HORIZON else None


# ── where people come one after another ─────────────────────────────────────


def minutes_of(length: int) -> range:
    """At which minutes after its start people may come to a slot of so many minutes: one every quarter of an hour."""
    return range(0, min(length, MOST_TIMES * STEP), STEP)


def spread(capacity: int, length: int) -> dict[int, int]:
    """So many places spread over the quarters of an hour as evenly as can be, the earlier ones taking what is over."""
    minutes = minutes_of(length)
    each, over = divmod(capacity, len(minutes))
    return {minute: each + (n < over) for n, minute in enumerate(minutes)}

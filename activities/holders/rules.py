"""Who may be responsible for a post, when, and which of its slots are theirs. Decided on plain values."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import ClassVar, NamedTuple

from activities.duties.kinds import Kind, Ledger
from activities.kit.refusal import N_, Refusal, refusal
from activities.signups import rules_offered
from activities.signups.rules import HOLDING, Full, Mine, Offer, SignUpState
from activities.signups.rules_person import Person
from activities.signups.rules_time import Busy

LONGEST = timedelta(days=400)


class HolderState(StrEnum):
    """Somebody is asked to hold a post, holds it, does not want to, or holds it no more."""

    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    ENDED = "ended"


# ── refusals ────────────────────────────────────────────────────────────────


@refusal
class NeverAssigned(Refusal):
    sentence: ClassVar[str] = N_("This is volunteer service, to which nobody is assigned.")
    remedy: ClassVar[str] = N_("Whoever wants to come signs up.")


@refusal
class NoHolders(Refusal):
    sentence: ClassVar[str] = N_("Posts of this kind have nobody who is responsible for a term.")


@refusal
class LastBeforeFirstDay(Refusal):
    sentence: ClassVar[str] = N_("The last day is before the first.")


@refusal
class DaysOver(Refusal):
    sentence: ClassVar[str] = N_("These days are over.")
    remedy: ClassVar[str] = N_("Choose days to come.")


@refusal
class HeldTooLong(Refusal):
    days: int
    sentence: ClassVar[str] = N_("Nobody is responsible for a post for more than %(days)s days at a time.")
    remedy: ClassVar[str] = N_("Choose an earlier last day, and propose the rest later.")


@refusal
class HoldsAlready(Refusal):
    name: str
    until: date
    sentence: ClassVar[str] = N_("%(name)s is responsible for this post already, until %(until)s.")


@refusal
class ProposedAlready(Refusal):
    name: str
    sentence: ClassVar[str] = N_("%(name)s is proposed for these days and has not answered yet.")
    remedy: ClassVar[str] = N_("Wait for the answer, or take the proposal back first.")


@refusal
class HandsOverTooEarly(Refusal):
    name: str
    until: date
    sentence: ClassVar[str] = N_("%(name)s is responsible until %(until)s, which is after these days.")
    remedy: ClassVar[str] = N_("Choose that day as the last one, or a later one.")


@refusal
class NotProposed(Refusal):
    sentence: ClassVar[str] = N_("This proposal is not open any more.")
    remedy: ClassVar[str] = N_("It was answered or taken back.")


@refusal
class NotHeld(Refusal):
    sentence: ClassVar[str] = N_("Nobody is responsible for this post by that any more.")


@refusal
class OutsideTheirDays(Refusal):
    sentence: ClassVar[str] = N_("You are not responsible for the post on these days.")
    remedy: ClassVar[str] = N_("Choose days between the first and the last of yours.")


@refusal
class NotAbsent(Refusal):
    sentence: ClassVar[str] = N_("These days are over, or you have said already that you can come.")


# ── who holds a post ────────────────────────────────────────────────────────


class Span(NamedTuple):
    """From one moment to another, the second excluded."""

    begins_at: datetime
    ends_at: datetime

    def touches(self, other: Span) -> bool:
        return self.begins_at < other.ends_at and other.begins_at < self.ends_at


@dataclass(frozen=True)
class Held:
    """Somebody who holds a post, or is asked to. `until` is the last day."""

    member_id: int
    name: str
    span: Span
    until: date
    state: HolderState


def why_not_held(kind: Kind) -> Refusal | None:
    """The reason against anybody's being responsible for a post of this kind. Service is voluntary, always."""
    if kind.ledger is Ledger.SERVICE:
        return NeverAssigned()
    return None if kind.has_standing_holder else NoHolders()


def why_not_days(first: date, last: date, today: date) -> Refusal | None:
    if last < first:
        return LastBeforeFirstDay()
    if last < today:
        return DaysOver()
    return HeldTooLong(LONGEST.days) if last - first > LONGEST else None


def why_not_beside(member_id: int, span: Span, others: Iterable[Held]) -> Refusal | None:
    """The reason against proposing somebody beside those who hold the post or are proposed. To propose somebody for
    days that another one holds is to hand over: it reaches to the end of the other's days."""
    for other in others:
        if not other.span.touches(span):
            continue
        if other.state is HolderState.PROPOSED:
            return ProposedAlready(other.name)
        if other.member_id == member_id:
            return HoldsAlready(other.name, other.until)
        if span.ends_at < other.span.ends_at:
            return HandsOverTooEarly(other.name, other.until)
    return None


def gaps(held: Iterable[Span], whole: Span) -> list[Span]:
    """The times of a span in which nobody holds the post."""
    found: list[Span] = []
    at = whole.begins_at
    for span in sorted(held):
        if span.begins_at >= whole.ends_at:
            break
        if span.begins_at > at:
            found.append(Span(at, span.begins_at))
        at = max(at, span.ends_at)
    return [*found, Span(at, whole.ends_at)] if at < whole.ends_at else found


# ── the seats that come with it ─────────────────────────────────────────────


def why_not_seated(
    offer: Offer, person: Person, mine: Mine | None, busy: Collection[Busy], now: datetime
) -> Refusal | None:
    """The first reason against giving who holds the post its seat. When sign-up opens and closes is for others."""
    has_seat = mine is not None and mine.state in HOLDING
    return rules_offered.why_not_promote(offer, person, busy, now) or (Full() if not (offer.left or has_seat) else None)


def is_seated(mine: Mine | None) -> bool:
    return mine is not None and mine.state is SignUpState.SEATED


def near(busy: Sequence[Busy], first: datetime, last: datetime) -> list[Busy]:
    """What of it can matter to a slot whose reach is this."""
    return [one for one in busy if one.starts_at < last and one.ends_at > first]

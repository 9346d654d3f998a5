"""Who may take a slot. Screen and service ask the same functions; who gets a freed one stands in `rules_offered`,
giving it back in `rules_leaving`, what a change owes to who stays in `rules_keeping`; what is asked of a person in
`rules_person`, of the time in `rules_time`, of teams and several slots in `rules_together`, and what speaks against a
slot without forbidding it in `rules_soft`."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta, tzinfo
from enum import StrEnum
from typing import ClassVar, NamedTuple

from activities.duties.rules import SlotState, WayIn
from activities.kit.refusal import N_, Refusal, refusal
from activities.people.rules import Stages, Standings
from activities.signups.rules_arrivals import Quarter, freed, to_choose_from, visit
from activities.signups.rules_person import (
    Person,
    WrongClass,
    WrongStage,
    WrongStanding,
    WrongUnit,
    why_not_trained,
    why_paused,
)
from activities.signups.rules_time import Busy, why_no_time
from activities.terms.rules import Special, add_working_days
from activities.trainings.rules import Need


class SignUpState(StrEnum):
    """`OFFERED`: a seat is held until the person has accepted it; `ASKED`: somebody or a draw has still to decide."""

    SEATED = "seated"
    OFFERED = "offered"
    ASKED = "asked"
    WAITING = "waiting"
    WITHDRAWN = "withdrawn"


# These take a seat, and the time of who has it.
HOLDING = (SignUpState.SEATED, SignUpState.OFFERED)


# ── facts ───────────────────────────────────────────────────────────────────


class Offer(NamedTuple):
    """A slot as it is offered: what the rules ask of it and its activity, and what names it. No stages, standings,
    path or classes mean "anyone". `risks_version` is that of the risks and safeguards; 0: there are none. Where a place
    must know `notice_days` working days before who comes, `specials` are the days that are not what weekdays say."""

    id: int
    public_id: str
    state: SlotState
    starts_at: datetime
    ends_at: datetime
    capacity: int
    taken: int
    waiting: int
    tickets: int
    cancel_reason: str
    activity: str
    kind_key: str
    post: str
    place: str
    opens_at: datetime | None
    closes_at: datetime | None
    withdraw_minutes: int
    stages: Stages
    standings: Standings
    eligible_path: str | None
    eligible_unit: str | None
    asked: int = 0
    way_in: WayIn = WayIn.FIRST_COME
    offer_minutes: int = 0
    gathered: int = 0
    notice_days: int = 0
    classes: tuple[str, ...] = ()
    risks_version: int = 0
    needs: tuple[Need, ...] = ()
    draws_at: datetime | None = None
    drawn_at: datetime | None = None
    quarters: tuple[Quarter, ...] = ()  # the times at which people come, where they come one after another
    specials: tuple[tuple[date, Special], ...] = ()

    @property
    def left(self) -> int:
        return self.capacity - self.taken

    @property
    def free(self) -> int:
        """Seats that nobody has and nobody is offered, those gathered for a team too."""
        return self.left + self.gathered

    @property
    def awaits_draw(self) -> bool:
        """Whether a draw has still to be held. Once it was, free seats go to whoever comes first."""
        return self.way_in is WayIn.DRAW and self.drawn_at is None

    @property
    def is_asked_for(self) -> bool:
        """Whether people ask for a seat instead of taking one: an organizer or a draw decides."""
        return self.way_in is WayIn.APPROVAL or self.awaits_draw

    @property
    def entry(self) -> SignUpState:
        """What who signs up now gets."""
        if self.is_asked_for:
            return SignUpState.ASKED
        return SignUpState.SEATED if self.left else SignUpState.WAITING

    @property
    def name(self) -> str:
        return duty_name(self.activity, self.post)

    @property
    def duty(self) -> Busy:
        return self.duty_at(None)

    def duty_at(self, minute: int | None) -> Busy:
        """The time that it takes of somebody's day who comes so many minutes after its start."""
        return Busy(*visit(self.starts_at, self.ends_at, minute), self.name, self.place)

    def without(self, minute: int | None) -> Offer:
        """The same where one of those who come so many minutes after the start does not any more."""
        return self if minute is None else self._replace(quarters=freed(self.quarters, minute))

    @property
    def withdraw_until(self) -> datetime:
        return self.starts_at - timedelta(minutes=self.withdraw_minutes)


def duty_name(activity: str, post: str) -> str:
    """A duty as sentences name it."""
    return activity if activity == post else f"{activity}·{post}"


# ── refusals ────────────────────────────────────────────────────────────────


@refusal
class SlotCancelled(Refusal):
    sentence: ClassVar[str] = N_("This slot has been cancelled.")
    remedy: ClassVar[str] = N_("Look for another slot.")


@refusal
class AlreadyStarted(Refusal):
    sentence: ClassVar[str] = N_("This slot has already started.")
    remedy: ClassVar[str] = N_("Look for a later slot.")


@refusal
class AlreadyIn(Refusal):
    sentence: ClassVar[str] = N_("You are already signed up for this slot.")


@refusal
class AlreadyWaiting(Refusal):
    sentence: ClassVar[str] = N_("You are already on the waiting list of this slot.")
    remedy: ClassVar[str] = N_("You get the seat as soon as one is free and it is your turn.")


@refusal
class AlreadyOffered(Refusal):
    until: datetime
    sentence: ClassVar[str] = N_("A seat of this slot is held for you until %(until)s.")
    remedy: ClassVar[str] = N_("Accept or decline it.")


@refusal
class AlreadyAsked(Refusal):
    sentence: ClassVar[str] = N_("You have asked for a seat in this slot already.")
    remedy: ClassVar[str] = N_("You are told as soon as it is decided.")


@refusal
class NotOpenYet(Refusal):
    opens_at: datetime
    sentence: ClassVar[str] = N_("Sign-up opens %(opens_at)s.")
    remedy: ClassVar[str] = N_("Come back then; what counts is the server's clock.")


@refusal
class Assigned(Refusal):
    sentence: ClassVar[str] = N_("The organizers of this activity assign its seats.")
    remedy: ClassVar[str] = N_("Tell those who run it if you would like to come.")


@refusal
class NotAnnounced(Refusal):
    sentence: ClassVar[str] = N_("The draw for this slot is about to be announced.")
    remedy: ClassVar[str] = N_("Come back in a minute; when you ask makes no difference in a draw.")


@refusal
class DrawClosed(Refusal):
    closed_at: datetime
    sentence: ClassVar[str] = N_("One could take part in the draw until %(closed_at)s.")
    remedy: ClassVar[str] = N_("If seats are left after it, you can sign up then.")


@refusal
class SignUpClosed(Refusal):
    closed_at: datetime
    sentence: ClassVar[str] = N_("Sign-up closed %(closed_at)s.")
    remedy: ClassVar[str] = N_("Ask an organizer of the activity, or look for another slot.")


@refusal
class TooShortNotice(Refusal):
    days: int
    sentence: ClassVar[str] = N_("The place must know %(days)s working days before who comes, so sign-up is closed.")
    remedy: ClassVar[str] = N_("Look for a later slot.")


@refusal
class Full(Refusal):
    sentence: ClassVar[str] = N_("All seats of this slot are taken.")
    remedy: ClassVar[str] = N_("Join the waiting list: who waits longest gets the next free seat.")


class Mine(NamedTuple):
    """What a slot is to a person already: a sign-up that holds."""

    state: SignUpState
    offered_until: datetime | None = None
    minute: int | None = None  # when the person comes after its start, where people come one after another

    def why_not_again(self) -> Refusal:
        """The reason against signing up beside it."""
        match self.state:
            case SignUpState.WAITING:
                return AlreadyWaiting()
            case SignUpState.ASKED:
                return AlreadyAsked()
        return AlreadyOffered(self.offered_until) if self.offered_until else AlreadyIn()


# ── decisions ───────────────────────────────────────────────────────────────


def why_not_sign_up(
    offer: Offer,
    person: Person,
    mine: Mine | None,
    busy: Collection[Busy],
    now: datetime,
    *,
    waiting: bool = False,
) -> Refusal | None:
    """The first reason against signing up, or None. With `waiting`: against joining the waiting list of a full slot."""
    return (
        why_over(offer, now)
        or (mine.why_not_again() if mine else None)
        or why_ineligible(offer, person)
        or (Assigned() if offer.way_in is WayIn.ASSIGNMENT else None)
        or why_paused(person, now)
        or _outside_window(offer, person.norms.zone, now)
        or why_no_time_for(offer, busy, person)
        or (Full() if offer.entry is SignUpState.WAITING and not waiting else None)
    )


def why_over(offer: Offer, now: datetime) -> Refusal | None:
    if offer.state is SlotState.CANCELLED:
        return SlotCancelled()
    return AlreadyStarted() if now >= offer.starts_at else None


def why_no_time_for(offer: Offer, busy: Collection[Busy], person: Person) -> Refusal | None:
    """The reason why the person has no time for it. Where people come one after another it is that of the first time,
    and only where the person can come at none of them."""
    if not offer.quarters:
        return why_no_time(offer.duty, busy, person.norms)
    reasons = [why_no_visit(offer, one.minute, busy, person) for one in to_choose_from(offer.quarters)]
    return reasons[0] if reasons and all(reasons) else None


def why_no_visit(offer: Offer, minute: int, busy: Collection[Busy], person: Person) -> Refusal | None:
    """The reason why the person has no time to come so many minutes after the start."""
    return why_no_time(offer.duty_at(minute), busy, person.norms)


def why_ineligible(offer: Offer, person: Person) -> Refusal | None:
    if offer.stages and Stages[person.stage.name] not in offer.stages:
        return WrongStage()
    if offer.standings and Standings[person.standing.name] not in offer.standings:
        return WrongStanding()
    if offer.eligible_path and not person.unit_path.startswith(offer.eligible_path):
        return WrongUnit(offer.eligible_unit or "")
    if offer.classes and person.class_name not in offer.classes:
        return WrongClass(offer.classes)
    day = offer.starts_at.astimezone(person.norms.zone).date() if offer.needs else None
    return why_not_trained(offer.needs, person.trainings, day) if day else None


def _outside_window(offer: Offer, zone: tzinfo, now: datetime) -> Refusal | None:
    if offer.opens_at and now < offer.opens_at:
        return NotOpenYet(offer.opens_at)
    if offer.closes_at and now >= offer.closes_at:
        return SignUpClosed(offer.closes_at)
    if offer.awaits_draw and offer.draws_at is None:
        return NotAnnounced()
    if offer.awaits_draw and offer.draws_at and now >= offer.draws_at:
        return DrawClosed(offer.draws_at)
    if offer.notice_days and now.astimezone(zone).date() > notice_day(offer, zone):
        return TooShortNotice(offer.notice_days)
    return None


def notice_day(offer: Offer, zone: tzinfo) -> date:
    """The last day on which one may sign up where the place must know some working days before who comes."""
    return add_working_days(offer.starts_at.astimezone(zone).date(), -offer.notice_days, dict(offer.specials))

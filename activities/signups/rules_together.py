"""Teams that come together, and people who wait for any of several slots."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import ClassVar, TypeVar

from activities.duties.rules import WayIn
from activities.kit.refusal import N_, Refusal, refusal
from activities.signups.rules import Mine, Offer, why_ineligible, why_no_time_for, why_not_sign_up, why_over
from activities.signups.rules_person import Person, why_paused
from activities.signups.rules_places import Guest, Places
from activities.signups.rules_soft import AskFirst, Consent, why_not_consented
from activities.signups.rules_time import Busy

# Until how long before the start free seats are gathered for a team; then they go to whom they are enough for.
GATHERS_UNTIL = timedelta(hours=24)
LARGEST_TEAM = 20
LARGEST_WISH = 10

T = TypeVar("T")


# ── refusals ──────────────────────────────────────────────────────────────────


@refusal
class TeammateCannot(Refusal):
    names: str
    sentence: ClassVar[str] = N_("Something stands in the way of %(names)s.")
    bare: ClassVar[str] = N_("Something stands in the way of somebody in your team.")
    remedy: ClassVar[str] = N_("The slot's page tells them what. Without them the team can go on: they can leave it.")


@refusal
class NotSeveral(Refusal):
    most: int
    sentence: ClassVar[str] = N_("Choose at least two slots, and at most %(most)s.")


@refusal
class NotAllOfThem(Refusal):
    name: str
    starts_at: datetime
    sentence: ClassVar[str] = N_("You cannot wait for “%(name)s”, %(starts_at)s.")
    remedy: ClassVar[str] = N_("The slot's page says why. Choose others.")


@refusal
class NotTogether(Refusal):
    sentence: ClassVar[str] = N_("Seats of this activity do not go to whoever comes first.")
    remedy: ClassVar[str] = N_("Sign up for each slot by yourself.")


@refusal
class InTeam(Refusal):
    sentence: ClassVar[str] = N_("You are in a team for this slot already.")
    remedy: ClassVar[str] = N_("Leave that one first.")


@refusal
class TeamClosed(Refusal):
    sentence: ClassVar[str] = N_("This team is signed up or dissolved already.")


@refusal
class TeamFull(Refusal):
    most: int
    sentence: ClassVar[str] = N_("A team for this slot has at most %(most)s people.")
    remedy: ClassVar[str] = N_("Make another team for the others.")


@refusal
class OneSeat(Refusal):
    sentence: ClassVar[str] = N_("This slot has a single seat, so nobody comes to it as a team.")
    remedy: ClassVar[str] = N_("Sign up by yourself, or choose a slot with more seats.")


@refusal
class TeamOfOne(Refusal):
    sentence: ClassVar[str] = N_("Nobody else is in the team yet.")
    remedy: ClassVar[str] = N_("Hand its address to the others, or sign up by yourself.")


@refusal
class NotLeading(Refusal):
    sentence: ClassVar[str] = N_("Only who leads the team can do this.")
    remedy: ClassVar[str] = N_("Who has been in it longest leads it.")


@refusal
class OnTheirOwn(Refusal):
    sentence: ClassVar[str] = N_("This team is signed up, and each of it has come by a seat or a place alone.")
    remedy: ClassVar[str] = N_("Who cannot come withdraws from the slot.")


@refusal
class NobodyToInvite(Refusal):
    sentence: ClassVar[str] = N_("Nobody with this number can join the team.")
    remedy: ClassVar[str] = N_("Check the number, or hand the team's address to the person.")


# ── decisions ─────────────────────────────────────────────────────────────────


def share_out(
    line: Iterable[Sequence[T]], free: int, capacity: int, *, gathers: bool,
    admits: Callable[[Sequence[T]], bool] = lambda _: True,
) -> tuple[list[T], int]:  # fmt: skip
    """Who gets the free seats, and how many of them are gathered. `line` holds the parties that are ready, who waits
    longest first: one person, or a team that stays whole. A team for which the seats are not enough yet has them
    gathered, and nobody behind it gets one meanwhile; once it is too late for that (`gathers`), or where it is larger
    than the slot, the seats go on to whom they are enough for. `admits` is asked of each party whose turn it is, and
    takes places for it where people come at times of their own: whom it finds none for keeps the place in line."""
    chosen: list[T] = []
    for party in line:
        if len(party) <= free - len(chosen):
            chosen += party if admits(party) else ()
        elif gathers and len(party) <= capacity:
            return chosen, free - len(chosen)
    return chosen, 0


def why_not_join(
    offer: Offer, person: Person, mine: Mine | None, busy: Collection[Busy], now: datetime
) -> Refusal | None:
    """The first reason against being in a team for a slot. That sign-up opens later is none."""
    return (
        why_over(offer, now)
        or _not_together(offer)
        or (OneSeat() if offer.capacity == 1 else None)
        or (mine.why_not_again() if mine else None)
        or why_ineligible(offer, person)
        or why_paused(person, now)
        or why_no_time_for(offer, busy, person)
    )


def why_not_grow(joined: int, capacity: int, *, whole: bool) -> Refusal | None:
    """The reason against one more in a team. One that stays whole is no larger than the slot."""
    most = min(capacity, LARGEST_TEAM) if whole else LARGEST_TEAM
    return TeamFull(most) if joined >= most else None


def why_not_team(joined: int, capacity: int, *, whole: bool) -> Refusal | None:
    """The reason against signing a team of so many up."""
    return TeamOfOne() if joined < 2 else why_not_grow(joined - 1, capacity, whole=whole)


def seats_for_team(guests: Sequence[Guest], left: int, seat: Callable[..., bool], *, whole: bool) -> set[int]:
    """Who of a team gets a seat at once, in its order. `seat` takes the places of those it is asked of, all or none
    of them (`Places.seat`)."""
    if whole:
        return {one.id for one in guests} if len(guests) <= left and seat(*guests) else set()
    seated: set[int] = set()
    for one in guests:
        if len(seated) < left and seat(one):
            seated.add(one.id)
    return seated


def why_not_any(
    offers: Iterable[Offer], person: Person, mine: Mapping[int, Mine], busy: Collection[Busy], now: datetime
) -> Refusal | None:
    """The reason against waiting for any of several slots: that one of them is not to be waited for. They may overlap
    each other, since only one of them is taken. `mine` by slot."""
    for offer in offers:
        if not_together := _not_together(offer):
            return not_together
        if why_not_sign_up(offer, person, mine.get(offer.id), busy, now, waiting=True):
            return NotAllOfThem(offer.name, offer.starts_at)
    return None


def why_not_consented_to_any(several: Iterable[Places], guest: Guest, consent: Consent) -> Refusal | None:
    """What the person has still to confirm for several slots: the soft rules of all at once. Their risks are read
    together: any version confirmed is that of all."""
    reasons: dict[str, Refusal] = {}
    for places in several:
        read = consent._replace(risks_version=places.offer.risks_version if consent.risks_version else 0)
        match why_not_consented(places, guest, read):
            case AskFirst(reasons=some):
                reasons |= {why.key: why for why in some}
            case Refusal() as refusal:
                return refusal
    return AskFirst(tuple(reasons.values())) if reasons else None


def why_not_several(count: int) -> Refusal | None:
    return None if 2 <= count <= LARGEST_WISH else NotSeveral(LARGEST_WISH)


def _not_together(offer: Offer) -> Refusal | None:
    """Where somebody or a draw decides, each asks alone."""
    return None if offer.way_in is WayIn.FIRST_COME else NotTogether()


def gathers(starts_at: datetime, now: datetime) -> bool:
    """Whether it is early enough to gather seats for a team."""
    return starts_at - now > GATHERS_UNTIL

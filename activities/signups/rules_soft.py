"""What a person confirms: to have read the risks, and to know what speaks against a slot, which they may take all the
same. Every way in which somebody takes a duty asks here, and every page of it says what would be asked."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import ClassVar, NamedTuple

from activities.kit.refusal import N_, Refusal, refusal
from activities.signups.rules import Offer, why_no_visit
from activities.signups.rules_person import Person
from activities.signups.rules_places import Guest, Places
from activities.signups.rules_time import ClashesWithTimetable, what_clashes, what_strains


class Consent(NamedTuple):
    """What a person has confirmed on the form: the version of the risks they have read, the soft rules, by their keys,
    of which they know, and when they come where people come one after another."""

    risks_version: int = 0
    known: frozenset[str] = frozenset()
    arrival_id: int = 0


@refusal
class RisksNotRead(Refusal):
    sentence: ClassVar[str] = N_("This duty has risks: confirm that you have read them and the safeguards.")
    remedy: ClassVar[str] = N_("Read them on the slot's page, and tick the box.")


@refusal
class AskFirst(Refusal):
    """The soft rules that speak against it: the person may go on, knowing them."""

    reasons: tuple[Refusal, ...]
    sentence: ClassVar[str] = N_("Something speaks against this.")
    remedy: ClassVar[str] = N_("Look at the reasons, and sign up anyway if you still want to.")


class AtTime(NamedTuple):
    """What of a time at which people come stands in somebody's way, and what merely speaks against it."""

    bar: Refusal | None
    warnings: tuple[Refusal, ...]

    @property
    def said(self) -> tuple[Refusal, ...]:
        return (self.bar,) if self.bar else self.warnings


def why_not_consented(places: Places, guest: Guest, consent: Consent) -> Refusal | None:
    """What the person has still to confirm before they take what no rule forbids."""
    offer = places.offer
    if offer.risks_version and consent.risks_version != offer.risks_version:
        return RisksNotRead()
    return why_not_known(places, guest, consent)


def why_not_known(places: Places, guest: Guest, consent: Consent) -> AskFirst | None:
    """What the person has still to know before they take a seat for which they have waited, or to which they were
    assigned."""
    return why_not_aware(what_speaks_against(places, guest), consent.known)


def why_not_aware(speaks: Iterable[Refusal], known: Collection[str]) -> AskFirst | None:
    """What of all that speaks against it, each rule once, the person has still to know."""
    reasons: dict[str, Refusal] = {}
    for why in speaks:
        if why.key not in known:
            reasons.setdefault(why.key, why)
    return AskFirst(tuple(reasons.values())) if reasons else None


def what_speaks_against(places: Places, guest: Guest) -> tuple[Refusal, ...]:
    """The soft rules, each once. Where people come one after another it is asked of the time that the person has got
    in `places`, and before there is one of all that they may get."""
    found: dict[str, Refusal] = {}
    for minute in places.may_come(guest):
        for why in _at(places.offer, guest, minute):
            found.setdefault(why.key, why)
    return tuple(found.values())


def at_times(offer: Offer, guest: Guest) -> dict[int, AtTime]:
    """What there is for somebody to think of at each time at which people come, by its id; nothing where there is
    nothing."""
    found = {}
    for one in offer.quarters:
        bar = why_no_visit(offer, one.minute, guest.busy, guest.person)
        warnings = () if bar else tuple(_at(offer, guest, one.minute))
        if bar or warnings:
            found[one.id] = AtTime(bar, warnings)
    return found


def why_busy(offer: Offer, person: Person, minute: int | None = None) -> ClashesWithTimetable | None:
    """What of the person's timetable is at its time, so many minutes after the start where people come one after
    another; nothing is known before there is a time."""
    if (offer.quarters and minute is None) or not person.timetable:
        return None
    return what_clashes(offer.duty_at(minute), person.timetable, person.norms.zone)


def _at(offer: Offer, guest: Guest, minute: int | None) -> list[Refusal]:
    clash = why_busy(offer, guest.person, minute)
    return [*([clash] if clash else []), *what_strains(offer.duty_at(minute), guest.busy, guest.person.norms)]

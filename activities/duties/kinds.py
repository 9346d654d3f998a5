"""Kinds of activity. One machinery serves them all; a kind is a declaration, and adding one touches nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple

from activities.kit.refusal import N_


class Ledger(StrEnum):
    """Where time counts. They are never added together (Order 67, Art. 19: only volunteer service is certified so)."""

    SERVICE = "service"
    DUTY = "duty"
    LEARNING = "learning"
    ORGANISATION = "organisation"


LEDGER_NAMES = {
    Ledger.SERVICE: N_("Volunteer service"),
    Ledger.DUTY: N_("Post duty"),
    Ledger.LEARNING: N_("Study"),
    Ledger.ORGANISATION: N_("Organisational life"),
}


class Topic(StrEnum):
    """What study is about: the five contents of members' education."""

    THEORY = "theory"
    RULES = "rules"
    SITUATION = "situation"
    SCHOOL = "school"
    EXAMPLES = "examples"


TOPIC_NAMES = {
    Topic.THEORY: N_("Basic theory of the Party"),
    Topic.RULES: N_("Charter and discipline"),
    Topic.SITUATION: N_("Situation and policy"),
    Topic.SCHOOL: N_("The school's history and life"),
    Topic.EXAMPLES: N_("Exemplary deeds"),
}


# Where a kind may say that a minute weighs more or less than a minute. Volunteer service is the time that was given and
# nothing else (Order 67, Art. 7), and so is what was studied or sat through.
WEIGHABLE = frozenset({Ledger.DUTY})


class Weight(NamedTuple):
    """From a day on a minute weighs so many hundredths. What was recorded keeps the weight that it had, so the day of a
    new one lies ahead of the release that brings it."""

    since: date
    percent: int


class Evidence(StrEnum):
    """How it is known that somebody was there. A second person's signature comes on top of how it was recorded."""

    ROTATING_CODE = "rotating_code"
    POSTED_CODE = "posted_code"
    ORGANIZER_TICK = "organizer_tick"
    COUNTERSIGNED = "countersigned"
    IMPORTED = "imported"
    TYPED_LATER = "typed_later"


EVIDENCE_NAMES = {
    Evidence.ROTATING_CODE: N_("A code on the organizer's screen"),
    Evidence.POSTED_CODE: N_("A code posted at the place"),
    Evidence.ORGANIZER_TICK: N_("An organizer's list"),
    Evidence.COUNTERSIGNED: N_("Countersigned by a second person"),
    Evidence.IMPORTED: N_("Imported"),
    Evidence.TYPED_LATER: N_("Typed in later"),
}
# What shows by itself that another person was there at that time; of everything else somebody has yet to vouch.
WITNESSED = (Evidence.ROTATING_CODE, Evidence.ORGANIZER_TICK)


class CheckOut(StrEnum):
    """Whether people check out, and what counts of who has checked in and not out."""

    NOT_ASKED = "not_asked"  # nobody checks out: it counts to the end
    OR_TO_THE_END = "or_to_the_end"
    OR_NOTHING = "or_nothing"  # nothing counts until they check out, or an organizer says how long they were there


class PhotoMoment(StrEnum):
    """What a photo of a slot shows: its place before and after, or whatever was done."""

    BEFORE = "before"
    AFTER = "after"
    DURING = "during"


PHOTO_MOMENT_NAMES = {
    PhotoMoment.BEFORE: N_("Before the work"),
    PhotoMoment.AFTER: N_("After the work"),
    PhotoMoment.DURING: N_("What was done"),
}


@dataclass(frozen=True)
class Measure:
    """One thing a kind counts after a slot: rooms checked, elders visited. `unit` is what one of it is called, `places`
    how many decimals it has (at most three), `most` the largest that is believed. `is_each`: entered for each person
    rather than once for the slot; `is_score`: what is meant over many is the average, not the sum; `part_of`: the
    measure of which it is a part, so that it cannot be more."""

    key: str
    name: str
    unit: str = ""
    places: int = 0
    most: int = 100_000
    is_each: bool = False
    is_score: bool = False
    part_of: str = ""


@dataclass(frozen=True)
class Good:
    """A category of things that are collected and given away, and what one of it is called."""

    key: str
    name: str
    unit: str


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A declaration. `seal` is its two letters, in Chinese one character; `colour` one of the theme's `--k-*`.
    `evidence` is what makes hours final at once: on anything weaker they stay provisional until a second person
    countersigns. `takes_walk_ins`: whoever comes without having signed up may join. `is_told_by_people`: beside the
    organizers, who has a seat, and so who holds the post, may enter what was achieved. `photos` are what its photos
    show; before and after stand side by side. `goods` are the categories of things of which lots are kept, moved and
    delivered. `weights` say what its time weighs, in the order of their days: that stands beside the time that was
    given, never in its place. `renamed` are the moments at which it was given another name: calendars show it, and must
    notice."""

    key: str
    name: str
    seal: str
    colour: str
    ledger: Ledger
    measures: tuple[Measure, ...] = ()
    has_standing_holder: bool = False
    has_timed_arrival: bool = False
    takes_walk_ins: bool = True
    evidence: tuple[Evidence, ...] = WITNESSED
    check_out: CheckOut = CheckOut.NOT_ASKED
    is_told_by_people: bool = False
    photos: tuple[PhotoMoment, ...] = ()
    goods: tuple[Good, ...] = ()
    weights: tuple[Weight, ...] = ()
    renamed: tuple[datetime, ...] = ()

    def __post_init__(self) -> None:
        if self.has_standing_holder and self.has_timed_arrival:
            raise ValueError(f"{self.key}: who holds a post is there all the time, and comes at no time of their own")
        if any(m.part_of and self.measure(m.part_of) is None for m in self.measures):
            raise ValueError(f"{self.key}: a measure is part of one that is not declared")
        if self.photos and not self.measures:
            raise ValueError(f"{self.key}: photos stand beside what was achieved")
        if weak := set(self.evidence).difference(WITNESSED):
            raise ValueError(f"{self.key}: nobody else has seen what is known from {', '.join(sorted(weak))}")

        if self.weights and self.ledger not in WEIGHABLE:
            raise ValueError(f"{self.key}: time of the ledger {self.ledger!r} weighs what it is")
        if any(weight.percent <= 0 for weight in self.weights):
            raise ValueError(f"{self.key}: time weighs something")

    def percent_on(self, day: date) -> int:
        """What a minute of that day weighs, in hundredths."""
        return next((weight.percent for weight in reversed(self.weights) if weight.since <= day), 100)

    def measure(self, key: str) -> Measure | None:
        return next((measure for measure in self.measures if measure.key == key), None)

    def good(self, key: str) -> Good | None:
        return next((good for good in self.goods if good.key == key), None)


THINGS = (
    Good("clothes", N_("Clothes"), N_("pieces")),
    Good("shoes", N_("Shoes"), N_("pairs")),
    Good("books", N_("Books"), N_("books")),
    Good("bedding", N_("Bedding"), N_("pieces")),
    Good("other_things", N_("Other things"), N_("items")),
)

KINDS: dict[str, Kind] = {}


def declare(kind: Kind) -> Kind:
    """Add a kind to those the product runs."""
    if kind.key in KINDS:
        raise ValueError(f"the kind {kind.key!r} is declared twice")
    KINDS[kind.key] = kind
    return kind


def kind_of(key: str) -> Kind:
    return KINDS[key]


declare(
    Kind(
        key="energy", name=N_("Energy-saving post"), seal=N_("En"), colour="energy", ledger=Ledger.DUTY,
        measures=(
            Measure("rooms_checked", N_("Rooms checked"), N_("rooms")),
            Measure("rooms_on", N_("Rooms found switched on"), N_("rooms"), part_of="rooms_checked"),
            Measure("devices_on", N_("Devices found switched on"), N_("devices")),
            Measure("energy_saved", N_("Energy saved"), N_("kWh"), places=1),
        ),
        has_standing_holder=True, takes_walk_ins=False, is_told_by_people=True, photos=(PhotoMoment.DURING,),
        # A round at noon or late in the evening costs more of a day than the quarter of an hour that it takes.
        weights=(Weight(date(2026, 9, 1), 120),),
    )
)  # fmt: skip
declare(
    Kind(
        key="cleaning", name=N_("Cleaning zone"), seal=N_("Cl"), colour="clean", ledger=Ledger.SERVICE,
        measures=(Measure("zone_score", N_("Inspection score"), N_("points"), places=1, most=100, is_score=True),),
        photos=(PhotoMoment.BEFORE, PhotoMoment.AFTER),
    )
)  # fmt: skip
declare(
    Kind(
        key="elder_care", name=N_("Elder care"), seal=N_("El"), colour="elder", ledger=Ledger.SERVICE,
        measures=(Measure("elders_visited", N_("Elders visited"), N_("people")),), evidence=(Evidence.ROTATING_CODE,),
        check_out=CheckOut.OR_NOTHING, photos=(PhotoMoment.DURING,),
    )
)  # fmt: skip
declare(
    Kind(
        key="donation", name=N_("Donation drive"), seal=N_("Do"), colour="goods", ledger=Ledger.SERVICE,
        measures=(
            Measure("clothes", N_("Clothes collected"), N_("pieces")),
            Measure("books", N_("Books collected"), N_("books")),
            Measure("bedding", N_("Bedding collected"), N_("pieces")),
            Measure("other_items", N_("Other things collected"), N_("items")),
        ),
        photos=(PhotoMoment.DURING,), goods=THINGS,
    )
)  # fmt: skip
declare(
    Kind(
        key="blood", name=N_("Blood drive"), seal=N_("Bl"), colour="blood", ledger=Ledger.SERVICE,
        measures=(Measure("registrants", N_("Registrants"), N_("people")),), has_timed_arrival=True,
    )
)  # fmt: skip
declare(
    Kind(
        key="study", name=N_("Theory study"), seal=N_("St"), colour="study", ledger=Ledger.LEARNING,
        measures=(Measure("characters", N_("Characters submitted"), N_("characters"), is_each=True),),
    )
)  # fmt: skip
declare(
    Kind(
        key="reception", name=N_("Reception day"), seal=N_("Re"), colour="recv", ledger=Ledger.DUTY,
        measures=(Measure("visitors", N_("Visitors received"), N_("people")),),
    )
)  # fmt: skip
declare(Kind(key="meeting", name=N_("Meeting"), seal=N_("Me"), colour="meet", ledger=Ledger.ORGANISATION))
declare(Kind(key="party_school", name=N_("Party school"), seal=N_("Sc"), colour="school", ledger=Ledger.LEARNING))
declare(
    Kind(
        key="practice_team", name=N_("Practice team"), seal=N_("Te"), colour="team", ledger=Ledger.SERVICE,
        measures=(Measure("questionnaires", N_("Questionnaires returned"), N_("sheets"), is_each=True),),
        check_out=CheckOut.OR_TO_THE_END, photos=(PhotoMoment.DURING,),
    )
)  # fmt: skip
declare(
    Kind(
        key="aid", name=N_("Aid to students"), seal=N_("Ai"), colour="aid", ledger=Ledger.SERVICE,
        measures=(Measure("people_helped", N_("People helped"), N_("people")),), goods=THINGS,
    )
)  # fmt: skip

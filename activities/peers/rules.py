"""Who reviews whom, and what of it the reviewed may know. Pure, on plain values."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from enum import StrEnum
from hashlib import sha256
from typing import ClassVar, NamedTuple

from activities.kit.refusal import N_, Refusal, refusal

# What people are asked about one another, where nothing else is set.
CRITERIA = (
    N_("Ideals and convictions"), N_("Serving others"), N_("Work and study"), N_("Discipline and conduct"),
)  # fmt: skip
# In the place of a mark that is not chosen yet.
NO_MARK = "-"
MARKS = (N_("Very good"), N_("Good"), N_("Fair"), N_("Weak"))
MOST_CRITERIA, LONGEST_CRITERION, MOST_CHARACTERS = 8, 40, 500
# Fewer reviews than this are never added up; and whoever is drawn for more could do none of them well.
FEWEST, MOST_EACH = 3, 30


class Scope(StrEnum):
    """Among whom people review one another."""

    UNIT = "unit"
    CLASS = "class"


SCOPE_NAMES = {Scope.UNIT: N_("Everyone of a unit"), Scope.CLASS: N_("Everyone of a class within a unit")}


class PeerRule(NamedTuple):
    """Each reviews `each` others of the same group, or all where it is 0; of whom fewer than `least` have handed in a
    review, nothing is shown."""

    scope: Scope = Scope.UNIT
    each: int = 4
    least: int = FEWEST
    criteria: tuple[str, ...] = CRITERIA


class Peer(NamedTuple):
    """A participant: `number` is what everybody knows them by, `person` the same for all accounts of one person."""

    id: int
    number: str
    person: int
    group: str


@refusal
class TooManyEach(Refusal):
    people: int
    most: int
    sentence: ClassVar[str] = N_("In a group of %(people)s each would review more than %(most)s others.")
    remedy: ClassVar[str] = N_("Let a few be drawn for each instead.")


@refusal
class TooFewEach(Refusal):
    each: int
    least: int
    sentence: ClassVar[str] = N_("With %(each)s reviews of each, and nothing shown below %(least)s, nothing could be.")
    remedy: ClassVar[str] = N_("Draw more, or ask for fewer.")


@refusal
class ReviewsBegun(Refusal):
    sentence: ClassVar[str] = N_("Some have begun to write; who reviews whom stays as it is.")


@refusal
class NotDrawn(Refusal):
    sentence: ClassVar[str] = N_("It has not been drawn yet who reviews whom.")


@refusal
class NothingMissing(Refusal):
    sentence: ClassVar[str] = N_("Nobody came or left since: nothing is missing.")


@refusal
class OwnReview(Refusal):
    sentence: ClassVar[str] = N_("Nobody reviews themselves.")


@refusal
class MarksMissing(Refusal):
    sentence: ClassVar[str] = N_("Choose a mark for each, or keep it as a draft.")


@refusal
class ReviewHandedIn(Refusal):
    sentence: ClassVar[str] = N_("This review is handed in.")


def why_not_rule(rule: PeerRule, groups: Mapping[str, Collection[Peer]]) -> Refusal | None:
    if rule.each and rule.each < rule.least:
        return TooFewEach(rule.each, rule.least)
    largest = max(map(len, groups.values()), default=0)
    return None if rule.each or largest <= MOST_EACH + 1 else TooManyEach(largest, MOST_EACH)


def grouped(people: Sequence[Peer]) -> dict[str, list[Peer]]:
    """By group, each person once: by that of their accounts which comes first."""
    found: dict[str, list[Peer]] = {}
    seen: set[int] = set()
    for one in people:
        if one.person not in seen:
            seen.add(one.person)
            found.setdefault(one.group, []).append(one)
    return found


def drawn(groups: Mapping[str, Sequence[Peer]], each: int, seed: str) -> list[tuple[int, int]]:
    """Who reviews whom. All of a group stand in a ring, in the order of the hashes of the seed with their numbers, and
    each reviews the next ones: so everybody reviews as many as review them, and the same seed comes to the same."""
    pairs = []
    for people in groups.values():
        ring = sorted(people, key=lambda one: (lot(seed, one.number), one.number))
        steps = min(each or len(ring), len(ring) - 1)
        pairs += [
            (one.id, ring[(place + step) % len(ring)].id)
            for place, one in enumerate(ring)
            for step in range(1, steps + 1)
        ]
    return pairs


def lot(seed: str, number: str) -> str:
    return sha256(f"{seed}:{number}".encode()).hexdigest()


class There(NamedTuple):
    """A review that is asked for, between people who both take part still."""

    id: int
    reviewer: int
    reviewed: int
    has_begun: bool


class Gap(NamedTuple):
    """What a ring of the people of today asks for and is not there, and what is there without being asked for: nobody
    has begun what is `spare`; `from_before` is what somebody has. `untold` people are in groups too small for anything
    to be told of them."""

    missing: list[tuple[int, int]]
    spare: list[int]
    as_drawn: int
    from_before: int
    untold: int


def gap(groups: Mapping[str, Sequence[Peer]], rule: PeerRule, seed: str, there: Sequence[There]) -> Gap:
    """The ring is found by hashes, so that who comes or leaves moves their neighbours alone."""
    wanted = drawn(groups, rule.each, seed)
    asked, given = set(wanted), {(one.reviewer, one.reviewed) for one in there}
    others = [one for one in there if (one.reviewer, one.reviewed) not in asked]
    return Gap(
        [pair for pair in wanted if pair not in given], [one.id for one in others if not one.has_begun],
        len(there) - len(others), sum(one.has_begun for one in others),
        sum(len(people) for people in groups.values() if len(people) <= rule.least),
    )  # fmt: skip


class Verdict(NamedTuple):
    """How many reviews are as the seed says, are left from before people came or left, and are still to be given out;
    and what is wrong, or nothing."""

    as_drawn: int
    from_before: int
    missing: int
    wrong: str


def seed_hash(seed: str) -> str:
    """What may be shown of a seed."""
    return sha256(seed.encode()).hexdigest()


def pairs_hash(seed: str, pairs: Collection[tuple[int, int]]) -> str:
    """Of who reviews whom, with the seed, so that nobody can try out the few pairs that a small group can have."""
    lines = "\n".join(f"{reviewer}>{reviewed}" for reviewer, reviewed in sorted(pairs))
    return sha256(f"{seed}\n{lines}".encode()).hexdigest()


class Told(NamedTuple):
    """What the reviewed may know: of each criterion how often each mark was given, and the comments, in an order that
    says nothing."""

    reviews: int
    marks: list[list[int]]
    comments: list[str]


Written = tuple[Sequence[int], str]  # marks by criterion, and a comment


def told(batches: Sequence[Sequence[Written]], criteria: int, least: int) -> Told | None:
    """`batches` are the reviews that were handed in before each end of the step. A batch of fewer than `least` waits
    for the next: whoever remembers what was shown before would read those few from the difference."""
    reviews: list[Written] = []
    waiting: list[Written] = []
    for batch in batches:
        waiting += batch
        if len(waiting) >= least:
            reviews, waiting = reviews + waiting, []
    if not reviews:
        return None
    marks = [[sum(given[n] == mark for given, _ in reviews) for mark in range(len(MARKS))] for n in range(criteria)]
    comments = sorted((text for _, text in reviews if text), key=lambda text: sha256(text.encode()).digest())
    return Told(len(reviews), marks, comments)

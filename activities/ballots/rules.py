"""Secret ballots: who may put in a paper, how papers become counts, and what of the counts may be known."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar, NamedTuple

from activities.kit.refusal import N_, Refusal, refusal

# Below so many voters no result is ever shown. A ballot may ask for more, and none for fewer than the last.
DEFAULT_LEAST, FEWEST = 5, 3
FEWEST_CHOICES, MOST_CHOICES, LONGEST_CHOICE = 2, 8, 20
# As many people as somebody can think about on one form.
MOST_PEOPLE = 200
REMIND_BEFORE = timedelta(days=1)

# The choices where nothing else is said; a ballot keeps them by these words, which are translated where they are shown.
DEFAULT_CHOICES = (
    N_("Excellent"), N_("Qualified"), N_("Basically qualified"), N_("Not qualified"), N_("I do not know them"),
)  # fmt: skip


class BallotState(StrEnum):
    DRAFT = "draft"
    OPEN = "open"
    COUNTED = "counted"
    CANCELLED = "cancelled"
    SPOILT = "spoilt"  # the box cannot be unsealed any more, so that nothing can be counted


STATE_NAMES = {
    BallotState.DRAFT: N_("being prepared"),
    BallotState.OPEN: N_("under way"),
    BallotState.COUNTED: N_("counted"),
    BallotState.CANCELLED: N_("cancelled"),
    BallotState.SPOILT: N_("cannot be counted"),
}


class Whose(StrEnum):
    """Whose papers a tally counts."""

    ALL = "all"
    MEMBERS = "members"
    MASSES = "masses"


WHOSE_NAMES = {Whose.ALL: N_("All"), Whose.MEMBERS: N_("Party members"), Whose.MASSES: N_("The masses")}


class Plan(NamedTuple):
    """What a secretary prepares. `below`: the units below take part too; `shows_own`: who is appraised sees their own
    result."""

    title: str
    below: bool
    choices: tuple[str, ...]
    asks_masses: bool
    least: int
    shows_own: bool
    ends_at: datetime


# ── refusals ────────────────────────────────────────────────────────────────


@refusal
class NobodyToAppraise(Refusal):
    sentence: ClassVar[str] = N_("Nobody is chosen to be appraised.")


@refusal
class TooManyPeople(Refusal):
    most: int
    sentence: ClassVar[str] = N_("At most %(most)s people can be appraised on one form.")
    remedy: ClassVar[str] = N_("Prepare a ballot for each branch.")


@refusal
class TooFewVoters(Refusal):
    voters: int
    least: int
    sentence: ClassVar[str] = N_(
        "Of somebody only %(voters)s people could vote, and below %(least)s no result is ever shown."
    )
    remedy: ClassVar[str] = N_("Ask the masses too, or hold the ballot in a unit with more people.")


@refusal
class EndIsPast(Refusal):
    sentence: ClassVar[str] = N_("It would end before it begins. Choose a later end.")


@refusal
class NotLater(Refusal):
    sentence: ClassVar[str] = N_("It can only be made longer. Choose an end after the present one.")


@refusal
class NotPrepared(Refusal):
    sentence: ClassVar[str] = N_("Once it was opened, what is asked stays as it is.")
    remedy: ClassVar[str] = N_("Cancel it while it is open, and prepare another one.")


@refusal
class NotOpen(Refusal):
    sentence: ClassVar[str] = N_("This ballot is not open.")


@refusal
class NotCounted(Refusal):
    sentence: ClassVar[str] = N_("Only a ballot that is counted is held anew.")


@refusal
class VoteIsOver(Refusal):
    sentence: ClassVar[str] = N_("The time to vote is over.")


@refusal
class VotedAlready(Refusal):
    sentence: ClassVar[str] = N_("You have voted. A paper that is in the box can neither be found nor changed.")


@refusal
class OwnAppraisal(Refusal):
    sentence: ClassVar[str] = N_("Nobody appraises themselves.")


@refusal
class TooFewYet(Refusal):
    least: int
    sentence: ClassVar[str] = N_("Fewer than %(least)s people have voted: closed now, it would have no result.")
    remedy: ClassVar[str] = N_("Give it more time, or cancel it.")


@refusal
class BoxIsLost(Refusal):
    sentence: ClassVar[str] = N_("The box was sealed with another key, so that no paper can be added.")
    remedy: ClassVar[str] = N_("Tell your secretary: the ballot has to be cancelled and held anew.")


def why_not_open(appraised: int, fewest_voters: int, least: int, ends_at: datetime, now: datetime) -> Refusal | None:
    """`fewest_voters` is how many could vote on the person whom fewest can."""
    if not appraised:
        return NobodyToAppraise()
    if appraised > MOST_PEOPLE:
        return TooManyPeople(MOST_PEOPLE)
    if fewest_voters < least:
        return TooFewVoters(fewest_voters, least)
    return EndIsPast() if ends_at <= now else None


def why_not_vote(state: BallotState, ends_at: datetime, has_voted: bool, now: datetime) -> Refusal | None:
    if has_voted:
        return VotedAlready()
    return why_not_going_on(state, ends_at, now)


def why_not_going_on(state: BallotState, ends_at: datetime, now: datetime) -> Refusal | None:
    """Why papers can be put in no more, and the ballot be neither extended, closed nor cancelled."""
    if state is not BallotState.OPEN:
        return NotOpen()
    return VoteIsOver() if ends_at <= now else None


def why_not_extend(ends_at: datetime, later: datetime) -> Refusal | None:
    return NotLater() if later <= ends_at else None


def remind_at(opened_at: datetime, ends_at: datetime) -> datetime:
    """When who has not voted is reminded: a day before the end, and of a short ballot when half of it is over."""
    return max(ends_at - REMIND_BEFORE, opened_at + (ends_at - opened_at) / 2)


# ── the box ─────────────────────────────────────────────────────────────────


class Shape(NamedTuple):
    """So many people are appraised, and each paper says one of so many choices of each, or none."""

    people: int
    choices: int

    @property
    def cells(self) -> int:
        return self.people * len(GROUPS) * (self.choices + 1)

    def cell(self, place: int, of_masses: bool, choice: int | None) -> int:
        """Where it is counted that a choice was made of who stands at a place; the last is for none."""
        column = self.choices if choice is None else choice
        return (place * len(GROUPS) + of_masses) * (self.choices + 1) + column


GROUPS = (Whose.MEMBERS, Whose.MASSES)


def empty_box(shape: Shape) -> bytes:
    return _packed([0] * shape.cells)


def put_in(box: bytes, shape: Shape, of_masses: bool, ticks: Mapping[int, int | None]) -> bytes:
    """A box of the same length that counts this paper too: nothing in it is a paper, or says in which order they
    came. `ticks` are by place."""
    counts = _unpacked(box, shape)
    for place, choice in ticks.items():
        counts[shape.cell(place, of_masses, choice)] += 1
    return _packed(counts)


def counted(box: bytes, shape: Shape) -> list[dict[Whose, tuple[int, ...]]]:
    """By place, the counts of each group: of every choice, and last of how many made none."""
    counts, width = _unpacked(box, shape), shape.choices + 1
    rows = [tuple(counts[start : start + width]) for start in range(0, len(counts), width)]
    return [dict(zip(GROUPS, rows[n : n + 2], strict=True)) for n in range(0, len(rows), 2)]


def _packed(counts: Iterable[int]) -> bytes:
    numbers = list(counts)
    return struct.pack(f">{len(numbers)}I", *numbers)


def _unpacked(box: bytes, shape: Shape) -> list[int]:
    return list(struct.unpack(f">{shape.cells}I", box))


def publishable(groups: Mapping[Whose, Sequence[int]], least: int) -> dict[Whose, tuple[int, ...]]:
    """What may be known of the papers on one person: nothing of fewer than `least` of them. One group by itself only
    where the other, which is what is left of all, is not fewer either."""
    papers = [sum(counts) for counts in groups.values()]
    if sum(papers) < least:
        return {}
    shown = {Whose.ALL: tuple(map(sum, zip(*groups.values(), strict=True)))}
    if all(number >= least for number in papers):
        shown.update({group: tuple(counts) for group, counts in groups.items()})
    return shown

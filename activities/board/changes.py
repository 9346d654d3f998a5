"""What is done to many slots at once, decided on plain values: which change, which stay as they are, and why. The page
shows it, the verb asks again under its locks."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import ClassVar, NamedTuple, Protocol

from activities.duties.rules import ByHand, SlotState, why_not_move, why_not_touch
from activities.kit.refusal import N_, Refusal, refusal
from activities.signups.rules_arrivals import SeatsByTime
from activities.signups.rules_keeping import (
    Duty,
    SeatedElsewhere,
    Times,
    in_two_places,
    why_not_capacity,
    why_not_withdrawable,
)

MOST_SLOTS = 500
MOST_MINUTES = 24 * 60
# How long whoever changed many slots can take that back.
UNDO_WITHIN = timedelta(minutes=10)


# ── facts ───────────────────────────────────────────────────────────────────


class Chosen(NamedTuple):
    """A slot that was ticked: what decides over its change, and what names it. `people` hold a seat, wait or have
    asked for one."""

    id: int
    public_id: str
    revision: int
    state: SlotState
    starts_at: datetime
    ends_at: datetime
    capacity: int
    taken: int
    people: int
    withdraw_minutes: int
    post: str
    activity: str
    is_timed: bool = False  # people come one after another: the places at its times are its seats
    by_hand: ByHand = ByHand(0)


class Look(NamedTuple):
    """Time and seats that a slot has, or would have."""

    starts_at: datetime
    ends_at: datetime
    capacity: int


class Act(Protocol):
    """Something to do to each of many slots. `becomes` is None where it is none any more."""

    key: ClassVar[str]
    # Whether people are told of it.
    tells: ClassVar[bool]

    def becomes(self, slot: Chosen) -> Look | None: ...


@dataclass(frozen=True)
class Seats:
    """Give each slot so many seats."""

    capacity: int
    key: ClassVar[str] = "seats"
    tells: ClassVar[bool] = False

    def becomes(self, slot: Chosen) -> Look:
        return Look(slot.starts_at, slot.ends_at, self.capacity)


@dataclass(frozen=True)
class Move:
    """Let each slot begin and end so many minutes later, or earlier."""

    minutes: int
    key: ClassVar[str] = "move"
    tells: ClassVar[bool] = True

    def becomes(self, slot: Chosen) -> Look:
        by = timedelta(minutes=self.minutes)
        return Look(slot.starts_at + by, slot.ends_at + by, slot.capacity)


@dataclass(frozen=True)
class Cancel:
    reason: str = ""
    key: ClassVar[str] = "cancel"
    tells: ClassVar[bool] = True

    def becomes(self, slot: Chosen) -> None:  # noqa: ARG002 - whatever it is
        return None


# ── refusals ────────────────────────────────────────────────────────────────


@refusal
class NothingChosen(Refusal):
    sentence: ClassVar[str] = N_("No slot is ticked.")
    remedy: ClassVar[str] = N_("Tick the slots on the board first.")


@refusal
class TooManyChosen(Refusal):
    most: int
    sentence: ClassVar[str] = N_("These are more than %(most)s slots at once.")
    remedy: ClassVar[str] = N_("Tick fewer, and do the rest afterwards.")


@refusal
class SoAlready(Refusal):
    sentence: ClassVar[str] = N_("It is so already.")


@refusal
class NotToUndo(Refusal):
    sentence: ClassVar[str] = N_("This cannot be taken back any more: it was done too long ago, or changed since.")
    remedy: ClassVar[str] = N_("Change the slots again instead.")


# ── decisions ───────────────────────────────────────────────────────────────


class Change(NamedTuple):
    """What a slot would become; None: it would be cancelled."""

    slot: Chosen
    after: Look | None


class Stays(NamedTuple):
    slot: Chosen
    why: Refusal


@dataclass(frozen=True)
class Plan:
    """Exactly what would change, in the order of time, and what would stay and why."""

    changes: tuple[Change, ...]
    stays: tuple[Stays, ...]

    @property
    def people(self) -> int:
        """How many places of people are on what would change: who is on two of these slots counts twice."""
        return sum(change.slot.people for change in self.changes)

    @property
    def digest(self) -> str:
        """The same for the same slots in the same state, so that what is confirmed is what was shown."""
        lines = (f"{slot.id} {slot.revision} {slot.taken} {slot.people} {after}" for slot, after in self.changes)
        return sha256("\n".join(lines).encode()).hexdigest()


def plan(chosen: Iterable[Chosen], act: Act, duties: Collection[Duty], now: datetime) -> Plan:
    """`duties`: the seats of who is on slots that would have other times (`new_times`), in them and at these times."""
    slots = sorted(chosen, key=lambda slot: (slot.starts_at, slot.id))
    all_of_them = [(slot, after := act.becomes(slot), _why_not(slot, after, now)) for slot in slots]
    clashing = in_two_places(duties, new_times((slot for slot, _, why in all_of_them if not why), act))
    return Plan(
        tuple(Change(slot, after) for slot, after, why in all_of_them if not why and slot.id not in clashing),
        tuple(Stays(slot, why or SeatedElsewhere()) for slot, _, why in all_of_them if why or slot.id in clashing),
    )


def new_times(chosen: Iterable[Chosen], act: Act) -> dict[int, Times]:
    """The times that slots with people would have by this, as far as they are others."""
    looks = ((slot, act.becomes(slot)) for slot in chosen if slot.taken)
    return {
        slot.id: (after.starts_at, after.ends_at)
        for slot, after in looks
        if after and (after.starts_at, after.ends_at) != (slot.starts_at, slot.ends_at)
    }


def _why_not(slot: Chosen, after: Look | None, now: datetime) -> Refusal | None:
    if untouchable := why_not_touch(slot.state, slot.starts_at, now):
        return untouchable
    if after is None:
        return None
    if after == (slot.starts_at, slot.ends_at, slot.capacity):
        return SoAlready()
    if after.starts_at != slot.starts_at:
        return why_not_move(after.starts_at, after.ends_at, now) or why_not_withdrawable(
            slot.taken, after.starts_at, slot.withdraw_minutes, now
        )
    return why_not_capacity(slot.taken, after.capacity) or (SeatsByTime() if slot.is_timed else None)


def why_not_undo(made_at: datetime, undone_at: datetime | None, now: datetime) -> Refusal | None:
    return NotToUndo() if undone_at or now > made_at + UNDO_WITHIN else None

"""What may be done to slots that were planned together. Decided on plain values."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import ClassVar, NamedTuple

from activities.duties.plans import FallsOut, Planned, Why, by_day
from activities.duties.rules import ByHand, SlotState
from activities.kit.refusal import N_, Refusal, refusal
from activities.signups.rules_arrivals import Quarter, follows_seats, seats_within, why_not_length
from activities.signups.rules_keeping import Duty, Times, in_two_places, is_bound

MINUTE = timedelta(minutes=1)
Key = tuple[int, date]  # a post and a day of the series: what a slot stays, wherever it is moved


class Kept(StrEnum):
    """Why a slot stays as it is although its series changes."""

    BY_HAND = "by_hand"
    PAST = "past"
    SLOT_THERE = "slot_there"
    BOUND = "bound"
    MORE_PEOPLE = "more_people"
    ARRIVALS = "arrivals"
    ELSEWHERE = "elsewhere"


class Occurrence(NamedTuple):
    """A slot of a series as it is now. `seated` have a seat or are offered one; `people` are these, who waits and who
    has asked."""

    id: int
    public_id: str
    post_id: int
    day: date
    starts_at: datetime
    ends_at: datetime
    capacity: int
    state: SlotState
    by_hand: ByHand
    seated: int
    people: int
    tickets: int
    quarters: tuple[Quarter, ...] = ()  # the times at which people come, where they come one after another

    @property
    def key(self) -> Key:
        return self.post_id, self.day

    @property
    def kept_times(self) -> tuple[Quarter, ...]:
        """The times at which people come that stay as they are; none where they are spread anew."""
        length = (self.ends_at - self.starts_at) // MINUTE
        return () if follows_seats(self.tickets, self.capacity, length, self.quarters) else self.quarters


class Move(NamedTuple):
    """A slot with its new time and seats."""

    slot: Occurrence
    starts_at: datetime
    ends_at: datetime
    capacity: int

    @property
    def is_moved(self) -> bool:
        return (self.starts_at, self.ends_at) != (self.slot.starts_at, self.slot.ends_at)

    @property
    def length(self) -> int:
        """In minutes."""
        return (self.ends_at - self.starts_at) // MINUTE

    @property
    def told(self) -> int:
        """How many people are told: more or fewer seats are no news to who has one."""
        return self.slot.people if self.is_moved else 0


@dataclass(frozen=True)
class Edit:
    """Exactly what a change of a series does: slots that come, change, are deleted because nobody has ever been in
    them, are cancelled because somebody has, or stay as they are; and the days that fall out."""

    create: tuple[Planned, ...] = ()
    change: tuple[Move, ...] = ()
    delete: tuple[Occurrence, ...] = ()
    cancel: tuple[Occurrence, ...] = ()
    keep: tuple[tuple[Occurrence, Kept], ...] = ()
    falls_out: tuple[FallsOut, ...] = ()

    @property
    def many(self) -> int:
        """How many slots it touches."""
        return len(self.create) + len(self.change) + len(self.delete) + len(self.cancel)

    @property
    def told(self) -> int:
        """How many are told, counted once for each slot of theirs."""
        return sum(move.told for move in self.change) + sum(slot.people for slot in self.cancel)

    @property
    def outs(self) -> list[tuple[FallsOut, int]]:
        return by_day(self.falls_out)

    @property
    def digest(self) -> str:
        """The same for the same slots and people, so that what is confirmed is what was shown."""
        lines = [f"+ {s.post_id} {s.starts_at.isoformat()} {s.ends_at.isoformat()} {s.capacity}" for s in self.create]
        lines += [
            f"= {move.slot.id} {move.starts_at.isoformat()} {move.ends_at.isoformat()} {move.capacity} {move.told}"
            for move in self.change
        ]
        lines += [f"- {slot.id} {slot.people}" for slot in (*self.delete, *self.cancel)]
        return sha256("\n".join(lines).encode()).hexdigest()


def edit(
    wanted: Iterable[Planned],
    present: Collection[Occurrence],
    gaps: Collection[Key],
    others: Collection[tuple[int, datetime]],
    withdraw_minutes: int,
    now: datetime,
) -> Edit:
    """What turns the slots that a series has into those that are wanted.

    `gaps` are the days deleted by hand, `others` (post, start) of open slots that do not belong to the series. What has
    begun stays, what was taken out by hand does not come back, and what is there twice would be is left alone.
    """
    to_come = {s.key: s for s in present if s.state is SlotState.OPEN and s.starts_at > now}
    begun = {slot.key for slot in present if slot.starts_at <= now}
    taken_out = {slot.key for slot in present if ByHand.CANCELLED in slot.by_hand} | set(gaps)
    create: list[Planned] = []
    change: list[Move] = []
    keep: list[tuple[Occurrence, Kept]] = []
    outs: list[FallsOut] = []
    for slot in wanted:
        key = slot.post_id, slot.day
        if own := to_come.pop(key, None):
            found = _turn(own, slot, others, withdraw_minutes, now)
            if isinstance(found, Kept):
                keep.append((own, found))
            elif found:
                change.append(found)
        elif key in begun or slot.starts_at <= now:
            continue
        elif key in taken_out:
            outs.append(FallsOut(slot.day, Why.BY_HAND, slot.special, slot.post_id))
        elif (slot.post_id, slot.starts_at) in others:
            outs.append(FallsOut(slot.day, Why.EXISTS, slot.special, slot.post_id))
        else:
            create.append(slot)
    unwanted = sorted(to_come.values(), key=lambda slot: (slot.starts_at, slot.post_id))
    keep += [(slot, Kept.BY_HAND) for slot in unwanted if slot.by_hand]
    going = [slot for slot in unwanted if not slot.by_hand]
    return Edit(
        tuple(create),
        tuple(change),
        tuple(slot for slot in going if not slot.tickets),
        tuple(slot for slot in going if slot.tickets),
        tuple(keep),
        tuple(outs),
    )


def new_times(change: Edit) -> dict[int, Times]:
    """The times that slots in which people have a seat get by a change, as far as they are others."""
    return {move.slot.id: move[1:3] for move in change.change if move.is_moved and move.slot.seated}


def able(change: Edit, duties: Iterable[Duty]) -> Edit:
    """The same change without what would have somebody in two places at once. `duties`: the seats of who is on slots
    that get other times, in them and at these times."""
    gone = {slot.id for slot in change.cancel}
    clashing = in_two_places([one for one in duties if one.slot_id not in gone], new_times(change))
    return replace(
        change,
        change=tuple(move for move in change.change if move.slot.id not in clashing),
        keep=(*change.keep, *((m.slot, Kept.ELSEWHERE) for m in change.change if m.slot.id in clashing)),
    )


def _turn(
    own: Occurrence, wanted: Planned, others: Collection[tuple[int, datetime]], withdraw_minutes: int, now: datetime
) -> Move | Kept | None:
    """What becomes of a slot that is wanted so, None where it is so already."""
    times = (own.starts_at, own.ends_at) if ByHand.TIME in own.by_hand else (wanted.starts_at, wanted.ends_at)
    seats = own.capacity if ByHand.SEATS in own.by_hand else wanted.capacity
    length, at_times = (times[1] - times[0]) // MINUTE, own.kept_times
    move = Move(own, *times, seats_within(length, at_times) if at_times else seats)
    if (*times, move.capacity) == (own.starts_at, own.ends_at, own.capacity):
        as_wanted = (wanted.starts_at, wanted.ends_at, wanted.capacity) == (own.starts_at, own.ends_at, own.capacity)
        return None if as_wanted else Kept.BY_HAND
    return _why_not(move, others, withdraw_minutes, now) or move


def _why_not(move: Move, others: Collection[tuple[int, datetime]], withdraw_minutes: int, now: datetime) -> Kept | None:
    """The reason against a slot's becoming this, None where there is none. Whoever could not withdraw any more is
    neither moved nor kept longer."""
    own, starts_at = move.slot, move.starts_at
    if starts_at != own.starts_at and starts_at <= now:
        return Kept.PAST
    if starts_at != own.starts_at and (own.post_id, starts_at) in others:
        return Kept.SLOT_THERE
    is_worse = starts_at != own.starts_at or move.ends_at > own.ends_at
    if own.seated and is_worse and is_bound(starts_at, withdraw_minutes, now):
        return Kept.BOUND
    if why_not_length(starts_at, move.length, own.kept_times):
        return Kept.ARRIVALS
    return Kept.MORE_PEOPLE if move.capacity < own.seated else None


# ── refusals ────────────────────────────────────────────────────────────────


@refusal
class SeriesHasPeople(Refusal):
    slots: int
    sentence: ClassVar[str] = N_("People have signed up (slots: %(slots)s), so this is not undone any more.")
    remedy: ClassVar[str] = N_("Cancel what is to come instead: everyone on it is told.")


@refusal
class NoReason(Refusal):
    sentence: ClassVar[str] = N_("Say why, so that everyone on it knows.")

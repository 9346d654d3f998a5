"""A draw that anyone can recompute: from a seed that was published as a hash before anybody knew who takes part.

Each entry has a number, in the order in which people asked for the slot, and some tickets: the fewer hours the person
has given of late, the more. A ticket's lot is the SHA-256 of "seed:slot:number:ticket" as 64 hexadecimal digits, an
entry's lot the smallest of its tickets'. All entries of the draw are gone through, smallest lot first: each gets a seat
if its slot has one left and its person has none yet that clashes with it. Whole numbers and text only, so that no two
computers can differ.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from hashlib import sha256
from typing import Any, ClassVar, NamedTuple

from activities.kit.refusal import N_, Refusal, refusal

MOST_TICKETS = 10
FORMAT = "activities draw 1"
SEATED, WAITING = "seated", "waiting"


@refusal
class NotADraw(Refusal):
    sentence: ClassVar[str] = N_("This is not the data of a draw.")
    remedy: ClassVar[str] = N_("Download it from the draw's page.")


class Entry(NamedTuple):
    """One person's wish for one slot. `who` tells which entries are the same person's; `may`: a rule forbids a seat
    where it is false, such as another duty at that time."""

    slot: str
    number: int
    who: int
    tickets: int
    may: bool


class Drawn(NamedTuple):
    """What became of an entry: its lot, its place among those of its slot from 1, and seated or waiting."""

    entry: Entry
    lot: str
    place: int
    outcome: str


def tickets(minutes: int) -> int:
    """Ten for who has given no hour of late; each whole hour takes one away, but the last."""
    return max(1, MOST_TICKETS - minutes // 60)


def hash_of(seed: str) -> str:
    return sha256(seed.encode()).hexdigest()


def lot(seed: str, entry: Entry) -> str:
    """The smallest of its tickets' lots."""
    prefix = f"{seed}:{entry.slot}:{entry.number}:"
    return min(sha256(f"{prefix}{ticket}".encode()).hexdigest() for ticket in range(1, entry.tickets + 1))


def draw(
    seed: str, seats: Mapping[str, int], clashes: Iterable[Collection[str]], entries: Iterable[Entry]
) -> list[Drawn]:
    """Draw all slots at once, their seats by slot. `clashes` are pairs of slots of which nobody can have both. In the
    order of the lots."""
    apart: defaultdict[str, set[str]] = defaultdict(set)
    for one, other in clashes:
        apart[one].add(other)
        apart[other].add(one)
    left, places = dict(seats), Counter[str]()
    has: defaultdict[int, set[str]] = defaultdict(set)
    drawn = []
    for own, slot, _, entry in sorted((lot(seed, entry), entry.slot, entry.number, entry) for entry in entries):
        places[slot] += 1
        wins = entry.may and left[slot] > 0 and not has[entry.who] & apart[slot]
        if wins:
            left[slot] -= 1
            has[entry.who].add(slot)
        drawn.append(Drawn(entry, own, places[slot], SEATED if wins else WAITING))
    return drawn


# ── the data of a draw, and whether it is right ─────────────────────────────


def document(
    facts: Mapping[str, Any], slots: Sequence[Mapping[str, Any]], clashes: Iterable[Collection[str]],
    drawn: Iterable[Drawn], seed: str | None,
) -> dict[str, Any]:  # fmt: skip
    """A draw as data: what is known of it, its slots with their seats; once it was held the seed and all entries."""
    rows = [
        {**found.entry._asdict(), "lot": found.lot, "place": found.place, "outcome": found.outcome} for found in drawn
    ]
    return {
        "format": FORMAT, **facts, "seed": seed, "slots": list(slots), "clashes": [list(pair) for pair in clashes],
        "entries": rows,
    }  # fmt: skip


class Verdict(NamedTuple):
    """What recomputing has shown: `differences` are sentences, one for each entry that differs; none: it is right."""

    entries: int
    seats: int
    differences: list[str]


def verify(text: str) -> Verdict:
    """Recompute a draw from its data alone. NotADraw for anything else, and for one that was not held yet."""
    try:
        data = json.loads(text)
        seed, given = str(data["seed"]), {}
        for row in data["entries"]:
            has = int(row["tickets"])
            if not 1 <= has <= MOST_TICKETS:
                raise NotADraw
            entry = Entry(str(row["slot"]), int(row["number"]), int(row["who"]), has, row["may"] is True)
            given[entry] = Drawn(entry, str(row["lot"]), int(row["place"]), str(row["outcome"]))
        seats = {str(slot["id"]): int(slot["seats"]) for slot in data["slots"]}
        found = draw(seed, seats, [(str(one), str(other)) for one, other in data["clashes"]], given)
        expected, is_ours = str(data["hash"]), data["format"] == FORMAT and data["seed"] is not None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise NotADraw from None
    if not is_ours:
        raise NotADraw
    differences = [] if hash_of(seed) == expected else [f"the seed's hash is {hash_of(seed)}, published was {expected}"]
    differences += [_difference(given[one.entry], one) for one in found if given[one.entry] != one]
    return Verdict(len(found), sum(one.outcome == SEATED for one in found), differences)


def _difference(given: Drawn, found: Drawn) -> str:
    entry = given.entry
    said = f"lot {given.lot}, place {given.place}, {given.outcome}"
    is_so = f"lot {found.lot}, place {found.place}, {found.outcome}"
    return f"slot {entry.slot}, number {entry.number}: it says {said}; it is {is_so}"

"""A draw that anyone can recompute: from a seed that was published as a hash before anybody knew who takes part.

Each entry has a number, in the order in which people asked for the slot, and some tickets: the fewer hours the person
has given of late, the more. A ticket's lot is the SHA-256 of "seed:slot:number:ticket" as 64 hexadecimal digits, an
entry's lot the smallest of its tickets'. All entries of the draw are gone through, smallest lot first: each gets a seat
if its slot has one left and its person has none yet that clashes with it. Where people come to a slot one after another
(`quotas`) the seat is a place at the earliest time that suits the person and has one left; whoever finds none waits.
Where the school refuses more than so much a day or a week, an entry says how many minutes of each its person had `left`
and a slot how many it `takes`: whoever has won until there is not enough left wins no more.
Whole numbers and text only, so that no two computers can differ.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from hashlib import sha256
from typing import Any, ClassVar, NamedTuple

from activities.kit.refusal import N_, Refusal, refusal

MOST_TICKETS = 10
FORMAT = "activities draw 2"
FORMATS = (FORMAT, "activities draw 1")  # the first knew no limits; without any both say the same
SEATED, WAITING = "seated", "waiting"
NO_TIMES: Mapping[str, Mapping[int, int]] = {}
# By slot, by minute after its start at which one comes (0 where all come at once), by day and week.
Takes = Mapping[str, Mapping[int, Mapping[str, int]]]
NO_LIMITS: Takes = {}


@refusal
class NotADraw(Refusal):
    sentence: ClassVar[str] = N_("This is not the data of a draw.")
    remedy: ClassVar[str] = N_("Download it from the draw's page.")


class Entry(NamedTuple):
    """One person's wish for one slot. `who` tells which entries are the same person's; `may`: a rule forbids a seat
    where it is false, such as another duty at that time. `times`: at which minutes after its start the person could
    come, where people come one after another. `left`: how many minutes the person may take on yet, by day and week."""

    slot: str
    number: int
    who: int
    tickets: int
    may: bool
    times: tuple[int, ...] = ()
    left: tuple[tuple[str, int], ...] = ()


class Drawn(NamedTuple):
    """What became of an entry: its lot, its place among those of its slot from 1, seated or waiting, and when the
    person comes, where people come one after another."""

    entry: Entry
    lot: str
    place: int
    outcome: str
    minute: int | None = None


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
    seed: str,
    seats: Mapping[str, int],
    clashes: Iterable[Collection[str]],
    entries: Iterable[Entry],
    quotas: Mapping[str, Mapping[int, int]] = NO_TIMES,
    takes: Takes = NO_LIMITS,
) -> list[Drawn]:
    """Draw all slots at once, their seats by slot. `clashes` are pairs of slots of which nobody can have both; `quotas`
    of slots to which people come one after another: how many by minute; `takes`: how much of a day and week a slot
    takes. In the order of the lots."""
    apart: defaultdict[str, set[str]] = defaultdict(set)
    for one, other in clashes:
        apart[one].add(other)
        apart[other].add(one)
    left, places = dict(seats), Counter[str]()
    free = {slot: dict(times) for slot, times in quotas.items()}
    has: defaultdict[int, set[str]] = defaultdict(set)
    won: defaultdict[int, Counter[str]] = defaultdict(Counter)
    drawn = []

    def is_within(entry: Entry, minute: int) -> bool:
        needs = takes.get(entry.slot, {}).get(minute, {})
        return all(won[entry.who][span] + needs.get(span, 0) <= minutes for span, minutes in entry.left)

    for own, slot, _, entry in sorted((lot(seed, entry), entry.slot, entry.number, entry) for entry in entries):
        places[slot] += 1
        times = free.get(slot, {})
        suits = (one for one in entry.times if times.get(one, 0) > 0 and is_within(entry, one))
        minute = next(suits, None)
        is_possible = minute is not None if times else is_within(entry, 0)
        if not (entry.may and left[slot] > 0 and not has[entry.who] & apart[slot] and is_possible):
            drawn.append(Drawn(entry, own, places[slot], WAITING))
            continue
        left[slot] -= 1
        has[entry.who].add(slot)
        won[entry.who] += Counter(takes.get(slot, {}).get(minute or 0, {}))
        if minute is not None:
            times[minute] -= 1
        drawn.append(Drawn(entry, own, places[slot], SEATED, minute))
    return drawn


# ── the data of a draw, and whether it is right ─────────────────────────────


def document(
    facts: Mapping[str, Any], slots: Sequence[Mapping[str, Any]], clashes: Iterable[Collection[str]],
    drawn: Iterable[Drawn], seed: str | None,
) -> dict[str, Any]:  # fmt: skip
    """A draw as data: what is known of it, its slots with their seats; once it was held the seed and all entries."""
    rows = [_row(found) for found in drawn]
    return {
        "format": FORMAT, **facts, "seed": seed, "slots": list(slots), "clashes": [list(pair) for pair in clashes],
        "entries": rows,
    }  # fmt: skip


def _row(found: Drawn) -> dict[str, Any]:
    """An entry as data; of times only where people come one after another, of limits only where there are any."""
    slot, number, who, has, may, times, left = found.entry
    row = {"slot": slot, "number": number, "who": who, "tickets": has, "may": may}
    row |= {"lot": found.lot, "place": found.place, "outcome": found.outcome}
    row |= {"left": dict(left)} if left else {}
    return {**row, "times": list(times), "minute": found.minute} if times else row


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
            times = tuple(int(minute) for minute in row.get("times", ()))
            left = tuple((str(span), int(minutes)) for span, minutes in row.get("left", {}).items())
            entry = Entry(str(row["slot"]), int(row["number"]), int(row["who"]), has, row["may"] is True, times, left)
            minute = None if row.get("minute") is None else int(row["minute"])
            given[entry] = Drawn(entry, str(row["lot"]), int(row["place"]), str(row["outcome"]), minute)
        seats = {str(slot["id"]): int(slot["seats"]) for slot in data["slots"]}
        quotas = {
            str(slot["id"]): {int(minute): int(places) for minute, places in slot["quotas"].items()}
            for slot in data["slots"]
            if "quotas" in slot
        }
        takes = {str(slot["id"]): _by_minute(slot["takes"]) for slot in data["slots"] if "takes" in slot}
        found = draw(seed, seats, [(str(one), str(other)) for one, other in data["clashes"]], given, quotas, takes)
        expected, is_ours = str(data["hash"]), data["format"] in FORMATS and data["seed"] is not None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise NotADraw from None
    if not is_ours:
        raise NotADraw
    differences = [] if hash_of(seed) == expected else [f"the seed's hash is {hash_of(seed)}, published was {expected}"]
    differences += [_difference(given[one.entry], one) for one in found if given[one.entry] != one]
    return Verdict(len(found), sum(one.outcome == SEATED for one in found), differences)


def _by_minute(takes: Mapping[str, Mapping[str, int]]) -> dict[int, dict[str, int]]:
    return {int(minute): {str(span): int(of) for span, of in spans.items()} for minute, spans in takes.items()}


def _difference(given: Drawn, found: Drawn) -> str:
    entry = given.entry
    return f"slot {entry.slot}, number {entry.number}: it says {_say(given)}; it is {_say(found)}"


def _say(one: Drawn) -> str:
    comes = "" if one.minute is None else f", minute {one.minute}"
    return f"lot {one.lot}, place {one.place}, {one.outcome}{comes}"

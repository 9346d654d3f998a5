"""A feed as it was once put together: its octets, which entry of them is whose, and how far all had come by then.

What has changed since is taken out and put in again; all else is copied as it stands. Plain values only.
"""

from __future__ import annotations

import json
from array import array
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import accumulate
from typing import NamedTuple, TypeAlias

# Of an activity: what all of its entries show, and how far its schedule had come.
State: TypeAlias = "tuple[str, int]"


class Figures(NamedTuple):
    """Of each entry, in their order: when it starts, of which slot it is, whose it is, and how many octets it has."""

    starts: array[int]
    slots: array[int]
    activities: array[int]
    lengths: array[int]


def _none() -> Figures:
    return Figures(array("q"), array("q"), array("q"), array("q"))


# One entry: when it starts and of which slot it is, which is their order, whose it is, and its octets. There are very
# many of them, so they are plain tuples.
Entry: TypeAlias = "tuple[int, int, int, bytes]"


class Changes(NamedTuple):
    """What of a sheaf is not as it was: activities of which every entry may differ, and how far the schedules had come
    of those of which only some do."""

    activities: set[int]
    schedules: dict[int, int]


class Cover(NamedTuple):
    """What tells an edition from others, when it was read, how far each of its activities had come, and what stands
    before its entries."""

    tag: str
    time: int
    states: Mapping[int, State] | None
    head: bytes


@dataclass(frozen=True)
class Sheaf:
    """Of the edition with this `tag`, as it was at a `time`. `states` by activity; None where nobody can say what has
    changed of it. `rest` is what else decides which entries there are. The entries' octets follow each other from
    `begin` on."""

    tag: str
    time: int
    states: Mapping[int, State] | None
    rest: str
    figures: Figures
    begin: int
    body: bytes

    def __len__(self) -> int:
        """How many octets it takes."""
        return len(self.body) + sum(one.itemsize * len(one) for one in self.figures)

    def changes(self, states: Mapping[int, State] | None, rest: str) -> Changes | None:
        """What is not as it is in these states. None: nobody knows."""
        if self.states is None or states is None or self.rest != rest:
            return None
        known = self.states
        same = {one for one, state in states.items() if one in known and known[one][0] == state[0]}
        other = (known.keys() | states.keys()) - same
        return Changes(other, {one: known[one][1] for one in same if known[one] != states[one]})

    def with_changes(
        self, cover: Cover, slots: set[int], activities: Collection[int], entries: Iterable[Entry]
    ) -> Sheaf:
        """The sheaf under another cover: without what there is of these slots and
        activities, and with these entries instead, in their order."""
        new = list(entries)
        slots = slots.union(slot for _, slot, *_ in new)
        cuts = [(n, n + 1, None) for n in self._places(slots, activities)]
        put = [(at := self._place(entry), at, entry) for entry in new]
        return self._cut(cover, sorted([*put, *cuts], key=lambda cut: cut[:2]))

    def _places(self, slots: set[int], activities: Collection[int]) -> Iterator[int]:
        """Where entries stand of these slots and activities."""
        yield from (n for n, slot in enumerate(self.figures.slots) if slot in slots)
        if activities:
            pairs = enumerate(zip(self.figures.slots, self.figures.activities, strict=True))
            yield from (n for n, (slot, activity) in pairs if activity in activities and slot not in slots)

    def _place(self, entry: Entry) -> int:
        """Before which entry of all this one comes."""
        starts, slots, *_ = self.figures
        return bisect_left(range(len(slots)), entry[:2], key=lambda n: (starts[n], slots[n]))

    def _cut(self, cover: Cover, cuts: Iterable[tuple[int, int, Entry | None]]) -> Sheaf:
        tag, time, states, head = cover
        offsets = list(accumulate(self.figures.lengths, initial=self.begin))
        octets, figures, end_of_all = memoryview(self.body), _none(), len(self.figures.slots)
        pieces: list[bytes | memoryview] = [head]
        at = 0
        for begin, end, entry in [*cuts, (end_of_all, end_of_all, None)]:
            pieces.append(octets[offsets[at] : offsets[begin]])
            for new, old in zip(figures, self.figures, strict=True):
                new.extend(old[at:begin])
            if entry:
                pieces.append(entry[3])
                for new, value in zip(figures, (*entry[:3], len(entry[3])), strict=True):
                    new.append(value)
            at = end
        pieces.append(octets[offsets[-1] :])
        return Sheaf(tag, time, states, self.rest, figures, len(head), b"".join(pieces))

    def written(self) -> bytes:
        """For the disk; `read` reads it."""
        facts = [self.tag, self.time, None if self.states is None else list(self.states.items()), self.rest, self.begin]
        head = json.dumps([*facts, len(self.figures.slots)]).encode()
        return b"".join((head, b"\n", *(one.tobytes() for one in self.figures), self.body))


def bind(cover: Cover, rest: str, entries: Iterable[Entry], tail: bytes) -> Sheaf:
    """A sheaf of all its entries, in their order."""
    tag, time, states, head = cover
    octets, figures = [head], _none()
    starts, slots, activities, lengths = (figure.append for figure in figures)
    for start, slot, activity, written in entries:
        octets.append(written)
        starts(start)
        slots(slot)
        activities(activity)
        lengths(len(written))
    octets.append(tail)
    return Sheaf(tag, time, states, rest, figures, len(head), b"".join(octets))


def read(written: bytes) -> Sheaf:
    """What `Sheaf.written` wrote."""
    line = written.index(b"\n")
    tag, time, states, rest, begin, entries = json.loads(written[:line])
    octets, at, figures = memoryview(written), line + 1, _none()
    for one in figures:
        one.frombytes(octets[at : at + one.itemsize * entries])
        at += one.itemsize * entries
    known = None if states is None else {activity: (look, come) for activity, (look, come) in states}
    return Sheaf(tag, time, known, rest, figures, begin, bytes(octets[at:]))

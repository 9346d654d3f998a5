"""What makes a chain of the trail: pure, on plain values.

A seal's hash is SHA-256 over the hash before it and the canonical text of its entry, so that one hash stands for all
that was before. Each place is held against the hash that is stored before it: one change is found where it was made.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, ClassVar, NamedTuple

from activities.kit.refusal import N_, Refusal, refusal

# An entry is sealed seconds after its transaction. Where one waits longer than this, no worker works, or somebody else
# wrote it.
SEALED_WITHIN = timedelta(minutes=10)
# How many entries are sealed at once. Where it were fewer, the sealer had seen all that there was.
BATCH = 1000
STAMP = "%Y-%m-%d %H:%M:%S.%f"
_HEAD = re.compile(r"([0-9]{1,18}):([0-9a-fA-F]{64})")


@refusal
class NotAHead(Refusal):
    sentence: ClassVar[str] = N_("This is not the head of a trail.")
    remedy: ClassVar[str] = N_("It is written POSITION:HASH, as this command prints it.")


class Head(NamedTuple):
    """A place of the chain and its hash, which stands for everything up to there."""

    position: int
    hash: bytes

    def __str__(self) -> str:
        return f"{self.position}:{self.hash.hex()}"


START = Head(0, bytes(32))
NOWHERE = Head(-1, b"")


def head_of(text: str) -> Head:
    """A head as it is printed. Raises NotAHead."""
    found = _HEAD.fullmatch(text.strip())
    if found is None:
        raise NotAHead
    return Head(int(found[1]), bytes.fromhex(found[2]))


class Link(NamedTuple):
    """A place of the chain as it is stored: both dictionaries as the JSON that is kept, the entry's time as `STAMP`
    writes it. Everything of the entry is None where it is gone."""

    position: int
    hash: bytes
    sealed_at: datetime | str
    entry_id: int | None
    at: str
    actor_id: int | None
    verb: str
    subject: str
    subject_id: int
    before: str
    after: str
    reason: str


@dataclass(frozen=True)
class Finding:
    """Something that should not be: at these places, or of this entry where it has no place."""

    what: str
    first: int | None = None
    last: int | None = None
    entry_id: int | None = None


GAP = N_("seals are missing")
GONE = N_("the entry is missing")
DIFFERS = N_("the entry or its seal was changed")
BELATED = N_("the entry was not there yet when the trail was sealed after the time that it tells of")
UNSEALED = N_("the entry has no seal")
CUT = N_("the trail ends before the head that is known")
OTHER_HEAD = N_("another hash is here than the one that is known")
WORD = N_("a word beside the trail does not fit the digest in it")
# Under which an entry names a word that stands beside it.
WORD_KEY = "word"
ERASED = {"erased": True}


def text(
    entry_id: int, at: str, actor_id: int | None, verb: str, subject: str, subject_id: int, before: str, after: str,
    reason: str,
) -> str:  # fmt: skip
    """An entry as one text, the same on every database and of no two entries: its numbers, the lengths of its texts in
    characters, then the texts one after the other."""
    return (
        f"{entry_id} {actor_id} {subject_id} {len(at)} {len(verb)} {len(subject)} {len(before)} {len(after)}"
        f" {len(reason)} {at}{verb}{subject}{before}{after}{reason}"
    )


def seal(before: bytes, sealed_at: str, text: str) -> bytes:
    """The hash of a place: of the one before it, when it is sealed, and what."""
    return sha256(before + f"{sealed_at}{text}".encode(errors="surrogateescape")).digest()


def word_digest(salt: str, text: str) -> str:
    """By what an entry names a word beside it."""
    return sha256(f"{salt}{text}".encode()).hexdigest()


def digest(text: str) -> str:
    """An entry's canonical text, as the trail tells of what an erasure has left of it."""
    return sha256(text.encode(errors="surrogateescape")).hexdigest()


def without_words(said: Mapping[str, Any]) -> dict[str, Any]:
    """What an entry tells, without what somebody typed or was called: numbers, times of states and names of words stay,
    texts go."""
    return {name: ERASED if _is_spoken(name, value) else value for name, value in said.items()}


# Words of our own, of which an entry may hold some: none of them says who somebody is.
PLAIN_FIELDS = frozenset(
    {
        "state", "answer", "verdict", "attendance", "evidence", "ledger", "role", "stage", "standing", "opinion",
        "block", "purpose", "version", "hash", "left", "day", "from", "until", "due", "kind",
        "begins_at", "ends_at", "measure",
    }
)  # fmt: skip


def _is_spoken(name: str, value: Any) -> bool:
    return isinstance(value, str) and bool(value) and name not in PLAIN_FIELDS


@dataclass
class Chain:
    """A walk along the chain behind a place that is taken as right. `head` is how far it has come. `left` says of
    entries that lost their words, as the trail tells, the digest of what was left; such places are counted."""

    head: Head = START
    known: Head | None = None
    walked: int = 0
    left: Mapping[int, str] = field(default_factory=dict)
    erased: int = 0

    def walk(self, links: Iterable[Any]) -> Iterator[Finding]:
        """Go along all links, plain rows in the order of `Link`, and yield what should not be."""
        place, before = self.head
        known = self.known or NOWHERE
        batch, sealed, size, earliest = None, "", BATCH, ""
        for link in links:
            position, kept, sealed_at, entry_id, at, *_ = link
            place += 1
            if sealed_at != batch:
                if size < BATCH:
                    earliest = shortly_before(sealed)
                batch, sealed, size = sealed_at, stamp(sealed_at), 0
            size += 1
            is_next = position == place
            if not is_next:
                yield Finding(GAP, place, position - 1)
                place = position
            if entry_id is None:
                yield Finding(GONE, position, position)
            elif is_next and seal(before, sealed, text(*link[3:])) != kept:
                if self.left.get(entry_id) == digest(text(*link[3:])):
                    self.erased += 1
                else:
                    yield Finding(DIFFERS, position, position)
            elif at < earliest:
                yield Finding(BELATED, position, position)
            if position == known.position and kept != known.hash:
                yield Finding(OTHER_HEAD, position, position)
            before = kept
            self.walked += 1
        self.head = Head(place, before)

    def end(self) -> Iterator[Finding]:
        """What is known of the end, after all links."""
        if self.known and self.known.position > self.head.position:
            yield Finding(CUT, self.head.position + 1, self.known.position)


def why_not_from(since: Head, kept: bytes | None) -> Finding | None:
    """Why the chain does not go on from a head, given what hash stands there."""
    if since.position == 0 or kept == since.hash:
        return None
    return Finding(CUT if kept is None else OTHER_HEAD, since.position, since.position)


def shortly_before(sealed_at: str) -> str:
    """What tells of an earlier time should have been sealed by then. What is no time does not fit its hash, which is
    said."""
    try:
        return stamp(moment(sealed_at) - SEALED_WITHIN)
    except ValueError:
        return ""


def stamp(at: datetime | str) -> str:
    """A moment as it is hashed: in UTC, always as long. What is none stays as it is and does not fit its hash."""
    try:
        return moment(at).strftime(STAMP)
    except ValueError:
        return str(at)


def moment(at: datetime | str) -> datetime:
    """The moment of which this tells. ValueError where it tells of none."""
    if isinstance(at, datetime):
        return at.astimezone(UTC)
    return datetime.fromisoformat(str(at)).replace(tzinfo=UTC)

"""Certificates as plain values: what stands on one, how it is numbered and recognised, and what speaks against one."""

from __future__ import annotations

import json
import secrets
import unicodedata
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum
from hashlib import sha256
from typing import Any, NamedTuple

from activities.certificates.rules_refusals import (
    NothingToCertify,
    NotValid,
    OwnCertificate,
    StillToCome,
    WrongWayRound,
)
from activities.kit.refusal import N_, Refusal

# Letters and digits that nobody mistakes for another when typing them from paper (Crockford's base 32).
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
MISREAD = str.maketrans("OIL", "011", " -–—·")
CODE_LENGTH = 16  # 80 random bits
VERSION = 2  # 1 knew no star levels
MARK = 12


class CertificateState(StrEnum):
    VALID = "valid"
    SUPERSEDED = "superseded"
    REVOKED = "revoked"


STATE_NAMES = {
    CertificateState.VALID: N_("Valid"),
    CertificateState.SUPERSEDED: N_("Superseded"),
    CertificateState.REVOKED: N_("Revoked"),
}


class Answer(StrEnum):
    """What became of a request."""

    ASKED = "asked"
    ISSUED = "issued"
    DECLINED = "declined"


ANSWER_NAMES = {Answer.ASKED: N_("Asked for"), Answer.ISSUED: N_("Issued"), Answer.DECLINED: N_("Declined")}


class ItemState(StrEnum):
    """What became of one person of a batch."""

    WAITING = "waiting"
    ISSUED = "issued"
    THERE = "there"
    NOTHING = "nothing"
    NOT_ALLOWED = "not allowed"
    OWN = "own"
    ON_YOUR_WORD = "on your word"


ITEM_NAMES = {
    ItemState.WAITING: N_("Still to come"),
    ItemState.ISSUED: N_("Issued"),
    ItemState.THERE: N_("Had one already"),
    ItemState.NOTHING: N_("No recorded time"),
    ItemState.NOT_ALLOWED: N_("Not among your people any more"),
    ItemState.OWN: N_("Your own: another secretary issues it"),
    ItemState.ON_YOUR_WORD: N_("Rests on your word alone: another secretary issues it"),
}


# ── what stands on it ───────────────────────────────────────────────────────


class Line(NamedTuple):
    """What somebody did in one activity: how often, for how long, and on which first and last day."""

    activity: str
    unit: str
    times: int
    minutes: int
    first: date
    last: date


@dataclass(frozen=True, kw_only=True)
class Facts:
    """All that stands on a certificate. `member` is the person's number, `unit` whose records these are, `issuer` who
    issued it, `person` who is in charge there and `contact` how to reach them. `total` is all volunteer service up to
    the last day in minutes, `star` the level that it reached by `stars`, the thresholds in hours that held then; of
    other time nothing of this is said."""

    number: str
    school: str
    ledger: str
    name: str
    member: str
    unit: str
    first: date
    last: date
    lines: tuple[Line, ...]
    issuer: str
    person: str
    contact: str
    issued: date
    total: int = 0
    star: int = 0
    stars: tuple[int, ...] = ()

    @property
    def minutes(self) -> int:
        return sum(line.minutes for line in self.lines)

    @property
    def times(self) -> int:
        return sum(line.times for line in self.lines)

    def frozen(self) -> str:
        """The one text for these facts, which is kept, hashed and printed."""
        said: dict[str, Any] = {
            **asdict(self), "lines": [line._asdict() for line in self.lines], "minutes": self.minutes,
            "times": self.times, "version": VERSION,
        }  # fmt: skip
        return json.dumps(said, default=date.isoformat, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def thawed(text: str) -> Facts:
    """The facts of a frozen text."""
    said = json.loads(text)
    lines = tuple(Line(**{**line, **_days(line)}) for line in said["lines"])
    kept = {name: said[name] for name in Facts.__dataclass_fields__ if name in said}
    issued, stars = date.fromisoformat(said["issued"]), tuple(said.get("stars", ()))
    return Facts(**{**kept, **_days(said), "issued": issued, "lines": lines, "stars": stars})


def _days(said: dict[str, Any]) -> dict[str, date]:
    return {name: date.fromisoformat(said[name]) for name in ("first", "last")}


def hash_of(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def is_as_issued(snapshot: str, digest: str, number: str, told: str | None) -> bool:
    """Whether a snapshot is what was issued: its hash, recomputed, is the one kept beside it and the one that the trail
    tells of, and it names the number under which it stands."""
    return hash_of(snapshot) == digest == told and thawed(snapshot).number == number


class Difference(NamedTuple):
    """What one activity gave when the certificate was issued, and what it gives now."""

    activity: str
    before: Line | None
    after: Line | None


def differences(before: Sequence[Line], after: Sequence[Line]) -> list[Difference]:
    """The activities in which the two are not the same. Those of one name and unit, as each import makes them, are one:
    on paper nobody can tell them apart."""
    old, new = _by_name(before), _by_name(after)
    return [Difference(key[0], old.get(key), new.get(key)) for key in {**old, **new} if old.get(key) != new.get(key)]


def _by_name(lines: Sequence[Line]) -> dict[tuple[str, str], Line]:
    found: dict[tuple[str, str], Line] = {}
    for line in lines:
        one = found.get((line.activity, line.unit))
        if one:
            first, last = min(one.first, line.first), max(one.last, line.last)
            line = Line(*one[:2], one.times + line.times, one.minutes + line.minutes, first, last)
        found[line.activity, line.unit] = line
    return found


def file_part(text: str) -> str:
    """A text as part of a file's name."""
    return "".join(char for char in text if char.isalnum() or char in "-_")[:40]


# ── how it is known ─────────────────────────────────────────────────────────


def number_of(year: int, count: int) -> str:
    return f"{year}-{count:06}"


def new_code() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))


def grouped(code: str) -> str:
    """A code as it is printed: in fours."""
    return "-".join(code[n : n + 4] for n in range(0, len(code), 4))


def read_code(typed: str) -> str:
    """A code as it is kept, from how somebody typed it; what cannot be one is empty."""
    code = unicodedata.normalize("NFKC", typed[:64]).upper().translate(MISREAD)
    return code if len(code) == CODE_LENGTH and set(code) <= set(ALPHABET) else ""


def masked(name: str) -> str:
    """As much of a name as the public sees."""
    return f"{name[:1]}*"


def is_same(facts: Facts, number: str, name: str) -> bool:
    """Whether number and name, as somebody typed them from paper, are this certificate's."""
    return _plain(facts.number) == _plain(number) and _plain(facts.name) == _plain(name)


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


# ── decisions ───────────────────────────────────────────────────────────────


def why_not_period(first: date, last: date, today: date) -> Refusal | None:
    if last < first:
        return WrongWayRound()
    return StillToCome(today) if last > today else None


def why_not_issue(*, is_own: bool, first: date, last: date, lines: Sequence[Line], today: date) -> Refusal | None:
    """The first reason against a certificate of these lines, or None."""
    if is_own:
        return OwnCertificate()
    if refusal := why_not_period(first, last, today):
        return refusal
    return None if any(line.minutes for line in lines) else NothingToCertify()


def why_not_end(*, number: str, state: CertificateState, is_own: bool) -> Refusal | None:
    """The first reason against revoking or replacing, or None."""
    if is_own:
        return OwnCertificate()
    return None if state is CertificateState.VALID else NotValid(number)

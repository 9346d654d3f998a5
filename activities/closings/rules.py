"""Closing: what must be done before, and what is frozen. Pure, on plain values."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, ClassVar

from activities.kit.refusal import N_, Refusal, refusal

VERSION = 4


@refusal
class StepsNotOver(Refusal):
    sentence: ClassVar[str] = N_("The notice is not over yet.")


@refusal
class Undecided(Refusal):
    count: int
    sentence: ClassVar[str] = N_("It is not decided on everyone yet: %(count)s are left.")


@refusal
class ObjectionsOpen(Refusal):
    count: int
    sentence: ClassVar[str] = N_("%(count)s objections wait for an answer.")


@refusal
class TooShortOnNotice(Refusal):
    days: int
    sentence: ClassVar[str] = N_("A grade that was decided late has not stood on notice for %(days)s working days.")
    remedy: ClassVar[str] = N_("Reopen the notice, so that it does.")


@refusal
class NotAsked(Refusal):
    sentence: ClassVar[str] = N_("Nobody has asked to close it, or it was changed since.")


@refusal
class AskedToClose(Refusal):
    sentence: ClassVar[str] = N_("Somebody has asked to close it already.")
    remedy: ClassVar[str] = N_("Another person confirms.")


@refusal
class SecondPerson(Refusal):
    sentence: ClassVar[str] = N_("You have asked to close it; another person confirms.")


@dataclass(frozen=True)
class Facts:
    """How far a cycle is: whether its last step is open, on how many it is not decided, how many objections are open,
    for how many working days the grade that was decided last stands on notice, and for how many it must."""

    is_over: bool
    undecided: int
    objections: int
    days_on_notice: int
    must_stand: int


def why_not_close(facts: Facts) -> Refusal | None:
    if not facts.is_over:
        return StepsNotOver()
    if facts.undecided:
        return Undecided(facts.undecided)
    if facts.objections:
        return ObjectionsOpen(facts.objections)
    return TooShortOnNotice(facts.must_stand) if facts.days_on_notice < facts.must_stand else None


# ── what is frozen ──────────────────────────────────────────────────────────


def canonical(value: Mapping[str, Any]) -> str:
    """JSON that is the same for the same, whoever writes it: keys in order, no blanks."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def hash_of_all(hashes: Iterable[str]) -> str:
    """The SHA-256 of many hashes, in this order."""
    digest = sha256()
    for one in hashes:
        digest.update(f"{one}\n".encode())
    return digest.hexdigest()


# What is left of a text once somebody is forgotten.
FORGOTTEN = sha256(b"").hexdigest()


def is_as_said(frozen: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    """Whether what tables say of somebody now is what was frozen; a text may be gone since."""
    lists = all(_are_same(frozen[key], now[key]) for key in ("grades", "opinions", "objections"))
    essays = [[one] if one else [] for one in (frozen["essay"], now["essay"])]
    return lists and _are_same(*essays)


def _are_same(then: Sequence[Sequence[Any]], now: Sequence[Sequence[Any]]) -> bool:
    return len(then) == len(now) and all(_is_same(*pair) for pair in zip(then, now, strict=True))


def _is_same(then: Sequence[Any], now: Sequence[Any]) -> bool:
    """Rows that end with the hash of a text; of one that is gone the number of its characters is, too."""
    if now[-1] != FORGOTTEN:
        return list(then) == list(now)
    return [one for one in then[:-1] if not isinstance(one, int)] == [
        one for one in now[:-1] if not isinstance(one, int)
    ]


WRONG = {
    "hash": N_("its text does not fit its hash"),
    "parts": N_("what was frozen of people does not fit its hash"),
    "trail": N_("its hash is not the one on the trail"),
    "tables": N_("the tables say something else than was frozen"),
}

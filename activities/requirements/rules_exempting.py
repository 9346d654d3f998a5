"""Why somebody is exempted, who may exempt whom, and who may read why."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import ClassVar, NamedTuple

from activities.kit.refusal import N_, Refusal, refusal


class Ground(StrEnum):
    """Why, in as few words as will do; none of them speaks of anybody's health."""

    AWAY = "away"
    CAME_LATER = "came_later"
    FAMILY = "family"
    CONSIDERED = "considered"
    OTHER = "other"


GROUND_NAMES = {
    Ground.AWAY: N_("Away: exchange, internship or leave of absence"),
    Ground.CAME_LATER: N_("Came during the year"),
    Ground.FAMILY: N_("Duties at home"),
    Ground.CONSIDERED: N_("Considered by the branch: nothing hard is asked"),
    Ground.OTHER: N_("Another reason"),
}


class Why(NamedTuple):
    """What is kept sealed."""

    ground: Ground
    words: str = ""

    @property
    def text(self) -> str:
        return f"{self.ground}\n{self.words}"


def read_why(text: str) -> Why:
    ground, _, words = text.partition("\n")
    return Why(Ground(ground), words)


@refusal
class OwnExemption(Refusal):
    sentence: ClassVar[str] = N_("Nobody exempts themselves, or ends their own exemption.")
    remedy: ClassVar[str] = N_("Another secretary can.")


@refusal
class EndsBeforeItBegins(Refusal):
    sentence: ClassVar[str] = N_("The last day comes before the first.")


@refusal
class ExemptedAlready(Refusal):
    sentence: ClassVar[str] = N_("This exemption is there already: the same of it, for the same days.")
    remedy: ClassVar[str] = N_("Take that one back first, where another one is meant.")


@refusal
class NotEarlier(Refusal):
    sentence: ClassVar[str] = N_("Choose a day on which it still holds, before its last one.")


@refusal
class EndedAlready(Refusal):
    sentence: ClassVar[str] = N_("This exemption was ended or taken back already.")


def why_not_exempt(first: date, last: date, *, is_own: bool, is_there: bool) -> Refusal | None:
    """The first reason against an exemption, or None. `is_there`: the very same one holds, so that a second click would
    take away twice as much."""
    if is_own:
        return OwnExemption()
    if last < first:
        return EndsBeforeItBegins()
    return ExemptedAlready() if is_there else None


def why_not_end(first: date, last: date, until: date | None, is_ended: bool, is_own: bool) -> Refusal | None:
    """The first reason against ending an exemption on a day, or taking it back where there is none."""
    if is_own:
        return OwnExemption()
    if is_ended:
        return EndedAlready()
    return NotEarlier() if until is not None and not first <= until < last else None


def given_for(paths: Iterable[str], path: str) -> str:
    """For which of the units that somebody has a role in they exempt a person of the unit at `path`: the highest."""
    return min((own for own in paths if path.startswith(own)), key=len)


def may_read_why(is_giver: bool, paths: Iterable[str], given_for: str) -> bool:
    """Who gave it may read why, and who has the role in a unit above that for which it was given."""
    return is_giver or any(given_for.startswith(path) and path != given_for for path in paths)

"""What may be written of an activist in one's care, and when. Pure, on plain values."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from activities.cycles.rules import Standing, Windows, standing
from activities.grades.rules import why_not_write
from activities.kit.refusal import N_, Refusal, refusal
from activities.people.rules import Stage

# Of whom an opinion is asked: who has applied alone is not assessed yet.
ASSESSED = (Stage.ACTIVIST, Stage.CANDIDATE)
MOST_CHARACTERS = 2000


@refusal
class NothingWritten(Refusal):
    sentence: ClassVar[str] = N_("Nothing is written yet.")


@refusal
class TooMuchWritten(Refusal):
    most: int
    sentence: ClassVar[str] = N_("At most %(most)s characters.")


@refusal
class NoDraftAgain(Refusal):
    sentence: ClassVar[str] = N_("It is handed in, and is no draft again.")
    remedy: ClassVar[str] = N_("Hand the change in.")


def is_over(windows: Windows, today: date) -> bool:
    """Whether the time for opinions is over: they are written from the opening until the grades are given."""
    return standing("grade", windows, today) is Standing.OVER


def why_not_keep(text: str, *, hand_in: bool, handed_in: bool, over: bool) -> Refusal | None:
    """Why a text cannot be kept as a draft or, with `hand_in`, handed in; or None. What is `handed_in` already can be
    changed as long as it is not over, but stays handed in."""
    if refused := why_not_write(over):
        return refused
    if len(text) > MOST_CHARACTERS:
        return TooMuchWritten(MOST_CHARACTERS)
    if hand_in:
        return None if text.strip() else NothingWritten()
    return NoDraftAgain() if handed_in else None

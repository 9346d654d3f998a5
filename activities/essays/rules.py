"""A self-review: how long it is, and what may be done with it when. Pure, on plain values."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from activities.cycles.rules import Windows, why_not_now
from activities.cycles.rules_settings import MOST_CHARACTERS, Settings
from activities.kit.refusal import N_, Refusal, refusal


@refusal
class TooShort(Refusal):
    count: int
    least: int
    sentence: ClassVar[str] = N_("It has %(count)s characters; at least %(least)s are asked for.")
    remedy: ClassVar[str] = N_("It is kept as a draft.")


@refusal
class TooLong(Refusal):
    count: int
    most: int
    sentence: ClassVar[str] = N_("It has %(count)s characters; at most %(most)s can be handed in.")
    remedy: ClassVar[str] = N_("It is kept as a draft.")


@refusal
class FarTooLong(Refusal):
    most: int
    sentence: ClassVar[str] = N_("More than %(most)s characters cannot be kept.")


@refusal
class HandedIn(Refusal):
    sentence: ClassVar[str] = N_("Your self-review is handed in.")
    remedy: ClassVar[str] = N_("Take it back to change it, as long as the step is open.")


@refusal
class NotHandedIn(Refusal):
    sentence: ClassVar[str] = N_("Your self-review is not handed in.")


def characters(text: str) -> int:
    """How many characters it has, as people count them: without what is blank."""
    return sum(not letter.isspace() for letter in text)


def why_not_save(text: str, *, handed_in: bool, windows: Windows, today: date) -> Refusal | None:
    """Why a draft cannot be kept, or None."""
    if handed_in:
        return HandedIn()
    if characters(text) > MOST_CHARACTERS:
        return FarTooLong(MOST_CHARACTERS)
    return why_not_now("essay", windows, today)


def why_not_hand_in(text: str, settings: Settings) -> Refusal | None:
    """Why what can be kept cannot be handed in, or None."""
    count = characters(text)
    if count < settings.least:
        return TooShort(count, settings.least)
    return TooLong(count, settings.most) if count > settings.most else None

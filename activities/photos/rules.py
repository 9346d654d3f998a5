"""What is taken as a photo, and what whoever brings one has to say. Plain values only."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

from activities.kit.refusal import N_, Refusal, refusal

# So many pixels are decoded at most: above what telephones take, and far below what fills a machine's memory.
MOST_PIXELS = 64_000_000
THUMB = 480
LONGEST_CAPTION = 200


class People(StrEnum):
    """Whom a photo shows. There is no third answer: a photo of somebody who has not agreed is not taken."""

    NOBODY = "nobody"
    AGREED = "agreed"


PEOPLE_NAMES = {
    People.NOBODY: N_("Nobody who could be recognised"),
    People.AGREED: N_("People who were told what it is for, and have each agreed to it"),
}


class Size(StrEnum):
    WHOLE = "whole"
    SMALL = "small"


@refusal
class NotAPhoto(Refusal):
    sentence: ClassVar[str] = N_("This is no photo that can be read.")
    remedy: ClassVar[str] = N_("Choose a JPEG, PNG or WebP file.")


@refusal
class TooManyPixels(Refusal):
    most: int
    sentence: ClassVar[str] = N_("The photo has more than %(most)s million pixels.")
    remedy: ClassVar[str] = N_("Take it at a lower resolution, or make it smaller first.")


@refusal
class TooManyPhotosAtOnce(Refusal):
    sentence: ClassVar[str] = N_("Many photos are being added at this moment.")
    remedy: ClassVar[str] = N_("Try again in a minute.")


@refusal
class NoCaption(Refusal):
    sentence: ClassVar[str] = N_("Say in words what the photo shows.")


@refusal
class NotAgreed(Refusal):
    sentence: ClassVar[str] = N_("Say whom the photo shows.")
    remedy: ClassVar[str] = N_("Somebody who has not agreed must not be recognisable: choose another photo.")


@refusal
class WhyRemoved(Refusal):
    sentence: ClassVar[str] = N_("Say why the photo is removed.")


def too_many_pixels() -> TooManyPixels:
    return TooManyPixels(MOST_PIXELS // 1_000_000)


def why_not_keep(caption: str, people: People | None) -> Refusal | None:
    """The first reason against keeping a photo with these words, or None."""
    if not caption:
        return NoCaption()
    return NotAgreed() if people is None else None

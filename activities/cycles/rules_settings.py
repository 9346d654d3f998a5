"""What a review goes by, in versions: how many may be excellent, how long a self-review is, whom its ballots ask, how
long grades stand on notice. Pure, on plain values."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from activities.ballots.rules import DEFAULT_LEAST
from activities.cycles.rules import Counts
from activities.kit.refusal import N_

VERSION = 2
MOST_CHARACTERS = 20_000
MOST_NOTICE = 30
MOST_PAPERS = 200


class Base(StrEnum):
    """Of whom the share is a share."""

    FULL = "full"
    EVERYONE = "everyone"


BASE_NAMES = {Base.FULL: N_("Full members who take part"), Base.EVERYONE: N_("Everyone who takes part")}


class Rounding(StrEnum):
    DOWN = "down"
    NEAREST = "nearest"


ROUNDING_NAMES = {Rounding.DOWN: N_("Down"), Rounding.NEAREST: N_("To the nearest, halves up")}


@dataclass(frozen=True)
class Settings:
    """`share` of `base` may be excellent, in each unit by itself; `least` and `most` characters of a self-review;
    `notice_days` working days on notice; who has not handed in is told `remind_days` working days before the end.
    Ballots that are opened from then on show nothing of fewer than `papers`, and ask the masses too or do not."""

    share: Fraction = Fraction(1, 3)
    base: Base = Base.FULL
    rounding: Rounding = Rounding.DOWN
    least: int = 300
    most: int = 3000
    notice_days: int = 5
    remind_days: int = 2
    papers: int = DEFAULT_LEAST
    asks_masses: bool = False


def write(settings: Settings) -> str:
    said = {
        "version": VERSION, "share": str(settings.share), "base": settings.base, "rounding": settings.rounding,
        "least": settings.least, "most": settings.most, "notice_days": settings.notice_days,
        "remind_days": settings.remind_days, "papers": settings.papers, "asks_masses": settings.asks_masses,
    }  # fmt: skip
    return json.dumps(said, sort_keys=True)


def read(text: str) -> Settings:
    """Version 1 knew nothing of ballots, for which the defaults held."""
    said = json.loads(text)
    return Settings(
        Fraction(said["share"]), Base(said["base"]), Rounding(said["rounding"]), said["least"], said["most"],
        said["notice_days"], said["remind_days"], said.get("papers", DEFAULT_LEAST), said.get("asks_masses", False),
    )  # fmt: skip


def read_share(text: str) -> Fraction | None:
    """1/3 or 30% as it is typed; None for what is no share from nothing to all."""
    text = text.strip().replace("／", "/").replace("％", "%")
    is_percent = text.endswith("%")
    if len(text) > 12 or not all(letter.isascii() and (letter.isdigit() or letter in "/.%") for letter in text):
        return None
    try:
        share = Fraction(text.removesuffix("%"))
    except (ValueError, ZeroDivisionError):
        return None
    share = share / 100 if is_percent else share
    return share if 0 <= share <= 1 else None


def say_share(share: Fraction) -> str:
    """1/3, 30%."""
    percent = share * 100
    return f"{percent}%" if percent.denominator == 1 else str(share)


def most_excellent(settings: Settings, counts: Counts) -> int:
    """How many of a unit may be excellent."""
    exact = settings.share * (counts.full if settings.base is Base.FULL else counts.everyone)
    whole = exact.numerator // exact.denominator
    if settings.rounding is Rounding.NEAREST and exact - whole >= Fraction(1, 2):
        whole += 1
    # No more than can be graded at all.
    return min(whole, counts.full)

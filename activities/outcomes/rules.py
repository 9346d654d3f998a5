"""What can have been achieved, decided on plain values. An amount is a whole number of thousandths of its unit, so that
sums are exact on every database."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import zip_longest
from typing import ClassVar, NamedTuple, TypeVar

from activities.duties.kinds import Kind, Measure, PhotoMoment
from activities.duties.rules import SlotState
from activities.kit.refusal import N_, Refusal, Word, refusal
from activities.records.rules import Session, SlotWasCancelled

SCALE = 1000
MOST_PHOTOS = 12
_NUMBER = re.compile(r"(\d{1,12})(?:\.(\d{1,12}))?", re.ASCII)


class Cell(NamedTuple):
    """What an amount is of: a measure of the slot, or of one person on it."""

    measure: str
    member_id: int | None = None


@refusal
class NoAmount(Refusal):
    sentence: ClassVar[str] = N_("Enter a number.")


@refusal
class NotWhole(Refusal):
    sentence: ClassVar[str] = N_("Enter a whole number.")


@refusal
class TooManyPlaces(Refusal):
    places: int
    sentence: ClassVar[str] = N_("At most %(places)s digits after the point.")


@refusal
class TooMuch(Refusal):
    most: int
    sentence: ClassVar[str] = N_("At most %(most)s.")


@refusal
class MoreThanAll(Refusal):
    part: Word
    whole: Word
    sentence: ClassVar[str] = N_("“%(part)s” cannot be more than “%(whole)s”.")


@refusal
class OwnAmount(Refusal):
    sentence: ClassVar[str] = N_("Nobody enters here what they achieved themselves.")
    remedy: ClassVar[str] = N_("Ask another organizer.")


@refusal
class WhyCorrected(Refusal):
    sentence: ClassVar[str] = N_("Say why what was entered is being changed.")


@refusal
class TooManyPhotos(Refusal):
    most: int
    sentence: ClassVar[str] = N_("A slot has at most %(most)s photos.")
    remedy: ClassVar[str] = N_("Remove one that says less.")


@refusal
class PhotosNotYet(Refusal):
    opens_at: datetime
    sentence: ClassVar[str] = N_("Such a photo can be added from %(opens_at)s on.")


def why_not_show(moment: PhotoMoment, session: Session, morning: datetime, now: datetime) -> Refusal | None:
    """The first reason why there can be no photo of this moment of a slot by now, or None: what it was like before the
    work is seen from the morning of its day on, everything else once it has begun."""
    if session.state is SlotState.CANCELLED:
        return SlotWasCancelled()
    opens_at = morning if moment is PhotoMoment.BEFORE else session.starts_at
    return PhotosNotYet(opens_at) if now < opens_at else None


def why_not_add_photo(there: int) -> Refusal | None:
    """The first reason against a photo beside those that a slot has already, or None."""
    return TooManyPhotos(MOST_PHOTOS) if there >= MOST_PHOTOS else None


P = TypeVar("P")


def side_by_side(photos: Sequence[tuple[PhotoMoment, P]]) -> list[tuple[P | None, P | None]]:
    """The first before beside the first after, the second beside the second; what has no other half stands alone."""
    before, after = (
        [photo for of, photo in photos if of is moment] for moment in (PhotoMoment.BEFORE, PhotoMoment.AFTER)
    )
    return list(zip_longest(before, after))


def read_amount(typed: str, measure: Measure) -> int | None:
    """The amount that was typed, None for nothing. Raises the Refusal that says what is wrong with it."""
    text = unicodedata.normalize("NFKC", typed).strip()
    if not text:
        return None
    found = _NUMBER.fullmatch(text)
    if not found:
        raise NoAmount
    decimals = (found[2] or "").rstrip("0")
    if len(decimals) > measure.places:
        raise TooManyPlaces(measure.places) if measure.places else NotWhole
    amount = int(found[1]) * SCALE + int(decimals.ljust(3, "0"))
    if amount > measure.most * SCALE:
        raise TooMuch(measure.most)
    return amount


def write_amount(amount: float | None) -> str:
    """An amount as it is typed and shown, without needless zeros; averages to one decimal."""
    if amount is None:
        return ""
    places = 3 if isinstance(amount, int) else 1
    text = f"{Decimal(amount) / SCALE:.{places}f}"
    return text.rstrip("0").rstrip(".")


def why_not_enter(
    kind: Kind, amounts: Mapping[Cell, int | None], changed: Sequence[Cell], corrected: bool, reason: str
) -> Refusal | None:
    """The first reason against these amounts, which are all that would then hold; `corrected` is whether one of them
    was another before."""
    for cell in changed:
        if (measure := kind.measure(cell.measure)) is None:
            return NoAmount()
        amount = amounts[cell]
        if amount is not None and amount > measure.most * SCALE:
            return TooMuch(measure.most)
    for measure in kind.measures:
        if why := _more_than_all(kind, measure, amounts):
            return why
    return WhyCorrected() if corrected and not reason else None


def _more_than_all(kind: Kind, measure: Measure, amounts: Mapping[Cell, int | None]) -> Refusal | None:
    whole = kind.measure(measure.part_of)
    if whole is None:
        return None
    part, all_ = amounts.get(Cell(measure.key)), amounts.get(Cell(whole.key))
    if part is None or all_ is None or part <= all_:
        return None
    return MoreThanAll(Word(measure.name), Word(whole.name))


# ── totals ──────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Sum:
    """Amounts added up, and how many they were."""

    amount: int = 0
    count: int = 0

    def __add__(self, other: Sum) -> Sum:
        return Sum(self.amount + other.amount, self.count + other.count)

    def of(self, measure: Measure) -> float:
        """What is meant of many: the average of scores, of all else the sum."""
        return self.amount / self.count if measure.is_score and self.count else self.amount


@dataclass(frozen=True)
class Stretch:
    """Days that are looked at together: a term, a year, or all there are. `key` stands in the address."""

    key: str
    name: str
    first: date
    last: date

    @property
    def is_long(self) -> bool:
        """Whether it is told by months rather than by weeks."""
        return (self.last - self.first).days > 200

    def begins(self) -> list[date]:
        """The first days of its months, or of its weeks."""
        if not self.is_long:
            weeks = (self.last - self.first).days // 7 + 1
            return [self.first + timedelta(weeks=n) for n in range(weeks)]
        months = (self.last.year - self.first.year) * 12 + self.last.month - self.first.month + 1
        before = self.first.year * 12 + self.first.month - 1
        return [date((before + n) // 12, (before + n) % 12 + 1, 1) for n in range(months)]

    def begin_of(self, day: date) -> date:
        """The month or week of it that a day falls into."""
        return day.replace(day=1) if self.is_long else day - timedelta(days=(day - self.first).days % 7)


def progress(amount: float, target: int) -> int:
    """How much of a target is reached, in percent, rounded down."""
    return int(100 * amount // target) if target else 100

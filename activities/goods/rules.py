"""How goods come in, go from hand to hand and go out, decided on plain values. At the end of no day has anybody given
more of a lot than had come to them."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from typing import ClassVar, NamedTuple

from activities.kit.refusal import N_, Refusal, refusal

MOST = 100_000
_WHOLE = re.compile(r"\d{1,7}", re.ASCII)


class Move(NamedTuple):
    """So many of a lot that went from one to another on a day; nobody stands for the world outside."""

    quantity: int
    giver: int | None
    taker: int | None
    day: date

    @property
    def back(self) -> Move:
        """What undoes it: the same on the same day, the other way."""
        return self._replace(giver=self.taker, taker=self.giver)


@refusal
class RecipientLost(Refusal):
    sentence: ClassVar[str] = N_("Whom this was for was sealed with another key, and cannot be read any more.")
    remedy: ClassVar[str] = N_("Ask an administrator whether SECRET_KEY was changed.")


@refusal
class NoQuantity(Refusal):
    sentence: ClassVar[str] = N_("Enter a whole number above 0.")


@refusal
class TooMuchAtOnce(Refusal):
    most: int
    sentence: ClassVar[str] = N_("At most %(most)s at once.")


@refusal
class NotThatMany(Refusal):
    left: int
    day: date
    sentence: ClassVar[str] = N_("On %(day)s only %(left)s of these were there to give.")
    remedy: ClassVar[str] = N_("Look at who holds how many, and at what has been given since.")


@refusal
class NothingGiven(Refusal):
    sentence: ClassVar[str] = N_("Enter how many of at least one lot are delivered.")


@refusal
class SameHands(Refusal):
    sentence: ClassVar[str] = N_("They are in these hands already.")


@refusal
class DayNotYet(Refusal):
    sentence: ClassVar[str] = N_("This day has not come yet.")


@refusal
class NoSuchGoods(Refusal):
    sentence: ClassVar[str] = N_("This kind of activity has no such goods.")


@refusal
class WhyUndone(Refusal):
    sentence: ClassVar[str] = N_("Say why this was wrong.")


@refusal
class UndoneAlready(Refusal):
    sentence: ClassVar[str] = N_("This has been corrected already.")


@refusal
class SameAsBefore(Refusal):
    sentence: ClassVar[str] = N_("This is what stands there already.")


@refusal
class OwnDelivery(Refusal):
    sentence: ClassVar[str] = N_("You recorded this delivery yourself.")
    remedy: ClassVar[str] = N_("Another person signs it.")


@refusal
class OwnAid(Refusal):
    sentence: ClassVar[str] = N_("You cannot have a part in what is given to yourself.")
    remedy: ClassVar[str] = N_("Another person does this.")


@refusal
class NoReceipt(Refusal):
    sentence: ClassVar[str] = N_("There is no photo of the receipt yet.")
    remedy: ClassVar[str] = N_("Whoever delivered adds it.")


@refusal
class ReceiptThere(Refusal):
    sentence: ClassVar[str] = N_("The photo of the receipt is there already.")


@refusal
class SignedAlready(Refusal):
    sentence: ClassVar[str] = N_("This delivery is signed.")


@refusal
class NothingToSign(Refusal):
    sentence: ClassVar[str] = N_("Nothing is left of this delivery: all of it was corrected away.")


def read_quantity(typed: str) -> int:
    """The number that was typed, 0 among them. Raises NoQuantity, TooMuchAtOnce."""
    found = _WHOLE.fullmatch(unicodedata.normalize("NFKC", typed).strip())
    if found is None:
        raise NoQuantity
    return checked(int(found[0])) if int(found[0]) else 0


def checked(quantity: int) -> int:
    if quantity < 1:
        raise NoQuantity
    if quantity > MOST:
        raise TooMuchAtOnce(MOST)
    return quantity


def held(moves: Iterable[Move]) -> dict[int, int]:
    """Who holds how many, without those who hold none."""
    found: Counter[int] = Counter()
    for move in moves:
        if move.taker is not None:
            found[move.taker] += move.quantity
        if move.giver is not None:
            found[move.giver] -= move.quantity
    return {holder: quantity for holder, quantity in found.items() if quantity}


def why_not_move(moves: Sequence[Move], more: Sequence[Move], today: date) -> Refusal | None:
    """The first reason against these further moves of a lot, or None. A correction counts on the day of what it
    corrects, so that the balance of every day is right afterwards."""
    for move in more:
        if move.giver == move.taker:
            return SameHands()
        if move.day > today:
            return DayNotYet()
    hands: Counter[int] = Counter()
    whole = sorted([*moves, *more], key=lambda move: move.day)
    for place, move in enumerate(whole):
        for holder, quantity in held([move]).items():
            hands[holder] += quantity
        is_last = place + 1 == len(whole) or whole[place + 1].day != move.day
        if is_last and (short := min(hands, key=hands.__getitem__, default=None)) is not None and hands[short] < 0:
            wanted = sum(one.quantity for one in more if one.giver == short)
            return NotThatMany(max(0, wanted + hands[short]), move.day)
    return None


def why_not_sign(
    *, is_handler: bool, is_recipient: bool, has_receipt: bool, is_signed: bool, is_empty: bool
) -> Refusal | None:
    """The first reason against somebody's signature under a delivery, or None."""
    if is_recipient:
        return OwnAid()
    if is_handler:
        return OwnDelivery()
    if is_signed:
        return SignedAlready()
    if is_empty:
        return NothingToSign()
    return None if has_receipt else NoReceipt()

"""Trainings that some activities ask for, as plain values."""

from __future__ import annotations

from collections.abc import Container, Iterable
from datetime import date
from typing import ClassVar, NamedTuple

from activities.kit.refusal import N_, Refusal, refusal


class Need(NamedTuple):
    """A training that an activity asks for, and where to get it."""

    id: int
    name: str
    where: str


class Passed(NamedTuple):
    """A training that a person has passed, and the last day on which that counts; None: for ever."""

    training_id: int
    valid_until: date | None


def missing(needs: Iterable[Need], passed: Iterable[Passed], on: date) -> tuple[Need | None, date | None]:
    """The first training that the person would lack on a day, and until when they had it; None, None: nothing."""
    for need in needs:
        until = [one.valid_until for one in passed if one.training_id == need.id]
        if not any(last is None or last >= on for last in until):
            return need, max((last for last in until if last), default=None)
    return None, None


def valid_until(passed_on: date, months: int | None) -> date | None:
    """The last day on which a training counts that was passed on this day and is good for so many months: the day
    before the same day of the month, or before the month's end where it is shorter."""
    if months is None:
        return None
    year, month = divmod(passed_on.year * 12 + passed_on.month - 1 + months, 12)
    first_of_next = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    day = min(passed_on.day, (first_of_next - date(year, month + 1, 1)).days)
    return date.fromordinal(date(year, month + 1, day).toordinal() - 1)


# ── refusals ────────────────────────────────────────────────────────────────


@refusal
class NameTaken(Refusal):
    name: str
    sentence: ClassVar[str] = N_("There is a training “%(name)s” already.")


@refusal
class WrongRows(Refusal):
    """Each row that cannot be entered, and why: line, what was typed, reason."""

    rows: tuple[tuple[int, str, str], ...]
    sentence: ClassVar[str] = N_("Nothing was entered: some rows are not right.")
    remedy: ClassVar[str] = N_("Correct these rows and try again.")


@refusal
class PassedInFuture(Refusal):
    sentence: ClassVar[str] = N_("This day is still to come.")


NOBODY = N_("nobody with this number whom you may enter")
TWICE = N_("the same person stands further up")
ONESELF = N_("nobody enters themselves")


def read_numbers(text: str) -> list[tuple[int, str]]:
    """The numbers that were typed or pasted, each with its line: the first word of every line that has one."""
    return [(n, line.split()[0]) for n, line in enumerate(text.splitlines(), 1) if line.split()]


def wrong_rows(rows: Iterable[tuple[int, str]], known: Container[str], own: Container[str]) -> WrongRows | None:
    """The rows that speak of nobody who is known, of somebody again, or of who enters them (`own`: the numbers of
    their accounts)."""
    wrong: list[tuple[int, str, str]] = []
    seen: set[str] = set()
    for line, number in rows:
        if number not in known:
            wrong.append((line, number, NOBODY))
        elif number in own:
            wrong.append((line, number, ONESELF))
        elif number in seen:
            wrong.append((line, number, TWICE))
        seen.add(number)
    return WrongRows(tuple(wrong)) if wrong else None

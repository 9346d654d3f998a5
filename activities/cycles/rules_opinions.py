"""Opinions of those who know somebody: a class teacher, the member paired with a class. Pure, on plain values."""

from __future__ import annotations

from typing import ClassVar

from activities.kit.refusal import N_, Refusal, refusal


@refusal
class OwnOpinion(Refusal):
    sentence: ClassVar[str] = N_("Nobody gives an opinion on themselves, or asks for one.")


@refusal
class AskedAlready(Refusal):
    name: str
    sentence: ClassVar[str] = N_("%(name)s has been asked already.")


@refusal
class TooLate(Refusal):
    sentence: ClassVar[str] = N_("The grades are given; opinions come before them.")


def why_not_write(grades_are_given: bool) -> Refusal | None:
    return TooLate() if grades_are_given else None

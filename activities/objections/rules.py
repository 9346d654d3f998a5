"""Grades on notice, and what speaks against objecting to one or answering an objection. Pure, on plain values."""

from __future__ import annotations

from typing import ClassVar

from activities.certificates.rules_notice import JudgedAlready, Verdict
from activities.kit.refusal import N_, Refusal, refusal

VERDICT_NAMES = {
    Verdict.OPEN: N_("Waiting for an answer"),
    Verdict.UPHELD: N_("Upheld: the grade is decided anew"),
    Verdict.REJECTED: N_("Rejected: the grade stays"),
}


@refusal
class ObjectedAlready(Refusal):
    sentence: ClassVar[str] = N_("You have objected to this grade already.")
    remedy: ClassVar[str] = N_("You are told of the answer.")


@refusal
class Involved(Refusal):
    sentence: ClassVar[str] = N_("Who has, gave or objects to a grade does not answer the objection.")
    remedy: ClassVar[str] = N_("Somebody else who holds the review, of this unit or one above, answers it.")


def why_not_judge(*, verdict: Verdict, is_involved: bool) -> Refusal | None:
    """The first reason against answering an objection, or None. `is_involved`: who would answer has the grade, gave it,
    or raised the objection."""
    if is_involved:
        return Involved()
    return None if verdict is Verdict.OPEN else JudgedAlready()

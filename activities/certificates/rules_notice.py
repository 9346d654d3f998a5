"""Certificates on notice, and what speaks against objecting to one or answering an objection."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar

from activities.certificates.rules import CertificateState
from activities.certificates.rules_refusals import NotValid
from activities.kit.refusal import N_, Refusal, refusal


class Verdict(StrEnum):
    """What became of an objection."""

    OPEN = "open"
    UPHELD = "upheld"
    REJECTED = "rejected"


VERDICT_NAMES = {
    Verdict.OPEN: N_("Waiting for an answer"),
    Verdict.UPHELD: N_("Upheld: the certificate is revoked"),
    Verdict.REJECTED: N_("Rejected: the certificate stays"),
}


@refusal
class NoticeOver(Refusal):
    number: str
    sentence: ClassVar[str] = N_("Certificate %(number)s does not stand on notice any more.")
    remedy: ClassVar[str] = N_("Tell the secretary of the unit, who can still revoke it.")


@refusal
class OwnObjection(Refusal):
    sentence: ClassVar[str] = N_("This certificate is your own.")
    remedy: ClassVar[str] = N_("Where your records are wrong, ask for a correction; then the certificate is replaced.")


@refusal
class ObjectedAlready(Refusal):
    sentence: ClassVar[str] = N_("You have objected to this certificate already.")
    remedy: ClassVar[str] = N_("You are told of the answer.")


@refusal
class Involved(Refusal):
    sentence: ClassVar[str] = N_("Who holds, issued or objects to a certificate does not answer the objection.")
    remedy: ClassVar[str] = N_("Another secretary, of this unit or one above, answers it.")


@refusal
class JudgedAlready(Refusal):
    sentence: ClassVar[str] = N_("This objection has been answered already.")


def notice_until(issued_at: datetime, days: int) -> datetime:
    """When a certificate ceases to stand on notice."""
    return issued_at + timedelta(days=days)


def why_not_object(
    *, number: str, state: CertificateState, until: datetime, now: datetime, is_own: bool
) -> Refusal | None:
    if is_own:
        return OwnObjection()
    if state is not CertificateState.VALID:
        return NotValid(number)
    return NoticeOver(number) if now >= until else None


def why_not_judge(*, verdict: Verdict, is_involved: bool) -> Refusal | None:
    """The first reason against answering an objection, or None. `is_involved`: who would answer holds the certificate,
    issued it, or raised the objection."""
    if is_involved:
        return Involved()
    return None if verdict is Verdict.OPEN else JudgedAlready()

"""What speaks against a certificate, in words."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from activities.kit.refusal import N_, Refusal, refusal


@refusal
class NobodyHere(Refusal):
    number: str
    sentence: ClassVar[str] = N_("%(number)s: nobody with this number is in your units.")
    remedy: ClassVar[str] = N_("Check the student or staff number.")


@refusal
class OwnCertificate(Refusal):
    sentence: ClassVar[str] = N_("Nobody issues, replaces or revokes their own certificate.")
    remedy: ClassVar[str] = N_("Ask another secretary to do it.")


@refusal
class OnlyYourWord(Refusal):
    name: str
    sentence: ClassVar[str] = N_("Some of this time of %(name)s rests on your word alone: you recorded it.")
    remedy: ClassVar[str] = N_("Ask another secretary to issue the certificate.")


@refusal
class WrongWayRound(Refusal):
    sentence: ClassVar[str] = N_("The last day is before the first.")


@refusal
class StillToCome(Refusal):
    today: date
    sentence: ClassVar[str] = N_("Only what has been can be certified: choose a last day up to %(today)s.")


@refusal
class NothingToCertify(Refusal):
    sentence: ClassVar[str] = N_("There is no recorded time of this kind in these days.")
    remedy: ClassVar[str] = N_("Look at the records, or choose other days.")


@refusal
class CertifiedAlready(Refusal):
    number: str
    sentence: ClassVar[str] = N_("Certificate %(number)s is valid for the same kind of time and the same days.")
    remedy: ClassVar[str] = N_("It can be downloaded as often as needed; after a correction, replace it.")


@refusal
class AskedAlready(Refusal):
    sentence: ClassVar[str] = N_("You have asked for one of this kind of time already.")
    remedy: ClassVar[str] = N_("Wait for the answer.")


@refusal
class AnsweredAlready(Refusal):
    sentence: ClassVar[str] = N_("This request has been answered already.")


@refusal
class NobodyInClass(Refusal):
    name: str
    sentence: ClassVar[str] = N_("%(name)s: nobody in this class is one of your people.")


@refusal
class NotValid(Refusal):
    number: str
    sentence: ClassVar[str] = N_("Certificate %(number)s is not valid any more.")


@refusal
class NotAsIssued(Refusal):
    number: str
    sentence: ClassVar[str] = N_("What is stored of certificate %(number)s is not what was issued.")
    remedy: ClassVar[str] = N_("Do not use it. Tell an administrator, who has the trail verified.")


@refusal
class NothingChanged(Refusal):
    number: str
    sentence: ClassVar[str] = N_("Certificate %(number)s still says what the records say.")

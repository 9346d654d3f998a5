"""Every reason why a file of hours, or a row of one, is not taken."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

from activities.kit.refusal import N_, Refusal, Word, refusal


@refusal
class NoRows(Refusal):
    sentence: ClassVar[str] = N_("This file holds no rows below its headings.")


@refusal
class TooManyHours(Refusal):
    most: int
    sentence: ClassVar[str] = N_("This file has more than %(most)s rows. Import it in parts, for example year by year.")


@refusal
class ColumnsMissing(Refusal):
    labels: tuple[Word, ...]
    sentence: ClassVar[str] = N_("Choose a column for: %(labels)s.")


@refusal
class HasBadRows(Refusal):
    rows: int
    sentence: ClassVar[str] = N_("%(rows)s rows cannot be imported. Correct them, or say that they are left out.")


@refusal
class NothingNew(Refusal):
    sentence: ClassVar[str] = N_("Nothing in this file is new.")


@refusal
class NotAsShown(Refusal):
    sentence: ClassVar[str] = N_("What this file would do has changed since it was shown.")
    remedy: ClassVar[str] = N_("Look at the preview again and confirm what it shows now.")


@refusal
class BuiltOn(Refusal):
    records: int
    sentence: ClassVar[str] = N_(
        "%(records)s of these records were countersigned, corrected or joined by others, so the import stays."
    )
    remedy: ClassVar[str] = N_("Correct single records on their attendance page, with a reason.")


@refusal
class Unknown(Refusal):
    sentence: ClassVar[str] = N_("The number of somebody in your units.")


@refusal
class OtherPerson(Refusal):
    name: str
    sentence: ClassVar[str] = N_("The name that goes with the number: %(name)s.")


@refusal
class NotOver(Refusal):
    sentence: ClassVar[str] = N_("A time that is over.")


@refusal
class EndsBefore(Refusal):
    sentence: ClassVar[str] = N_("An end after the start.")


@refusal
class LongerThanTime(Refusal):
    most: timedelta
    sentence: ClassVar[str] = N_("At most %(most)s: that is how long it was.")


@refusal
class OtherLedger(Refusal):
    sentence: ClassVar[str] = N_("The kind of time that this import counts into.")


@refusal
class NoRoom(Refusal):
    most: timedelta
    sentence: ClassVar[str] = N_("At most %(most)s: the rest of that time counts in other records.")

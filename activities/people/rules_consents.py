"""For what a person is asked to agree, each purpose by itself. What must be recorded by law, and what the service
itself needs, rests on no consent and is not asked for."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from activities.kit.refusal import N_


class Purpose(StrEnum):
    TIMETABLE = "timetable"
    NAME_ON_NOTICE = "name_on_notice"


class Forgetting(StrEnum):
    """What became of a request to be forgotten."""

    ASKED = "asked"
    WITHDRAWN = "withdrawn"
    RESTRICTED = "restricted"


@dataclass(frozen=True)
class Declared:
    """What is asked, and what follows from agreeing and from withdrawing. Whoever changes the text raises the version:
    an agreement to an earlier one holds no more."""

    version: int
    title: str
    text: str
    withdrawn: str


PURPOSES: dict[Purpose, Declared] = {
    Purpose.TIMETABLE: Declared(
        1,
        N_("My class timetable shows when I am busy"),
        N_("When you bring it, only busy times are kept, and only you and the rules for signing up see them."),
        N_("Withdrawn, what is kept of it is deleted at once."),
    ),
    Purpose.NAME_ON_NOTICE: Declared(
        1,
        N_("My full name stands on the notice of certificates"),
        N_("For the days of the notice everyone of the school who is logged in reads it beside your hours."),
        N_("Without it, only the first character of your name stands there."),
    ),
}

"""Who may be let in, and who may be chosen: what organizers decide about people and slots."""

from __future__ import annotations

from typing import ClassVar

from activities.duties.rules import WayIn
from activities.kit.refusal import N_, Refusal, refusal
from activities.signups.rules import Offer

# The hours of so many days are shown beside each person, so that those who had least come first.
LOOK_BACK_DAYS = 90


@refusal
class OwnRequest(Refusal):
    sentence: ClassVar[str] = N_("Nobody decides about their own request for a seat.")


@refusal
class OwnSeat(Refusal):
    sentence: ClassVar[str] = N_("Nobody assigns a seat to themselves.")
    remedy: ClassVar[str] = N_("Another organizer of the activity can.")


@refusal
class NothingAsked(Refusal):
    sentence: ClassVar[str] = N_("None of these requests awaits a decision any more.")
    remedy: ClassVar[str] = N_("Look at the list again.")


@refusal
class NobodyChosen(Refusal):
    sentence: ClassVar[str] = N_("Nobody is chosen.")
    remedy: ClassVar[str] = N_("Tick at least one person.")


@refusal
class NotByAssignment(Refusal):
    sentence: ClassVar[str] = N_("The seats of this activity are not assigned.")
    remedy: ClassVar[str] = N_("Its way in stands on the activity's form.")


@refusal
class TooManyChosen(Refusal):
    left: int
    sentence: ClassVar[str] = N_("Of this slot's seats only %(left)s are free.")
    remedy: ClassVar[str] = N_("Choose fewer people, or give the slot more seats.")


@refusal
class Unfit(Refusal):
    names: tuple[str, ...]
    sentence: ClassVar[str] = N_("These people cannot take this slot any more: %(names)s.")
    remedy: ClassVar[str] = N_("They have another duty then, are on it already, or may not join. Choose others.")


def why_not_assign(offer: Offer, chosen: int, *, is_own: bool = False) -> Refusal | None:
    """The first reason against assigning free seats of a slot to so many people, whoever they are. `is_own`: who
    assigns is one of them."""
    if offer.way_in is not WayIn.ASSIGNMENT:
        return NotByAssignment()
    if not chosen:
        return NobodyChosen()
    if is_own:
        return OwnSeat()
    return TooManyChosen(offer.left) if chosen > offer.left else None

"""Who a slot is for: stage, standing, unit, class, trainings; and that the person may take on something new at all."""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar, NamedTuple

from activities.kit.refusal import N_, Refusal, refusal
from activities.norms.rules import NORMS, Norms
from activities.people.rules import Stage, Standing
from activities.timetables.rules import Span
from activities.trainings.rules import Need, Passed, missing


class Person(NamedTuple):
    """What the rules ask of a member. `unit_path` is the unit's place in the tree, "1/4/". `norms` are those of the
    person's school, `timetable` when the person is busy as far as it was asked for; None: they have brought none."""

    stage: Stage
    standing: Standing
    unit_path: str
    unit: str = ""
    class_name: str = ""
    paused_until: datetime | None = None
    trainings: tuple[Passed, ...] = ()
    norms: Norms = NORMS
    timetable: tuple[Span, ...] | None = None


# ── refusals ────────────────────────────────────────────────────────────────


@refusal
class WrongStage(Refusal):
    sentence: ClassVar[str] = N_("This activity is not open to your stage.")
    remedy: ClassVar[str] = N_("The activity's page says who may join.")


@refusal
class WrongStanding(Refusal):
    sentence: ClassVar[str] = N_("This activity is not open to your standing.")
    remedy: ClassVar[str] = N_("The activity's page says who may join.")


@refusal
class WrongUnit(Refusal):
    unit: str
    sentence: ClassVar[str] = N_("This activity is only open to %(unit)s.")
    remedy: ClassVar[str] = N_("Look for a slot of your own unit.")


@refusal
class WrongClass(Refusal):
    classes: tuple[str, ...]
    sentence: ClassVar[str] = N_("This activity is only open to %(classes)s.")
    remedy: ClassVar[str] = N_("Look for a slot that is open to your class.")


@refusal
class NeedsTraining(Refusal):
    training: str
    where: str
    sentence: ClassVar[str] = N_("This duty needs the training “%(training)s”.")

    @property
    def remedy(self) -> str:  # type: ignore[override]
        return N_("Where to get it: %(where)s") if self.where else N_("Ask an organizer where to get it.")


@refusal
class TrainingOver(Refusal):
    training: str
    until: date
    where: str
    sentence: ClassVar[str] = N_("Your training “%(training)s” counts until %(until)s only.")

    @property
    def remedy(self) -> str:  # type: ignore[override]
        return N_("Where to renew it: %(where)s") if self.where else N_("Ask an organizer where to renew it.")


@refusal
class Paused(Refusal):
    until: datetime
    unit: str
    sentence: ClassVar[str] = N_("After missed duties you take on nothing new until %(until)s.")
    remedy: ClassVar[str] = N_(
        "An organizer or the secretary of %(unit)s can lift this earlier. What you have already stays yours."
    )


# ── decisions ───────────────────────────────────────────────────────────────


def why_not_trained(needs: tuple[Need, ...], passed: tuple[Passed, ...], on: date) -> Refusal | None:
    """The reason against a duty on this day for who lacks one of the trainings it needs, or None."""
    need, until = missing(needs, passed, on)
    if need is None:
        return None
    return TrainingOver(need.name, until, need.where) if until else NeedsTraining(need.name, need.where)


def why_paused(person: Person, now: datetime) -> Refusal | None:
    """The reason against taking on anything new."""
    return Paused(person.paused_until, person.unit) if person.paused_until and now < person.paused_until else None

"""What the page of a review shows of its close, put together."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from activities.closings import queries, verifying
from activities.closings.rules import WRONG, why_not_close
from activities.cycles.models import Cycle
from activities.cycles.rules import CycleState
from activities.cycles.snapshots import snapshot_of
from activities.kit.i18n import gettext as _
from activities.kit.refusal import Refusal
from activities.people.persons import same_person
from activities.people.users import Viewer


@dataclass(frozen=True)
class Closing:
    """How far the close is: what speaks against it, and whether the holder asked for it themselves; once it is
    confirmed, how many people are frozen, of how many; once closed, its hash and what does not fit about it."""

    why_not: Refusal | None = None
    is_own: bool = False
    frozen: tuple[int, int] = (0, 0)
    hash: str = ""
    wrong: str = ""


def of_cycle(holder: Viewer, cycle: Cycle, now: datetime) -> Closing:
    """Of a cycle that is open or closed."""
    if cycle.state is CycleState.CLOSED:
        return of_closed(cycle)
    if cycle.is_being_frozen:
        return Closing(frozen=queries.progress(cycle.id))
    asked_by = cycle.close_asked_by_id
    is_own = asked_by is not None and same_person(holder.id, asked_by)
    return Closing(why_not_close(queries.facts_of(cycle, now)), is_own)


def of_closed(cycle: Cycle, *, with_people: bool = False) -> Closing:
    """Of a closed one, whether it is as it was closed; with everybody's part, or just what holds them together."""
    snapshot = snapshot_of(cycle.id)
    assert snapshot is not None  # made with the close
    wrong = verifying.wrong_with(snapshot) or (verifying.wrong_with_people(snapshot) if with_people else "")
    return Closing(hash=snapshot.hash, wrong=_(WRONG[wrong]) if wrong else "")

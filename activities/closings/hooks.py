"""What the close hands in to the review: how far it is, on the review's page, and words of what is done about it."""

from __future__ import annotations

from datetime import datetime

from activities.closings import pages
from activities.cycles.models import Cycle
from activities.cycles.panels import Panel, Place, panel
from activities.cycles.rules import CycleState
from activities.cycles.words import deed
from activities.kit.refusal import N_
from activities.kit.roles import Permission
from activities.people.users import Viewer


@panel(Place.CYCLE)
def _closing(holder: Viewer, cycle: Cycle, now: datetime) -> Panel | None:
    holds = holder.may(Permission.HOLD_REVIEW, cycle.unit.path)
    if cycle.state is CycleState.CLOSED or cycle.is_being_frozen or (cycle.is_open and holds):
        return Panel("closings/_panel.html", {"closing": pages.of_cycle(holder, cycle, now), "holds": holds})
    return None


deed("ask to close", N_("asked to close the review"))
deed("confirm to close", N_("confirmed that it is closed"))
deed("stay open", N_("let it stay open"))
deed("close", N_("closed the review; SHA-256 %(hash)s"))

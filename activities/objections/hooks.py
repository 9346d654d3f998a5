"""What the notice of grades hands in to the review: its step, what somebody's own page shows of it, and to
who holds the review what waits for an answer."""

from __future__ import annotations

from datetime import datetime

from activities.cycles.models import Cycle, Participant
from activities.cycles.panels import Panel, Place, panel
from activities.cycles.plugs import Plug, plug
from activities.objections import pages, queries
from activities.people.users import Viewer


@panel(Place.OUTCOME)
def _outcome(member: Viewer, part: Participant, now: datetime) -> Panel | None:
    shown = pages.of_part(member, part, now)
    return Panel("objections/_outcome.html", shown) if shown["stands"] or shown["raised"] else None


@panel(Place.CYCLE)
def _open(holder: Viewer, cycle: Cycle, _now: datetime) -> Panel | None:
    """What the close waits for, whoever has to answer it."""
    waiting = queries.how_many_open(holder, cycle.id) if cycle.is_open else 0
    return Panel("objections/_open.html", {"waiting": waiting}) if waiting else None


plug("notice", Plug(member_page="objections.on_notice"))

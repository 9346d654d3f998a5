"""What the notice of grades hands in to the review: its step, and what somebody's own page shows of it."""

from __future__ import annotations

from datetime import datetime

from activities.cycles.models import Participant
from activities.cycles.panels import Panel, Place, panel
from activities.cycles.plugs import Plug, plug
from activities.objections import pages
from activities.people.users import Viewer


@panel(Place.OUTCOME)
def _outcome(member: Viewer, part: Participant, now: datetime) -> Panel | None:
    shown = pages.of_part(member, part, now)
    return Panel("objections/_outcome.html", shown) if shown["stands"] or shown["raised"] else None


plug("notice", Plug(member_page="objections.on_notice"))

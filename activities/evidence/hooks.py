"""What packets and points hand in to the review: their steps, and what somebody's own page shows of them."""

from __future__ import annotations

from datetime import datetime

from activities.cycles.models import Participant
from activities.cycles.panels import Panel, Place, panel
from activities.cycles.plugs import Plug, plug
from activities.evidence import pages, queries
from activities.packets.above import closes
from activities.people.users import Viewer

plug(queries.EVIDENCE, Plug(frozen=queries.frozen))
plug(queries.POINTS, Plug(frozen=queries.frozen_points, holder_page="evidence.points"))


@panel(Place.PART)
def _packet(_member: Viewer, part: Participant, now: datetime) -> Panel:
    return Panel("evidence/_panel.html", pages.of_part(part, now))


closes(pages.closed)

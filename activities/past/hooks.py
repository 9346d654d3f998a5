"""What grades of years before hand in to the review: they stand among one's own."""

from __future__ import annotations

from datetime import datetime

from activities.cycles.panels import Panel, Place, panel
from activities.past import queries
from activities.people.users import Viewer


@panel(Place.MINE)
def _imported(member: Viewer, _about: None, _now: datetime) -> Panel | None:
    found = queries.imported(member.id)
    return Panel("past/_panel.html", {"imported": found}) if found else None

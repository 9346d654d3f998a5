"""What overviews hand in to the review: what waits for whoever holds some, and the words of reminding."""

from __future__ import annotations

from datetime import datetime

from activities.cycles.panels import Panel, Place, panel
from activities.cycles.words import deed
from activities.kit.refusal import N_
from activities.overviews import todo
from activities.people.users import Viewer


@panel(Place.CYCLES)
def _to_do(holder: Viewer, _about: None, now: datetime) -> Panel:
    return Panel("overviews/_panel.html", {"due": todo.due(holder, now)})


deed("remind", N_("reminded %(people)s people: %(step)s"))

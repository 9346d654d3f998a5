"""What the ballots of a review hand in: their step, and to packets the share of the year's ballot."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import url_for

from activities.appraisals import queries
from activities.cycles.models import Cycle, Participant
from activities.cycles.panels import Panel, Place, panel
from activities.cycles.plugs import Ask, Plug, plug
from activities.cycles.portions import Portion
from activities.cycles.words import deed
from activities.kit.i18n import gettext as _
from activities.kit.i18n import say_end
from activities.kit.refusal import N_
from activities.packets.above import tells
from activities.people.users import Viewer


def _asks(cycle: Cycle, part: Participant, now: datetime) -> Ask | None:
    ballot = queries.waiting_for(cycle.id, part.member_id, now)
    if ballot is None:
        return None
    sentence = _("Give your vote in secret, until %(moment)s.", moment=say_end(ballot.ends_at))
    return Ask("ballot", sentence, url_for("ballots.vote", public_id=ballot.public_id))


@panel(Place.PART)
def _result(_member: Viewer, part: Participant, _now: datetime) -> Panel | None:
    """What came of the ballot about oneself, where one may know it."""
    ballot = queries.counted_on(part)
    shown = ballot is not None and ballot.shows_own
    return Panel("appraisals/_panel.html", {"ballot": ballot}) if shown else None


def _counted(portion: Portion) -> Mapping[int, Any]:
    return queries.results(portion.cycle.id, portion.members)


deed("plan ballots", N_("planned that the ballots open by themselves"))
deed("call off plan of ballots", N_("took back that the ballots open by themselves"))
plug("ballot", Plug(done=queries.voted, asks=_asks, frozen=_counted, holder_page="appraisals.keep"))
tells(queries.shares)

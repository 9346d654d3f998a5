"""What the self-review hands in to the review: its step, and whom that waits for."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from flask import url_for

from activities.cycles.models import Cycle, Participant
from activities.cycles.plugs import Ask, Plug, plug
from activities.cycles.rules import Standing, standing
from activities.cycles.waits import Pairs, Wait, takes_part, waits
from activities.essays import queries
from activities.essays.models import Essay
from activities.kit.clock import local_day
from activities.kit.i18n import gettext as _
from activities.kit.i18n import say_day
from activities.kit.refusal import N_


def _asks(cycle: Cycle, part: Participant, now: datetime) -> Ask | None:
    if standing("essay", cycle.windows, local_day(now)) is not Standing.OPEN:
        return None
    written = queries.own_essay(part.id)
    if written and written.handed_in_at:
        return None
    sentence = _("Write your self-review and hand it in until %(day)s.", day=say_day(cycle.windows["essay"].last))
    return Ask("essay", sentence, url_for("essays.show", public_id=cycle.public_id))


def _missing(cycle_id: int) -> Pairs:
    handed_in = sa.exists().where(Essay.participant_id == Participant.id, Essay.handed_in_at.is_not(None))
    return sa.select(Participant.unit_id, Participant.member_id).where(*takes_part(cycle_id), ~handed_in)


plug("essay", Plug(done=queries.handed_in, asks=_asks, member_page="essays.show"))
waits(Wait("essay", "essay", N_("Self-review not handed in"), N_("Your self-review is not handed in."), _missing))

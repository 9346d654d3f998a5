"""The step of the self-review, for the pages of a review."""

from __future__ import annotations

from datetime import datetime

from flask import url_for

from activities.cycles import queries, rules
from activities.cycles.models import Cycle, Participant
from activities.cycles.plugs import Ask, Plug, plug
from activities.cycles.rules import Standing
from activities.kit.clock import local_day
from activities.kit.i18n import gettext as _
from activities.kit.i18n import say_day


def _asks(cycle: Cycle, part: Participant, now: datetime) -> Ask | None:
    if rules.standing("essay", cycle.windows, local_day(now)) is not Standing.OPEN:
        return None
    written = queries.own_essay(part.id)
    if written and written.handed_in_at:
        return None
    sentence = _("Write your self-review and hand it in until %(day)s.", day=say_day(cycle.windows["essay"].last))
    return Ask("essay", sentence, url_for("cycles.essay", public_id=cycle.public_id))


plug("essay", Plug(done=queries.handed_in, asks=_asks, member_page="cycles.essay"))

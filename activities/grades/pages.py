"""What the pages of one person in a review show, put together."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import url_for

from activities.appraisals import queries as appraisals
from activities.ballots import pages as ballots
from activities.cycles.models import Cycle, Participant
from activities.cycles.plugs import Ask
from activities.cycles.rules import Standing, standing
from activities.essays import queries as essays
from activities.evidence import pages as evidence
from activities.grades import queries
from activities.kit.clock import local_day
from activities.kit.i18n import gettext as _
from activities.kit.i18n import say_day
from activities.kit.roles import Permission
from activities.past import queries as past
from activities.peers import queries as peers
from activities.peers.rules import MARKS
from activities.peers.words import say_criterion
from activities.people.rules import STAGE_NAMES
from activities.people.users import Viewer


def of_person(holder: Viewer, cycle: Cycle, part: Participant, now: datetime) -> dict[str, Any]:
    """Somebody with what they did and wrote, what others said of them, and how it was decided."""
    written = essays.own_essay(part.id)
    return {
        "cycle": cycle, "part": part, "versions": queries.versions_of(part.id),
        "opinions": queries.opinions_on(part.id), "counter": queries.counter_of(part),
        "essay": written if written and written.handed_in_at else None,
        "standing": standing("grade", cycle.windows, local_day(now)), "stages": STAGE_NAMES,
        "may_read": holder.may(Permission.REVIEW, part.member.unit.path),
        **evidence.of_part(part, now), **_by_others(part, now), "earlier": past.earlier(part.member_id, cycle.year),
    }  # fmt: skip


def _by_others(part: Participant, now: datetime) -> dict[str, Any]:
    """What the ballot and the peer reviews came to: of each only what may be known."""
    draw = peers.draw_of(part.cycle_id)
    is_over = standing("peers", part.cycle.windows, local_day(now)) is Standing.OVER
    told = peers.results(draw, [part.id]).get(part.id) if draw and is_over else None
    ballot = appraisals.counted_on(part)
    return {
        "draw": draw, "told": told, "marks": MARKS, "say_criterion": say_criterion, "peers_over": is_over,
        "ballot": ballot, "results": ballots.own_results(ballot, part.member_id) if ballot else [],
        "legend": ballots.legend(ballot) if ballot else {},
    }  # fmt: skip


def opinions_asked(member_id: int, now: datetime) -> list[Ask]:
    """The opinions that somebody is asked for and can write still."""
    found, today = [], local_day(now)
    for opinion in queries.opinions_asked_of(member_id):
        part = opinion.participant
        if opinion.written_at is None and standing("grade", part.cycle.windows, today) is not Standing.OVER:
            day = say_day(part.cycle.windows["grade"].last)
            sentence = _("Write your opinion on %(name)s until %(day)s.", name=part.member.name, day=day)
            found.append(Ask("grade", sentence, url_for("grades.opinion", public_id=opinion.public_id)))
    return found

"""What the pages of one person in a review show, put together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import url_for

from activities.appraisals import queries as appraisals
from activities.ballots import pages as ballots
from activities.cycles import queries as cycles
from activities.cycles.models import Cycle, Participant
from activities.cycles.plugs import Ask
from activities.cycles.rules import Standing, standing
from activities.essays import queries as essays
from activities.evidence import pages as evidence
from activities.grades import queries
from activities.grades.models import GradeVersion, Opinion
from activities.kit.clock import local_day
from activities.kit.i18n import gettext as _
from activities.kit.i18n import say_day
from activities.kit.roles import Permission
from activities.pairings import queries as pairings
from activities.pairings.models import Pairing
from activities.past import queries as past
from activities.peers import queries as peers
from activities.peers.rules import MARKS
from activities.peers.words import say_criterion
from activities.people.rules import STAGE_NAMES
from activities.people.users import Viewer

# So many opinions that somebody is asked for are each named.
FEW = 3


def of_person(holder: Viewer, cycle: Cycle, part: Participant, now: datetime) -> dict[str, Any]:
    """Somebody with what they did and wrote, what others said of them, and how it was decided."""
    written, opinions = essays.own_essay(part.id), queries.opinions_on(part.id)
    versions, now_at = queries.versions_of(part.id), standing("grade", cycle.windows, local_day(now))
    anew = now_at is Standing.OVER and versions and part.grade is None
    return {
        "cycle": cycle, "part": part, "versions": versions, "opinions": opinions,
        "may_decide": cycle.is_open and (now_at is Standing.OPEN or anew),
        "undecided": queries.how_many_undecided(holder, part),
        "carers": _to_ask(part, opinions), "counter": queries.counter_of(part),
        "own": cycles.own_excellent(holder, cycle.id),
        "essay": written if written and written.handed_in_at else None,
        "standing": now_at, "stages": STAGE_NAMES,
        "may_read": holder.may(Permission.REVIEW, part.member.unit.path),
        **evidence.of_part(part, now), **_by_others(part, now), "earlier": past.earlier(part.member_id, cycle.year),
    }  # fmt: skip


def outcome_of(part: Participant, now: datetime) -> GradeVersion | None:
    """What was decided last on somebody, as they may read it: from the notice on."""
    if standing("notice", part.cycle.windows, local_day(now)) is Standing.TO_COME:
        return None
    versions = queries.versions_of(part.id)
    return versions[0] if versions else None


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


def _to_ask(part: Participant, opinions: Sequence[Opinion]) -> list[Pairing]:
    """Who cares for somebody, or their class, and was not asked yet: those whom one asks first."""
    known = {one.by_id for one in opinions}
    return [one for one in pairings.carers_of(part.member_id) if one.member_id not in known]


@dataclass(frozen=True)
class OpinionAsked:
    """An opinion that somebody is asked for, with whether it can be written and until when."""

    opinion: Opinion
    is_over: bool
    last: date


def opinions_of(member_id: int, now: datetime) -> list[OpinionAsked]:
    """All opinions that somebody is asked for in reviews that are open, those that are written too."""
    today, found = local_day(now), queries.opinions_asked_of(member_id)
    windows = [one.participant.cycle.windows for one in found]
    return [
        OpinionAsked(one, standing("grade", window, today) is Standing.OVER, window["grade"].last)
        for one, window in zip(found, windows, strict=True)
    ]


def opinions_asked(member_id: int, now: datetime) -> list[Ask]:
    """The opinions that somebody is asked for and can write still: one by one while they are few; of many how many
    there are, with the page that lists them."""
    left = [one for one in opinions_of(member_id, now) if one.opinion.written_at is None and not one.is_over]
    if len(left) <= FEW:
        return [_opinion_asked(one) for one in left]
    day = say_day(min(one.last for one in left))
    sentence = _("Write your opinions on %(count)s members until %(day)s.", count=len(left), day=day)
    return [Ask("grade", sentence, url_for("cycles.mine"))]


def _opinion_asked(one: OpinionAsked) -> Ask:
    name, day = one.opinion.participant.member.name, say_day(one.last)
    sentence = _("Write your opinion on %(name)s until %(day)s.", name=name, day=day)
    return Ask("grade", sentence, url_for("grades.opinion", public_id=one.opinion.public_id))

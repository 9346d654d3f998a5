"""Objections to grades on notice: raised within the unit, answered by somebody who has nothing to do with the grade.
Upheld, the grade is taken away in the same transaction and decided anew."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from activities.audit import service as audit
from activities.certificates.rules_notice import Verdict
from activities.cycles import queries as cycles
from activities.cycles.locking import part_locked, part_to_keep
from activities.cycles.models import Cycle, Participant
from activities.cycles.rules import why_not_now
from activities.grades.queries import givers
from activities.grades.service import decide
from activities.kit.clock import local_day
from activities.kit.db import db, lock, transactional, unless_there
from activities.kit.refusal import NotFound
from activities.objections import notices, queries, rules
from activities.objections.models import GradeObjection
from activities.outbox.jobs import every
from activities.people.persons import same_person
from activities.people.service import acting


@transactional
def object_to(member_id: int, cycle_id: int, about_id: int, reason: str, now: datetime) -> str:
    """Say what is wrong about a grade on notice in one's unit, one's own too; who may answer is told. Return the
    objection's public id. Raises the rules' Refusal, NotFound for a grade that one cannot see."""
    viewer = acting(member_id)
    part = part_locked(cycle_id, about_id)
    if part is None or part.removed_at or part.grade is None or not part.cycle.is_open:
        raise NotFound
    if part.unit_id not in queries.units_seen(viewer, cycle_id):
        raise NotFound
    if refusal := why_not_now("notice", part.cycle.windows, local_day(now)):
        raise refusal
    if part.id in queries.objected_to(member_id, cycle_id):
        raise rules.ObjectedAlready
    objection = GradeObjection(
        participant_id=part.id, cycle_id=cycle_id, member_id=member_id, reason=reason, made_at=now
    )
    with unless_there(rules.ObjectedAlready):
        db.session.add(objection)
    after = {"cycle": cycle_id, "member": about_id}
    audit.leave(now, member_id, "object", GradeObjection, objection.id, after=after, reason=reason)
    may = queries.judges([objection])[objection.id]
    notices.objected(may.holders, part.year, part.unit.name, now)
    notices.nobody_judges(may.appointers, part.year, part.unit.name, now)
    return objection.public_id


@transactional
def answer(actor_id: int, objection_id: int, verdict: Verdict, word: str, now: datetime) -> None:
    """Uphold an objection, which takes the grade away, or reject it. Raises the rules' Refusal, NotFound for a grade
    that is not of one of the actor's people."""
    found = db.session.get_one(GradeObjection, objection_id)
    about_id = db.session.get_one(Participant, found.participant_id).member_id
    unit, part = part_to_keep(actor_id, found.cycle_id, about_id)
    objection = lock(GradeObjection, objection_id)
    is_involved = same_person(actor_id, about_id, objection.member_id, *givers([part.id]).get(part.id, ()))
    if refusal := rules.why_not_judge(verdict=objection.verdict, is_involved=is_involved):
        raise refusal
    objection.verdict, objection.answered_at, objection.answered_by_id, objection.word = verdict, now, actor_id, word
    audit.leave(now, actor_id, "judge", GradeObjection, objection.id, after={"verdict": verdict}, reason=word)
    if verdict is Verdict.UPHELD and part.grade:
        decide(unit, part, actor_id, None, "", word, now)
        notices.taken_away(about_id, part.cycle, word, now)
    notices.judged(objection.member_id, part.cycle, verdict, word, now)


@every(3 * 3600, "tell people that their grade is on notice")
def tell_on_notice(now: datetime) -> None:
    """Each once, from the first day on."""
    for cycle in cycles.in_step("notice", local_day(now)):
        _tell(cycle.id, now)


@transactional
def _tell(cycle_id: int, now: datetime) -> None:
    cycle = db.session.get_one(Cycle, cycle_id)
    query = sa.select(Participant.member_id).where(
        Participant.cycle_id == cycle_id, Participant.removed_at.is_(None), Participant.grade.is_not(None)
    )
    if cycle.is_open:
        notices.on_notice(db.session.scalars(query), cycle, cycle.windows["notice"].last, now)

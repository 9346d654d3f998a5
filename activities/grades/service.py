"""Grades and opinions: always by a person, never by the person themselves, and no more excellent ones than a unit's
share. Whoever grades locks the unit's counter, then the participant."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from activities.audit import service as audit
from activities.cycles.locking import part_locked, part_to_keep
from activities.cycles.models import CycleUnit, Participant
from activities.cycles.rules import Grade, Standing, standing
from activities.cycles.rules_refusals import NotOpen, OwnGrade
from activities.grades import notices, rules
from activities.grades.models import GradeVersion, Opinion
from activities.grades.rules import AskedAlready, NoneLeft, OwnOpinion, why_not_write
from activities.kit.clock import local_day
from activities.kit.db import db, lock, transactional, unless_there
from activities.kit.refusal import ChangedMeanwhile, NotFound
from activities.people.models import Member
from activities.people.persons import same_person


@transactional
def give(
    actor_id: int, cycle_id: int, member_id: int, seen: int, grade: Grade, opinion: str, reason: str, now: datetime
) -> None:
    """Give somebody a grade with an opinion, or another one with a reason. Raises the rules' Refusal, ChangedMeanwhile
    where it was decided on more than `seen` times, NotFound for who is not of the actor's units."""
    unit, part = part_to_keep(actor_id, cycle_id, member_id)
    if same_person(actor_id, member_id):
        raise OwnGrade
    count = _count(part.id)
    if count != seen:
        raise ChangedMeanwhile
    refusal = rules.why_not_grade(
        before=part.grade, after=grade, graded=part.graded, versions=count, reason=reason,
        left=unit.most - unit.excellent, most=unit.most, windows=part.cycle.windows, today=local_day(now),
    )  # fmt: skip
    if refusal:
        raise refusal
    decide(unit, part, actor_id, grade, opinion, reason, now)


def _count(participant_id: int) -> int:
    query = sa.select(sa.func.count()).select_from(GradeVersion).where(GradeVersion.participant_id == participant_id)
    return db.session.scalar(query) or 0


def decide(
    unit: CycleUnit, part: Participant, actor_id: int, grade: Grade | None, opinion: str, reason: str, now: datetime
) -> None:
    """Write a grade that may be given, or take one away, of a participant that is locked with the unit's counter."""
    before = part.grade
    unit.excellent += rules.change_of_excellent(before, grade)
    if unit.excellent > unit.most:
        raise NoneLeft(unit.most)
    part.grade, part.graded_by_id = grade, actor_id if grade else None
    version = GradeVersion(
        participant_id=part.id, cycle_id=part.cycle_id, member_id=part.member_id, count=_count(part.id) + 1,
        grade=grade, opinion=opinion, reason=reason, given_by_id=actor_id, given_at=now,
    )  # fmt: skip
    # Somebody who did not wait for the lock has decided meanwhile.
    with unless_there(ChangedMeanwhile):
        db.session.add(version)
    after = {"cycle": part.cycle_id, "member": part.member_id, "grade": grade}
    audit.leave(now, actor_id, "grade", GradeVersion, version.id, before={"grade": before}, after=after, reason=reason)


def take_away(unit: CycleUnit, part: Participant, actor_id: int, reason: str, now: datetime) -> None:
    """Take away the grade, if there is one, of a participant that is locked with the unit's counter."""
    if part.grade:
        decide(unit, part, actor_id, None, "", reason, now)


# ── opinions of those who know somebody ─────────────────────────────────────


@transactional
def ask_opinion(actor_id: int, cycle_id: int, member_id: int, by_id: int, now: datetime) -> None:
    """Ask somebody by name for an opinion on a participant; they are told. Raises the rules' Refusal."""
    _, part = part_to_keep(actor_id, cycle_id, member_id)
    if same_person(by_id, member_id) or same_person(actor_id, member_id):
        raise OwnOpinion
    name, subject = db.session.get_one(Member, by_id).name, db.session.get_one(Member, member_id).name
    opinion = Opinion(
        participant_id=part.id, cycle_id=cycle_id, member_id=member_id, by_id=by_id, asked_by_id=actor_id, asked_at=now
    )
    refusal = AskedAlready(name)
    with unless_there(lambda: refusal):
        db.session.add(opinion)
    after = {"cycle": cycle_id, "member": member_id, "by": by_id}
    audit.leave(now, actor_id, "ask", Opinion, opinion.id, after=after)
    notices.opinion_asked(by_id, opinion.public_id, subject, part.cycle.windows["grade"].last, now)


@transactional
def write_opinion(by_id: int, opinion_id: int, text: str, now: datetime) -> None:
    """Say what one thinks of somebody, or say it anew, until the grades are given. NotFound for who was not asked."""
    opinion = lock(Opinion, opinion_id)
    if opinion.by_id != by_id:
        raise NotFound
    part = part_locked(opinion.cycle_id, opinion.member_id)
    if part is None or part.removed_at is not None:
        raise NotFound
    if not part.cycle.is_open:
        raise NotOpen
    if refusal := why_not_write(standing("grade", part.cycle.windows, local_day(now)) is Standing.OVER):
        raise refusal
    verb = "write" if opinion.written_at is None else "write anew"
    before = {"characters": len(opinion.text)}
    opinion.text, opinion.written_at = text, now
    audit.leave(now, by_id, verb, Opinion, opinion_id, before=before, after={"characters": len(text)})

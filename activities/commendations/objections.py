"""Objections to who stands on notice, and their answers by somebody who has nothing to do with it. Upheld, the person
is set aside in the same transaction."""

from __future__ import annotations

from datetime import datetime

from activities.audit import service as audit
from activities.certificates.notice_queries import school_of
from activities.certificates.rules_notice import JudgedAlready, Verdict
from activities.commendations import notices, notices_keeping, rules, uninvolved
from activities.commendations.models import Nomination, NoticeObjection, Round
from activities.commendations.rules import State
from activities.commendations.rules_refusals import Concerned, ObjectedAlready
from activities.commendations.service import locked
from activities.kit.clock import local_day
from activities.kit.db import db, lock, transactional, unless_there
from activities.kit.refusal import NotFound
from activities.people.persons import same_person
from activities.people.service import acting


@transactional
def object_to(member_id: int, nomination_id: int, reason: str, now: datetime) -> str:
    """Say why somebody on notice should not be commended; who may answer is told. Return the objection's public id.
    Raises the rules' Refusal, NotFound for another school's."""
    objector, found = acting(member_id), db.session.get(Nomination, nomination_id)
    if found is None:
        raise NotFound
    one, nomination = lock(Round, found.round_id), lock(Nomination, nomination_id)
    if school_of(one.unit.path) != school_of(objector.unit.path):
        raise NotFound
    refusal = rules.why_not_object(
        state=one.state, nomination=nomination.state, until=one.notice_until, today=local_day(now),
        is_own=same_person(member_id, nomination.member_id),
    )  # fmt: skip
    if refusal:
        raise refusal
    objection = NoticeObjection(nomination_id=nomination_id, member_id=member_id, reason=reason, made_at=now)
    with unless_there(ObjectedAlready):
        db.session.add(objection)
    after = {"nomination": nomination_id, "member": member_id}
    audit.leave(now, member_id, "object", NoticeObjection, objection.id, after=after, reason=reason)
    may = uninvolved.judges(one.unit, [objection])[objection.id]
    notices_keeping.objected(may.holders, one, now)
    notices_keeping.nobody_judges(may.appointers, one, now)
    return objection.public_id


@transactional
def answer(actor_id: int, objection_id: int, verdict: Verdict, word: str, now: datetime) -> None:
    """Uphold an objection, which sets the person aside, or reject it. Raises the rules' Refusal, NotFound for a round
    that is not of the actor's units."""
    found = db.session.get(NoticeObjection, objection_id)
    if found is None:
        raise NotFound
    one, nomination = locked(actor_id, found.nomination_id)
    objection = lock(NoticeObjection, objection_id)
    if same_person(actor_id, *uninvolved.concerned(nomination, objection.member_id)):
        raise Concerned
    if objection.verdict is not Verdict.OPEN:
        raise JudgedAlready
    objection.verdict, objection.answered_at, objection.answered_by_id, objection.word = verdict, now, actor_id, word
    audit.leave(now, actor_id, "judge", NoticeObjection, objection_id, after={"verdict": verdict}, reason=word)
    if verdict is Verdict.UPHELD and nomination.state is State.CHOSEN:
        nomination.state, one.chosen = State.SET_ASIDE, one.chosen - 1
        before, after = {"state": State.CHOSEN}, {"state": State.SET_ASIDE}
        audit.leave(now, actor_id, "set aside", Nomination, nomination.id, before=before, after=after, reason=word)
        notices.set_aside(nomination.member_id, one, nomination.public_id, word, now)
    notices.judged(objection.member_id, one, verdict, word, now)

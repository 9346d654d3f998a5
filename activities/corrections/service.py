"""Asking for a correction, answering, deciding, and what happens when nobody does. Each step has a last day; what is
not done by then goes on to the next, and nothing ends but by a person."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import date, datetime, timedelta

from activities.audit import service as audit
from activities.corrections import notices, queries, rules
from activities.corrections.models import Correction
from activities.corrections.rules import CorrectionState, Opinion
from activities.duties.models import Slot
from activities.duties.queries import WITH_ALL, must_organize, running
from activities.kit.clock import local_day
from activities.kit.db import db, lock, transactional, unless_there
from activities.kit.refusal import NotAllowed, NotFound
from activities.kit.roles import Permission
from activities.norms import queries as norms
from activities.outbox.jobs import every
from activities.people.models import Member
from activities.people.persons import same_person
from activities.people.service import acting
from activities.records.amending import amend
from activities.records.models import Record
from activities.records.rules import Mark
from activities.records.sheets import names_locked
from activities.terms import queries as terms
from activities.terms.rules import add_working_days

# How far the longest step can reach, over the longest holidays.
REACH = timedelta(days=90)


@transactional
def ask(member_id: int, record_id: int, claim: Mark, reason: str, now: datetime) -> str:
    """Say that one's record is wrong, and what is right. Who runs the activity is told. Return the request's public id.
    Raises the rules' Refusal, NotFound for a record that is not one's own."""
    member, record = lock(Member, member_id), db.session.get(Record, record_id, populate_existing=True)
    if record is None or record.member_id != member_id:
        raise NotFound
    slot = db.session.get_one(Slot, record.slot_id, options=[WITH_ALL])
    present = Mark(record.attendance, record.minutes, record.minutes_late)
    is_asked = queries.open_request(slot.id, member_id) is not None
    if refusal := rules.why_not_ask(member.name, claim, present, slot.counted_minutes, is_asked):
        raise refusal
    request = Correction(
        slot=slot, member=member, **asdict(claim), reason=reason, asked_at=now, state=CorrectionState.ASKED,
        due=_due(norms.in_force()[0].answer_days, now),
    )  # fmt: skip
    db.session.add(request)
    with unless_there(rules.AskedAlready):
        db.session.flush()
    after = {"slot": slot.id, "member": member_id, **asdict(claim)}
    audit.leave(now, member_id, "ask for correction", Correction, request.id, after=after, reason=reason)
    if organizers := _organizers(request):
        notices.tell(request, "asked", organizers, now)
    else:
        _answer(request, Opinion.NONE, None, "", now)
    return request.public_id


@transactional
def withdraw(member_id: int, request_id: int, now: datetime) -> None:
    """Take a request back that nobody has answered yet."""
    request = _locked(request_id)
    if request.member_id != member_id:
        raise NotFound
    if refusal := rules.why_not_withdraw(request.state):
        raise refusal
    _end(request, CorrectionState.WITHDRAWN, member_id, "", now)
    notices.tell(request, "withdrawn", _organizers(request), now)


@transactional
def answer(actor_id: int, request_id: int, opinion: Opinion, word: str, now: datetime) -> None:
    """Say as an organizer whether it is so; a secretary then decides. Raises the rules' Refusal, NotAllowed for who
    does not run the activity."""
    request, actor = _locked(request_id), acting(actor_id)
    must_organize(actor, request.slot.post.activity)
    if refusal := rules.why_not_answer(request.state, same_person(actor_id, request.member_id)):
        raise refusal
    _answer(request, opinion, actor_id, word, now)


@transactional
def decide(actor_id: int, request_id: int, is_granted: bool, word: str, now: datetime) -> Mark | None:
    """Decide as a secretary. Granted, the record says from now on what was asked for, as far as that time does not
    count elsewhere: an organizer who agreed has recorded it and the secretary countersigned; otherwise the secretary
    has recorded it, and the hours wait for somebody who countersigns. Return what it says. Raises the rules' Refusal,
    NotAllowed outside the secretary's units."""
    found = db.session.get_one(Correction, request_id)
    names_locked({actor_id, found.member_id})
    slot = lock(Slot, found.slot_id, WITH_ALL)
    request, actor = _locked(request_id), acting(actor_id)
    if not actor.may(Permission.REVIEW, slot.post.activity.unit.path):
        raise NotAllowed
    own, answered = (same_person(actor_id, who) for who in (request.member_id, request.answered_by_id))
    if refusal := rules.why_not_decide(request.state, own, answered):
        raise refusal
    mark = None
    if is_granted:
        recorder = request.answered_by_id if request.opinion is Opinion.AGREES else None
        mark = amend(actor_id, slot, request.member, request.claim, recorder or actor_id, word, now)
    request.decision, request.decided_by_id = word, actor_id
    _end(request, CorrectionState.GRANTED if is_granted else CorrectionState.DECLINED, actor_id, word, now)
    notices.tell(request, request.state, [request.member_id], now, word)
    notices.tell(request, "settled", _organizers(request), now)
    return mark


@every(3600, "requests for correction whose time is over go on")
def go_on(now: datetime) -> None:
    """Remind of requests whose last day is near, and pass on those whose last day is over: each by itself."""
    for request_id in queries.due_by(local_day(now) + timedelta(days=1)):
        _go_on(request_id, now)


@transactional
def _go_on(request_id: int, now: datetime) -> None:
    request, today = _locked(request_id), local_day(now)
    state = rules.passed_on(request.state)
    if state is None or (request.due - today).days > 1:
        return
    if request.due >= today:
        _remind(request, now)
    elif state is CorrectionState.ANSWERED:
        _answer(request, Opinion.NONE, None, "", now)
    else:
        _to_secretaries(request, state, None, "", now)
        notices.tell(request, "raised", [request.member_id], now)


def _answer(request: Correction, opinion: Opinion, actor_id: int | None, word: str, now: datetime) -> None:
    request.opinion, request.answer, request.answered_at, request.answered_by_id = opinion, word, now, actor_id
    _to_secretaries(request, CorrectionState.ANSWERED, actor_id, word, now)
    notices.tell(request, opinion, [request.member_id], now, word)


def _to_secretaries(
    request: Correction, state: CorrectionState, actor_id: int | None, word: str, now: datetime
) -> None:
    """Pass a request on to who decides, with a last day of its own."""
    before = {"state": request.state, "due": request.due}
    request.state, request.due = state, _due(norms.in_force()[0].decide_days, now)
    after = {"state": state, "due": request.due, "opinion": request.opinion}
    audit.leave(now, actor_id, "pass correction on", Correction, request.id, before=before, after=after, reason=word)
    if secretaries := _secretaries(request):
        notices.tell(request, "to_decide", secretaries, now)
    else:
        path = request.slot.post.activity.unit.path
        above = queries.holders_above(path, Permission.MANAGE_PEOPLE, {request.member_id})
        notices.tell(request, "nobody_decides", dict(above), now)


def _remind(request: Correction, now: datetime) -> None:
    if request.state is CorrectionState.ASKED:
        notices.remind(request, "answer_soon", _organizers(request), now)
    else:
        notices.remind(request, "decide_soon", _secretaries(request), now)


def _end(request: Correction, state: CorrectionState, actor_id: int, word: str, now: datetime) -> None:
    before = {"state": request.state}
    request.state, request.ended_at = state, now
    after = {"state": state}
    audit.leave(now, actor_id, "end correction", Correction, request.id, before=before, after=after, reason=word)


def _organizers(request: Correction) -> list[int]:
    return [who for who in running(request.slot.post.activity) if who != request.member_id]


def _secretaries(request: Correction) -> Iterable[int]:
    """Those of the nearest unit that has any, or, where it is raised, all of them."""
    but = {request.member_id, request.answered_by_id}
    found = queries.holders_above(request.slot.post.activity.unit.path, Permission.REVIEW, but)
    if request.state is CorrectionState.RAISED:
        return dict(found)
    return {who: deep for who, deep in found if deep == found[0][1]}


def _locked(request_id: int) -> Correction:
    request = lock(Correction, request_id)
    db.session.get_one(Slot, request.slot_id, options=[WITH_ALL])
    return request


def _due(days: int, now: datetime) -> date:
    today = local_day(now)
    return add_working_days(today, days, terms.special_days(today, today + REACH))

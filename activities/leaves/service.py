"""Asking for leave, and answering. The people are locked first, then the activity, then the slot, as everywhere."""

from __future__ import annotations

from datetime import datetime

from activities.audit import service as audit
from activities.duties.models import Slot
from activities.duties.queries import WITH_ALL
from activities.kit.db import db, lock, transactional
from activities.leaves import notices, queries, rules
from activities.leaves.models import Leave
from activities.leaves.rules import Answer
from activities.people.models import Member
from activities.people.persons import same_person
from activities.signups import engagements, facts
from activities.signups.models import SignUp
from activities.signups.moving_up import promote, seat_freed
from activities.signups.organize import locked
from activities.signups.writing import give_back


@transactional
def ask(member_id: int, slot_id: int, reason: str, now: datetime) -> None:
    """Ask to be let go from a seat although it is too late to withdraw. The seat stays the member's until it is
    answered; who runs the activity is told. Raises the rules' Refusal."""
    member = lock(Member, member_id)
    offer = facts.offer_locked(slot_id)
    mine, _ = engagements.around(member_id, offer)
    last = queries.latest_of(mine.id) if mine else None
    is_asked = last is not None and last.answer is Answer.ASKED
    if refusal := rules.why_not_ask(offer, mine and mine.state, is_asked, now):
        raise refusal
    assert mine is not None  # the rule refused otherwise
    leave = Leave(sign_up_id=mine.id, reason=reason, asked_at=now)
    db.session.add(leave)
    db.session.flush()
    audit.leave(now, member_id, "ask for leave", Leave, leave.id, after={"sign_up": mine.id}, reason=reason)
    activity = db.session.get_one(Slot, slot_id, options=[WITH_ALL]).post.activity
    notices.asked(activity, offer, member.name, reason, now)


def answer(actor_id: int, leave_id: int, answer: Answer, word: str, now: datetime) -> None:
    """Accept or decline a request. Accepted, the seat goes to who waits longest, in the same transaction; whoever had
    no time elsewhere because of it is seated there. The person is told either way. Raises the rules' Refusal."""
    seat_freed(_answer(actor_id, leave_id, answer, word, now), now)


@transactional
def _answer(actor_id: int, leave_id: int, answer: Answer, word: str, now: datetime) -> list[int]:
    """Return who is free now."""
    sign_up = db.session.get_one(SignUp, db.session.get_one(Leave, leave_id).sign_up_id)
    member_id, slot_id = sign_up.member_id, sign_up.slot_id
    locked(actor_id, [slot_id], [member_id])
    leave, offer = lock(Leave, leave_id), facts.offer_locked(slot_id)
    mine, _ = engagements.around(member_id, offer)
    state = mine.state if mine and mine.id == leave.sign_up_id else None
    is_asked = leave.answer is Answer.ASKED
    if refusal := rules.why_not_answer(offer, state, is_asked, same_person(actor_id, member_id), now):
        raise refusal
    assert mine is not None  # the rule refused otherwise
    leave.answer, leave.answered_at, leave.answered_by_id, leave.word = answer, now, actor_id, word
    audit.leave(now, actor_id, "answer leave", Leave, leave.id, after={"answer": answer}, reason=word)
    notices.answered(offer, member_id, answer, word, now)
    if answer is not Answer.ACCEPTED:
        return []
    give_back(mine, actor_id, now, reason="leave accepted")
    promote(slot_id, now)
    return [member_id]

"""Nominate somebody, change that or take it back, and the nominated person's own word, before which nothing goes on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from activities.audit import service as audit
from activities.commendations import notices, queries, rules
from activities.commendations.models import Nomination, Round
from activities.commendations.rules import State
from activities.commendations.rules_refusals import NominatedAlready
from activities.kit.clock import local_day
from activities.kit.db import db, lock, transactional, unless_there
from activities.kit.refusal import ChangedMeanwhile, NotAllowed, NotFound
from activities.people.models import Member
from activities.people.persons import is_account_of, same_person
from activities.people.service import acting

PRIVATE = ("reasons",)


@transactional
def nominate(actor_id: int, round_id: int, number: str, reasons: str, evidence: Sequence[str], now: datetime) -> str:
    """Nominate the person with this number, who is asked whether they agree. Return the nomination's public id. Of the
    evidence is kept what is known of the year. Raises the rules' Refusal, NotAllowed for who may not nominate, NotFound
    for whom they may not."""
    actor, one = acting(actor_id), lock(Round, round_id)
    if not queries.may_nominate(actor, one):
        raise NotAllowed
    found = queries.nominee(actor, one.unit, one, number)
    if found is None:
        raise NotFound
    others = sa.select(Nomination.id).where(
        Nomination.round_id == round_id, is_account_of(Nomination.member_id, found.id),
        Nomination.state != State.TAKEN_BACK,
    )  # fmt: skip
    refusal = rules.why_not_nominate(
        state=one.state, first=one.first, last=one.last, today=local_day(now),
        is_own=same_person(actor_id, found.id), there=db.session.scalars(others).first() is not None,
    )  # fmt: skip
    if refusal:
        raise refusal
    nomination = Nomination(
        round_id=round_id, member_id=found.id, by_id=actor_id, reasons=reasons, nominated_at=now,
        evidence=_picked(actor, found, one, evidence),
    )  # fmt: skip
    with unless_there(NominatedAlready):
        db.session.add(nomination)
    audit.leave(
        now, actor_id, "nominate", Nomination, nomination.id,
        after={"round": round_id, "member": found.id, **audit.private(found.id, {"reasons": reasons}, PRIVATE)},
    )  # fmt: skip
    notices.nominated(found.id, one, nomination.public_id, actor.name, now)
    return nomination.public_id


@transactional
def rewrite(actor_id: int, nomination_id: int, seen: int, reasons: str, evidence: Sequence[str], now: datetime) -> None:
    """Give other reasons for one's own nomination, as long as the committee has not decided; the person is asked anew.
    Raises the rules' Refusal, and ChangedMeanwhile where they are not the reasons that were `seen`."""
    one, nomination = _own(actor_id, nomination_id)
    if nomination.revision != seen:
        raise ChangedMeanwhile
    actor, member = acting(actor_id), db.session.get_one(Member, nomination.member_id)
    after = {"reasons": reasons, "evidence": _picked(actor, member, one, evidence)}
    before = {name: getattr(nomination, name) for name, value in after.items() if getattr(nomination, name) != value}
    if not before:
        return
    nomination.reasons, nomination.evidence = reasons, after["evidence"]
    nomination.state, nomination.answered_at = State.ASKED, None
    nomination.revision += 1
    changed = {name: after[name] for name in before}
    audit.leave(
        now, actor_id, "rewrite", Nomination, nomination_id, before=audit.private(member.id, before, PRIVATE),
        after=audit.private(member.id, changed, PRIVATE),
    )  # fmt: skip
    notices.rewritten(member.id, one, nomination.public_id, actor.name, now)


@transactional
def take_back(actor_id: int, nomination_id: int, now: datetime) -> None:
    """End one's own nomination before the committee has decided; the person is told, and can be nominated again. Raises
    the rules' Refusal."""
    one, nomination = _own(actor_id, nomination_id)
    end(actor_id, nomination, now)
    notices.taken_back(nomination.member_id, one, nomination.public_id, now)


def end(actor_id: int, nomination: Nomination, now: datetime, reason: str = "") -> None:
    """Have a nomination that is locked go no further."""
    before, nomination.state = nomination.state, State.TAKEN_BACK
    audit.leave(
        now, actor_id, "take back", Nomination, nomination.id, before={"state": before},
        after={"state": nomination.state}, reason=reason,
    )  # fmt: skip


@transactional
def agree(member_id: int, nomination_id: int, seen: int, now: datetime) -> None:
    """Agree to being named for these reasons, and let the nomination go to the committee. Raises AnsweredAlready, and
    ChangedMeanwhile where they are not the reasons that were `seen`."""
    _answer(member_id, nomination_id, State.AGREED, now, seen)


@transactional
def decline(member_id: int, nomination_id: int, now: datetime) -> None:
    """Not be commended, also after one has agreed, until it is granted: nothing is published any more. Raises
    AnsweredAlready."""
    _answer(member_id, nomination_id, State.DECLINED, now)


def _answer(member_id: int, nomination_id: int, answer: State, now: datetime, seen: int | None = None) -> None:
    member, found = lock(Member, member_id), db.session.get(Nomination, nomination_id)
    if found is None or found.member_id != member_id:
        raise NotFound
    one, nomination = lock(Round, found.round_id), lock(Nomination, nomination_id)
    before, agrees = nomination.state, answer is State.AGREED
    if refusal := rules.why_not_answer(round_state=one.state, state=before, agrees=agrees):
        raise refusal
    if seen not in (None, nomination.revision):
        raise ChangedMeanwhile
    one.chosen -= before is State.CHOSEN
    nomination.state, nomination.answered_at = answer, now
    if agrees:  # what was decided before they declined is decided anew
        nomination.decided_on, nomination.decided_by_id, nomination.word = None, None, ""
    after = {"state": answer, "revision": nomination.revision}
    audit.leave(now, member_id, "answer", Nomination, nomination_id, before={"state": before}, after=after)
    notices.answered(nomination.by_id, one, member.name, agrees=agrees, now=now)


def _own(actor_id: int, nomination_id: int) -> tuple[Round, Nomination]:
    """A nomination that the actor made and can still change, with its person, its round and itself locked."""
    found = db.session.get(Nomination, nomination_id)
    if found is None or acting(actor_id).id != found.by_id:
        raise NotFound
    lock(Member, found.member_id)
    one, nomination = lock(Round, found.round_id), lock(Nomination, nomination_id)
    if refusal := rules.why_not_change(state=one.state, nomination=nomination.state):
        raise refusal
    return one, nomination


def _picked(actor: Member, member: Member, one: Round, evidence: Sequence[str]) -> str:
    """Of the evidence what is known of the year, a line each."""
    known = queries.known_of(actor.id, member.id, one.year, sees_all=queries.sees_records(actor, member))
    return "\n".join([name for name in known if name in evidence][: rules.MOST_EVIDENCE])

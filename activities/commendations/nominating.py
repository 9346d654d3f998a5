"""Nominate somebody, and the nominated person's own word, before which nothing goes on."""

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
from activities.kit.refusal import NotAllowed, NotFound
from activities.people.models import Member
from activities.people.persons import is_account_of, same_person
from activities.people.service import acting


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
        Nomination.round_id == round_id, is_account_of(Nomination.member_id, found.id)
    )
    refusal = rules.why_not_nominate(
        state=one.state, first=one.first, last=one.last, today=local_day(now),
        is_own=same_person(actor_id, found.id), there=db.session.scalars(others).first() is not None,
    )  # fmt: skip
    if refusal:
        raise refusal
    known = queries.known_of(actor_id, found.id, one.year, sees_all=queries.sees_records(actor, found))
    nomination = Nomination(
        round_id=round_id, member_id=found.id, by_id=actor_id, reasons=reasons, nominated_at=now,
        evidence="\n".join([name for name in known if name in evidence][: rules.MOST_EVIDENCE]),
    )  # fmt: skip
    with unless_there(NominatedAlready):
        db.session.add(nomination)
    audit.leave(
        now, actor_id, "nominate", Nomination, nomination.id,
        after={"round": round_id, "member": found.id, **audit.private(found.id, {"reasons": reasons}, ("reasons",))},
    )  # fmt: skip
    notices.nominated(found.id, one, nomination.public_id, actor.name, now)
    return nomination.public_id


@transactional
def agree(member_id: int, nomination_id: int, now: datetime) -> None:
    """Agree to being named, and let the nomination go to the committee. Raises AnsweredAlready."""
    _answer(member_id, nomination_id, State.AGREED, now)


@transactional
def decline(member_id: int, nomination_id: int, now: datetime) -> None:
    """Not be commended, also after one has agreed, until it is granted: nothing is published any more. Raises
    AnsweredAlready."""
    _answer(member_id, nomination_id, State.DECLINED, now)


def _answer(member_id: int, nomination_id: int, answer: State, now: datetime) -> None:
    member, found = lock(Member, member_id), db.session.get(Nomination, nomination_id)
    if found is None or found.member_id != member_id:
        raise NotFound
    one, nomination = lock(Round, found.round_id), lock(Nomination, nomination_id)
    before, agrees = nomination.state, answer is State.AGREED
    if refusal := rules.why_not_answer(round_state=one.state, state=before, agrees=agrees):
        raise refusal
    one.chosen -= before is State.CHOSEN
    nomination.state, nomination.answered_at = answer, now
    after = {"state": answer}
    audit.leave(now, member_id, "answer", Nomination, nomination_id, before={"state": before}, after=after)
    notices.answered(nomination.by_id, one, member.name, agrees=agrees, now=now)

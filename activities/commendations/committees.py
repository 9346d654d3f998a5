"""Who decides in a round: named to its committee and taken off it, as long as the round is open. What somebody entered
while they were on it stands."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from activities.audit import service as audit
from activities.certificates.notice_queries import school_of
from activities.commendations import notices_keeping as notices
from activities.commendations.models import CommitteeMember, Round
from activities.commendations.rules import RoundState
from activities.commendations.rules_refusals import NotOpen, OnCommitteeAlready
from activities.commendations.service import round_locked
from activities.kit.db import db, lock, transactional, unless_there
from activities.kit.refusal import NotFound
from activities.people.models import Member


@transactional
def name(actor_id: int, round_id: int, member_id: int, now: datetime) -> None:
    """Let somebody of the school decide; they are told. Raises OnCommitteeAlready, NotOpen."""
    member, one = lock(Member, member_id), _open(actor_id, round_id)
    if not member.active or school_of(member.unit.path) != school_of(one.unit.path):
        raise NotFound
    refusal = OnCommitteeAlready(member.name)
    row = CommitteeMember(round_id=round_id, member_id=member_id, named_by_id=actor_id, named_at=now)
    with unless_there(lambda: refusal):
        db.session.add(row)
    audit.leave(now, actor_id, "name", CommitteeMember, row.id, after={"round": round_id, "member": member_id})
    notices.named(member_id, one, now)


@transactional
def take_off(actor_id: int, round_id: int, member_id: int, now: datetime) -> None:
    """Let somebody decide no more; they are told. Naming them again undoes it. Raises NotOpen, NotFound for who is not
    on the committee."""
    lock(Member, member_id)
    one = _open(actor_id, round_id)
    theirs = CommitteeMember.round_id == round_id, CommitteeMember.member_id == member_id
    row = db.session.scalars(sa.select(CommitteeMember).where(*theirs)).one_or_none()
    if row is None:
        raise NotFound
    db.session.delete(row)
    before = {"round": round_id, "member": member_id}
    audit.leave(now, actor_id, "take off", CommitteeMember, row.id, before=before)
    notices.taken_off(member_id, one, now)


def _open(actor_id: int, round_id: int) -> Round:
    one = round_locked(actor_id, round_id)
    if one.state is not RoundState.OPEN:
        raise NotOpen
    return one

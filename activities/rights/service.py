"""Verbs of one's rights: agreeing no more, asking to be forgotten, and what an administrator does about it. As long as
the law asks for records to be kept, being forgotten is being restricted: what need not be kept is deleted at once, what
must be kept is kept and used for nothing else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import sqlalchemy as sa

from activities.audit import erasing
from activities.audit import service as audit
from activities.calendars.models import Feed
from activities.commendations import forgetting as commendations
from activities.invitations.models import InvitationOptOut
from activities.kit.db import db, lock, transactional, unless_there
from activities.kit.refusal import NotFound
from activities.kit.roles import Permission
from activities.outbox.models import Wishes
from activities.people import consents
from activities.people.models import ForgetRequest, Member
from activities.people.persons import same_person
from activities.people.rules_consents import Forgetting, Purpose
from activities.people.service import acting, told
from activities.rights import notices, queries, rules
from activities.signups.leaving import leave
from activities.timetables import service as timetables

# What else is undone when a purpose is withdrawn.
UNDO: dict[Purpose, Callable[[int], None]] = {Purpose.TIMETABLE: timetables.drop}
# What somebody chose for themselves, of which nothing has to be kept.
CHOICES = (Feed, Wishes, InvitationOptOut)


@transactional
def withdraw(member_id: int, purpose: Purpose, now: datetime) -> None:
    """Agree to a purpose no more: what rests on it alone is deleted."""
    lock(Member, member_id)
    _withdraw(member_id, purpose, now)


def _withdraw(member_id: int, purpose: Purpose, now: datetime) -> None:
    consents.note_withdrawn(member_id, purpose, now)
    if undo := UNDO.get(purpose):
        undo(member_id)


@transactional
def ask_to_be_forgotten(member_id: int, reason: str, now: datetime) -> None:
    """The administrators of the person's unit are told. Raises AskedAlready."""
    member = lock(Member, member_id)
    if queries.open_request(member_id):
        raise rules.AskedAlready
    request = ForgetRequest(member_id=member_id, reason=reason, asked_at=now)
    db.session.add(request)
    with unless_there(rules.AskedAlready):
        db.session.flush()
    audit.leave(now, member_id, "ask to be forgotten", ForgetRequest, request.id)
    notices.asked(queries.administrators_of(member), member.name, now)


@transactional
def take_back(member_id: int, now: datetime) -> None:
    """Have the request to be forgotten not be one any more. Raises NothingAsked."""
    lock(Member, member_id)
    request = queries.open_request(member_id)
    if request is None:
        raise rules.NothingAsked
    _end(request, Forgetting.WITHDRAWN, member_id, now)


@transactional
def restrict(actor_id: int, request_id: int, now: datetime) -> int:
    """Shut the account, give its seats back, delete what need not be kept and restrict the rest. Return how many seats
    were given back. Raises the rules' Refusal, NotFound outside the administrator's units."""
    member_id = db.session.get_one(ForgetRequest, request_id).member_id
    actor, member = acting(actor_id), db.session.get_one(Member, member_id)
    if not actor.may(Permission.MANAGE_PEOPLE, member.unit.path):
        raise NotFound
    if same_person(actor_id, member_id):
        raise rules.OwnRequest
    seats = leave(actor_id, member_id, now) if member.active else 0
    member, request = lock(Member, member_id), lock(ForgetRequest, request_id)
    if request.state is not Forgetting.ASKED:
        raise rules.NothingAsked
    for purpose in Purpose:
        _withdraw(member_id, purpose, now)
    commendations.let_go(actor_id, member_id, now)
    # How somebody called their feeds goes from the trail, too: when the rest of it may go, nobody finds them any more.
    feeds = list(db.session.scalars(sa.select(Feed.id).where(Feed.member_id == member_id)))
    erasing.take_out({Feed.__tablename__: feeds}, actor_id, now)
    for model in CHOICES:
        db.session.execute(sa.delete(model).where(model.member_id == member_id))
    before = told(member_id, {"email": member.email})
    member.email = member.language = member.password_hash = None
    member.restricted_at = now
    _end(request, Forgetting.RESTRICTED, actor_id, now)
    audit.leave(now, actor_id, "restrict", Member, member_id, before=before, after={"restricted": True})
    return seats


def _end(request: ForgetRequest, state: Forgetting, actor_id: int, now: datetime) -> None:
    request.state, request.ended_at, request.ended_by_id = state, now, actor_id
    audit.leave(now, actor_id, "end request to be forgotten", ForgetRequest, request.id, after={"state": state})

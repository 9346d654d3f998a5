"""Reads of invitations: who may be asked next, and what somebody was asked."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa

from activities.duties.models import Slot
from activities.duties.rules import SlotState
from activities.invitations.models import Invitation, InvitationOptOut
from activities.kit.columns import UtcDateTime
from activities.kit.db import db, run
from activities.people.models import Member
from activities.signups.facts import MEMBER, NOW, OFFERS, PERSON, SLOT, Home
from activities.signups.models import SignUp
from activities.signups.rules import Offer
from activities.signups.rules_person import Person


class Candidate(NamedTuple):
    member_id: int
    person: Person


_PAST = (
    sa.select(
        Invitation.member_id,
        sa.func.max(Invitation.invited_at).label("last"),
        sa.func.count(sa.case((Invitation.invited_at > sa.bindparam("since", type_=UtcDateTime()), 1))).label("often"),
    )
    .group_by(Invitation.member_id)
    .subquery()
)
_CANDIDATES = (
    sa.select(Member.id, *PERSON)
    .join(Home, Home.id == Member.unit_id)
    .outerjoin(_PAST, _PAST.c.member_id == Member.id)
    .where(
        Member.active,
        Home.path.startswith(sa.bindparam("path")),
        sa.func.coalesce(_PAST.c.often, 0) < sa.bindparam("cap", type_=sa.Integer()),
        Member.id.not_in(sa.select(InvitationOptOut.member_id)),
        Member.id.not_in(
            sa.select(Invitation.member_id).where(Invitation.slot_id == SLOT, Invitation.called_off_at.is_(None))
        ),
        Member.id.not_in(sa.select(SignUp.member_id).where(SignUp.slot_id == SLOT)),
    )
    .order_by(_PAST.c.last.is_not(None), _PAST.c.last, Member.id)
)


def candidates(slot_id: int, path: str, since: datetime, cap: int) -> list[Candidate]:
    """The people at or below the unit at `path` who were asked less than `cap` times since then, who was asked least
    recently first. Who does not want to be asked, was asked about this slot (and not called off) or was ever on it is
    none of them."""
    values = {"slot_id": slot_id, "path": path, "since": since, "cap": cap}
    return [Candidate(member_id, Person._make(person)) for member_id, *person in run(_CANDIDATES, values)]


# ── what somebody was asked ─────────────────────────────────────────────────

STANDS = sa.and_(Invitation.declined_at.is_(None), Invitation.called_off_at.is_(None))
_IS_OPEN = sa.and_(Invitation.member_id == MEMBER, STANDS)
_ASKED_TO_COVER = (
    sa.select(Invitation.member_id)
    .join(Member, Member.id == Invitation.member_id)
    .where(
        Invitation.slot_id == SLOT, Invitation.for_cover, STANDS, Member.active,
        Invitation.member_id.not_in(sa.select(SignUp.member_id).where(SignUp.slot_id == SLOT)),
    )
    .order_by(Invitation.id)
)  # fmt: skip
_OPEN = sa.select(Invitation).where(_IS_OPEN, Invitation.slot_id == SLOT)
_ASKED_OF = (
    OFFERS.join(Invitation, Invitation.slot_id == Slot.id)
    .where(
        _IS_OPEN, Slot.state == SlotState.OPEN, Slot.starts_at > NOW,
        Slot.id.not_in(sa.select(SignUp.slot_id).where(SignUp.member_id == MEMBER)),
    )
    .order_by(Slot.starts_at, Slot.id)
)  # fmt: skip


def open_invitation(member_id: int, slot_id: int) -> Invitation | None:
    """The person's invitation to a slot, while it has been neither declined nor called off."""
    found: Invitation | None = db.session.scalar(_OPEN, {"member_id": member_id, "slot_id": slot_id})
    return found


def asked_of(member_id: int, now: datetime) -> list[Offer]:
    """The slots to come in which the person is asked to help and has not answered, in order of time."""
    return [Offer._make(row) for row in run(_ASKED_OF, {"member_id": member_id, "now": now})]


def asked_to_cover(slot_id: int) -> list[int]:
    """Who is asked to take over in a slot and has not answered."""
    return list(run(_ASKED_TO_COVER, {"slot_id": slot_id}).scalars())


def may_be_asked(member_id: int) -> bool:
    query = sa.select(InvitationOptOut.id).where(InvitationOptOut.member_id == member_id)
    return db.session.scalar(query) is None


class Asked(NamedTuple):
    """How many people were asked to help in a slot, and how many of them said “not this time”."""

    asked: int
    declined: int


def asked_for(slot_ids: Collection[int]) -> dict[int, Asked]:
    """By slot; a slot for which nobody was asked is not among them. One statement."""
    query = (
        sa.select(Invitation.slot_id, sa.func.count(), sa.func.count(Invitation.declined_at))
        .where(Invitation.slot_id.in_(slot_ids), Invitation.called_off_at.is_(None))
        .group_by(Invitation.slot_id)
    )
    return {slot_id: Asked(asked, declined) for slot_id, asked, declined in db.session.execute(query)}

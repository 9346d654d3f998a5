"""Reads of who holds which post, and of the slots that come with it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased, contains_eager, joinedload

from activities.duties.models import Activity, Post, Slot
from activities.duties.queries import must_organize, visible_to
from activities.duties.rules import SlotState
from activities.exchanges.models import Cover
from activities.exchanges.rules import CoverEnd
from activities.holders.models import Absence, Holder, HolderSeat
from activities.holders.rules import Held, HolderState, Span
from activities.kit.db import db, run
from activities.kit.refusal import NotFound
from activities.people.models import Member, Unit
from activities.people.users import Viewer
from activities.signups.facts import ACTIVE_STATES, OFFERS
from activities.signups.models import SignUp
from activities.signups.rules import HOLDING, Offer, SignUpState

STANDING = (HolderState.PROPOSED, HolderState.ACCEPTED)
MOST_FOUND = 20


def _holders() -> sa.Select[Holder]:
    """Holders with all that names them, to be narrowed."""
    return (
        sa.select(Holder)
        .join(Holder.post)
        .join(Post.activity)
        .join(Activity.unit)
        .options(
            contains_eager(Holder.post).contains_eager(Post.activity).contains_eager(Activity.unit),
            joinedload(Holder.member, innerjoin=True),
        )
        .execution_options(populate_existing=True)
    )


def of_activity(activity_id: int, since: datetime) -> list[Holder]:
    """Who holds the activity's posts at this moment or later, or is proposed, in order of time. One statement."""
    query = _holders().where(Post.activity_id == activity_id, Holder.ends_at > since, Holder.state.in_(STANDING))
    return list(db.session.scalars(query.order_by(Holder.begins_at, Holder.id)))


def declined(activity_id: int, since: datetime) -> list[Holder]:
    """Who did not want to hold one of the activity's posts lately, the latest first."""
    query = _holders().where(
        Post.activity_id == activity_id, Holder.ends_at > since, Holder.state == HolderState.DECLINED
    )
    return list(db.session.scalars(query.order_by(Holder.answered_at.desc()).limit(50)))


def held(post_ids: Collection[int], since: datetime) -> dict[int, list[Held]]:
    """Who holds these posts or is proposed, by post. One statement."""
    query = (
        sa.select(Holder)
        .where(Holder.post_id.in_(post_ids), Holder.ends_at > since, Holder.state.in_(STANDING))
        .options(joinedload(Holder.member, innerjoin=True))
        .order_by(Holder.begins_at)
        .execution_options(populate_existing=True)
    )
    found: dict[int, list[Held]] = {post_id: [] for post_id in post_ids}
    for one in db.session.scalars(query):
        found[one.post_id].append(Held(one.member_id, one.member.name, one.span, one.last, one.state))
    return found


def own(member: Viewer, public_id: str) -> Holder:
    """The member's own."""
    return _one(_holders().where(Holder.public_id == public_id, Holder.member_id == member.id))


def to_organize(member: Viewer, public_id: str) -> Holder:
    """Whoever holds a post of an activity that the member organizes."""
    holder = _one(_holders().where(Holder.public_id == public_id, visible_to(member)))
    must_organize(member, holder.post.activity)
    return holder


def of_member(member_id: int, now: datetime) -> list[Holder]:
    """What the member holds now or later, and what they are asked to hold."""
    query = _holders().where(Holder.member_id == member_id, Holder.ends_at > now, Holder.state.in_(STANDING))
    return list(db.session.scalars(query.order_by(Holder.begins_at, Holder.id)))


def overlapping(post_id: int, span: Span) -> list[Holder]:
    """Who has accepted to hold the post within this time."""
    query = _holders().where(
        Holder.post_id == post_id, Holder.state == HolderState.ACCEPTED, Holder.begins_at < span.ends_at,
        Holder.ends_at > span.begins_at,
    )  # fmt: skip
    return list(db.session.scalars(query.order_by(Holder.begins_at)))


def holder_of(post_id: int, moment: datetime) -> Holder | None:
    """Who holds the post at a moment."""
    query = _holders().where(
        Holder.post_id == post_id, Holder.state == HolderState.ACCEPTED, Holder.begins_at <= moment,
        Holder.ends_at > moment,
    )  # fmt: skip
    return db.session.scalar(query)


def _one(query: sa.Select[Any]) -> Holder:
    holder: Holder | None = db.session.scalar(query)
    if holder is None:
        raise NotFound
    return holder


# ── slots and seats ─────────────────────────────────────────────────────────


def offers(post_id: int, span: Span, now: datetime, *, is_locked: bool = False) -> list[Offer]:
    """The post's open slots to come within this time, by their ids."""
    query = OFFERS.where(
        Slot.post_id == post_id, Slot.state == SlotState.OPEN, Slot.starts_at > now, Slot.starts_at >= span.begins_at,
        Slot.starts_at < span.ends_at,
    ).order_by(Slot.id)  # fmt: skip
    return [Offer._make(row) for row in run(query.with_for_update(of=Slot) if is_locked else query)]


def offers_of(slot_ids: Collection[int]) -> list[Offer]:
    """These slots, locked, by their ids."""
    return [
        Offer._make(row) for row in run(OFFERS.where(Slot.id.in_(slot_ids)).order_by(Slot.id).with_for_update(of=Slot))
    ]


def seats(holder_ids: Collection[int], now: datetime) -> sa.Select[SignUp]:
    """The seats that hold in open slots to come which these have because they hold the post, to be narrowed."""
    return (
        sa.select(SignUp)
        .join(HolderSeat, HolderSeat.sign_up_id == SignUp.id)
        .join(Slot, Slot.id == SignUp.slot_id)
        .where(
            HolderSeat.holder_id.in_(holder_ids), SignUp.state.in_(ACTIVE_STATES), Slot.state == SlotState.OPEN,
            Slot.starts_at > now,
        )
        .order_by(Slot.id)
    )  # fmt: skip


def left_slots(member_id: int, post_id: int, since: datetime) -> set[int]:
    """The slots of the post that the member has left since they hold it: they are not seated there again."""
    query = (
        sa.select(SignUp.slot_id)
        .join(Slot, Slot.id == SignUp.slot_id)
        .where(
            SignUp.member_id == member_id, Slot.post_id == post_id, SignUp.state == SignUpState.WITHDRAWN,
            SignUp.withdrawn_at >= since,
        )
    )  # fmt: skip
    return set(db.session.scalars(query))


def seat_counts(holder_ids: Collection[int], now: datetime) -> dict[int, tuple[int, int]]:
    """How many of the slots to come in their days these are seated in, and how many there are, by holder. One
    statement, whatever the number."""
    mine = sa.and_(SignUp.slot_id == Slot.id, SignUp.member_id == Holder.member_id, SignUp.state.in_(HOLDING))
    query = (
        sa.select(Holder.id, sa.func.count(SignUp.id), sa.func.count(Slot.id))
        .join(Slot, Slot.post_id == Holder.post_id)
        .outerjoin(SignUp, mine)
        .where(
            Holder.id.in_(holder_ids), Slot.state == SlotState.OPEN, Slot.starts_at > now,
            Slot.starts_at >= Holder.begins_at, Slot.starts_at < Holder.ends_at,
        )
        .group_by(Holder.id)
    )  # fmt: skip
    return {row[0]: (row[1], row[2]) for row in db.session.execute(query)}


def behind(now: datetime) -> list[int]:
    """Those with a free slot in their days in which they have no seat, and which they have not left: new slots, and
    those that have moved."""
    theirs = sa.select(SignUp.id).where(
        SignUp.slot_id == Slot.id, SignUp.member_id == Holder.member_id,
        sa.or_(SignUp.state.in_(HOLDING), SignUp.withdrawn_at >= Holder.answered_at),
    )  # fmt: skip
    query = (
        sa.select(Holder.id)
        .join(Slot, Slot.post_id == Holder.post_id)
        .join(Member, Member.id == Holder.member_id)
        .where(
            Holder.state == HolderState.ACCEPTED, Member.active, Slot.state == SlotState.OPEN, Slot.starts_at > now,
            Slot.starts_at >= Holder.begins_at, Slot.starts_at < Holder.ends_at, Slot.taken < Slot.capacity,
            ~theirs.exists(),
        )
        .distinct()
        .order_by(Holder.id)
    )  # fmt: skip
    return list(db.session.scalars(query))


def ahead(now: datetime) -> list[int]:
    """Those with a seat of theirs in a slot that has moved out of their days."""
    query = (
        sa.select(HolderSeat.holder_id)
        .join(Holder, Holder.id == HolderSeat.holder_id)
        .join(SignUp, SignUp.id == HolderSeat.sign_up_id)
        .join(Slot, Slot.id == SignUp.slot_id)
        .where(
            SignUp.state.in_(ACTIVE_STATES), Slot.state == SlotState.OPEN, Slot.starts_at > now,
            sa.or_(
                Holder.state != HolderState.ACCEPTED, Slot.starts_at < Holder.begins_at,
                Slot.starts_at >= Holder.ends_at,
            ),
        )
        .distinct()
        .order_by(HolderSeat.holder_id)
    )  # fmt: skip
    return list(db.session.scalars(query))


def left_for_good(now: datetime) -> list[int]:
    """Those who hold a post although their account is shut."""
    query = sa.select(Holder.id).join(Holder.member).where(
        ~Member.active, Holder.state.in_(STANDING), Holder.ends_at > now
    )  # fmt: skip
    return list(db.session.scalars(query.order_by(Holder.id)))


# ── absences ────────────────────────────────────────────────────────────────


def absences(holder_ids: Collection[int], now: datetime) -> list[Absence]:
    """The absences of these that are neither over nor taken back."""
    query = sa.select(Absence).where(
        Absence.holder_id.in_(holder_ids), Absence.ends_at > now, Absence.taken_back_at.is_(None)
    )
    return list(db.session.scalars(query.order_by(Absence.begins_at, Absence.id)))


def _absent(*columns: Any, now: datetime) -> sa.Select[Any]:
    """The seats to come during absences."""
    return (
        sa.select(*columns)
        .select_from(Absence)
        .join(Holder, Holder.id == Absence.holder_id)
        .join(Slot, Slot.post_id == Holder.post_id)
        .join(SignUp, sa.and_(SignUp.slot_id == Slot.id, SignUp.member_id == Holder.member_id))
        .where(
            Absence.ends_at > now, Absence.taken_back_at.is_(None), Holder.state == HolderState.ACCEPTED,
            SignUp.state == SignUpState.SEATED, Slot.state == SlotState.OPEN, Slot.starts_at > now,
            Slot.starts_at >= Absence.begins_at, Slot.starts_at < Absence.ends_at,
        )
        .order_by(Slot.id)
    )  # fmt: skip


def slots_absent(absence_id: int, now: datetime) -> list[int]:
    """The slots to come in which the person has a seat during an absence."""
    return list(db.session.scalars(_absent(Slot.id, now=now).where(Absence.id == absence_id)))


def uncovered(now: datetime, member_id: int | None = None) -> list[tuple[int, int, str]]:
    """(member, slot, reason) of the seats to come during absences, of everybody or of one person, for which cover is
    not looked for, and has not been taken back since: who does that comes after all."""
    is_settled = sa.select(Cover.id).where(
        Cover.sign_up_id == SignUp.id,
        sa.or_(
            Cover.ended_at.is_(None),
            sa.and_(Cover.how == CoverEnd.TAKEN_BACK, Cover.ended_at >= Absence.told_at),
        ),
    )
    query = _absent(Holder.member_id, Slot.id, sa.func.min(Absence.reason), now=now).where(~is_settled.exists())
    if member_id is not None:
        query = query.where(Holder.member_id == member_id)
    found = db.session.execute(query.group_by(Holder.member_id, Slot.id))
    return [(who, slot_id, reason) for who, slot_id, reason in found]


def covers_open(absence_id: int, now: datetime) -> list[int]:
    """The slots of an absence in which cover is looked for, those aside in which the person is absent by another one
    too."""
    other = aliased(Absence)
    is_absent_still = sa.select(other.id).where(
        other.holder_id == Absence.holder_id, other.id != Absence.id, other.taken_back_at.is_(None),
        Slot.starts_at >= other.begins_at, Slot.starts_at < other.ends_at,
    )  # fmt: skip
    query = _absent(Slot.id, now=now).join(Cover, sa.and_(Cover.sign_up_id == SignUp.id, Cover.ended_at.is_(None)))
    return list(db.session.scalars(query.where(Absence.id == absence_id, ~is_absent_still.exists())))


# ── people ──────────────────────────────────────────────────────────────────


def seeing(activity: Activity) -> sa.ColumnElement[bool]:
    """Active members of the activity's unit and of all units below, who see it."""
    return sa.and_(Member.active, Unit.path.startswith(activity.unit.path, autoescape=True))


def people_named(activity: Activity, text: str) -> list[Member]:
    """Who sees the activity and has this number, or a name like this."""
    query = (
        sa.select(Member)
        .join(Member.unit)
        .where(seeing(activity), sa.or_(Member.number == text, Member.name.icontains(text, autoescape=True)))
        .options(contains_eager(Member.unit))
        .order_by(Member.name, Member.number)
        .limit(MOST_FOUND)
    )
    return list(db.session.scalars(query))


def by_numbers(activity: Activity, numbers: Collection[str]) -> dict[str, Member]:
    """Who sees the activity and has one of these numbers."""
    query = sa.select(Member).join(Member.unit).where(seeing(activity), Member.number.in_(numbers))
    return {member.number: member for member in db.session.scalars(query)}

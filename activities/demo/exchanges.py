"""Seats that change hands: made by the services themselves of what is loaded, so that it is what they would make."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import sqlalchemy as sa

from activities.duties.models import Activity, Post, Slot
from activities.duties.rules import SlotState, WayIn
from activities.exchanges import covers, rules, swaps
from activities.exchanges.models import Swap
from activities.invitations.models import Invitation
from activities.kit.db import db
from activities.kit.refusal import Refusal
from activities.people.models import Member
from activities.signups import engagements, facts
from activities.signups.models import SignUp
from activities.signups.rules import SignUpState

# When somebody asked for cover that has been given, and how long that took.
ASKED = timedelta(days=2)
TOOK = timedelta(hours=5)
# The slots are far enough ahead to withdraw from, and nobody has come or gone for some days.
AHEAD = timedelta(days=4)
QUIET = timedelta(days=3)
MOST = 60
OFFERED = 6


class Seat(NamedTuple):
    holder: int
    slot: int


def make_exchanges(now: datetime) -> None:
    """A seat that somebody has taken over, cover that the visitor's own account could give, a swap that is proposed to
    it, and seats that others would swap; as far as the day has such slots."""
    member = db.session.scalars(sa.select(Member.id).where(Member.number == "member")).one()
    seats = _seats(now)
    if seats:
        _take_over(seats[0], member, now - ASKED)
    others = [seat for seat in seats[1:] if seat.slot != seats[0].slot]
    _want_cover(others[::-1], member, now)
    _propose_swap(others, member, now)
    for seat in others[::5][:OFFERED]:
        swaps.offer_seat(*seat, "下周晚上任意一次" if seat.slot % 2 else "", now)


def _seats(now: datetime) -> list[Seat]:
    """Seats of others in slots that are full, for which nobody waits, and that are open to sign-up until they start."""
    restless = sa.select(SignUp.slot_id).where(SignUp.changed_at > now - QUIET)
    query = (
        sa.select(SignUp.member_id, Slot.id)
        .join(Slot, Slot.id == SignUp.slot_id)
        .join(Post, Post.id == Slot.post_id)
        .join(Activity, Activity.id == Post.activity_id)
        .join(Member, Member.id == SignUp.member_id)
        .where(
            SignUp.state == SignUpState.SEATED, Slot.state == SlotState.OPEN, Slot.taken == Slot.capacity,
            Slot.waiting == 0, Slot.starts_at > now + AHEAD, Slot.created_at < now - AHEAD, Slot.id.not_in(restless),
            Activity.way_in == WayIn.FIRST_COME, Activity.sign_up_closes_at.is_(None), Member.number != "member",
        )
        .order_by(Slot.starts_at, SignUp.id)
        .limit(MOST)
    )  # fmt: skip
    return [Seat(*row) for row in db.session.execute(query)]


def full_slots(now: datetime) -> list[int]:
    """The same slots, each once, in the order of time, but those of which a seat is proposed for a swap."""
    proposed = set(db.session.scalars(sa.select(SignUp.slot_id).join(Swap, Swap.given_id == SignUp.id)))
    return list(dict.fromkeys(seat.slot for seat in _seats(now) if seat.slot not in proposed))


def _take_over(seat: Seat, member: int, at: datetime) -> None:
    """The first who was asked came instead."""
    covers.ask_cover(*seat, "临时有考试", at)
    asked = sa.select(Invitation.member_id).where(Invitation.slot_id == seat.slot, Invitation.member_id != member)
    if taker := db.session.scalars(asked.order_by(Invitation.id)).first():
        covers.take_over(taker, seat.slot, at + TOOK)


def _want_cover(seats: Sequence[Seat], member: int, now: datetime) -> None:
    for seat in seats:
        offer, person, mine = facts.at_first_sight(member, seat.slot)
        _, busy = engagements.around(member, offer)
        if not rules.why_not_take_over(offer, person, mine, busy, now):
            covers.ask_cover(*seat, "那天要回家", now)
            return


def _propose_swap(seats: Sequence[Seat], member: int, now: datetime) -> None:
    for own in engagements.engagements_to_come(member, now):
        for seat in seats:
            try:
                swaps.propose(*seat, member, own.slot_id, now)
            except Refusal:
                continue
            return

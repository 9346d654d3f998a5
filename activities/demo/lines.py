"""Waiting lists in motion: made by the services themselves of what is loaded, so that it is what they would make."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from activities.demo.exchanges import full_slots
from activities.duties.models import Activity, Post, Slot
from activities.duties.queries import sight_of
from activities.duties.rules import SlotState, WayIn
from activities.kit.db import db
from activities.kit.refusal import NotFound, Refusal
from activities.people.models import Member
from activities.signups import queries, rules, teams, wishes
from activities.signups.engagements import around, engagements_to_come
from activities.signups.facts import Seen, at_first_sight
from activities.signups.models import Team
from activities.signups.rules import SignUpState
from activities.signups.service import withdraw

WISHED, MATES = 3, 2


def make_lines(now: datetime) -> None:
    """Any of several slots for which the visitor's own account waits, a seat that is held for it, and a team that asks
    it to join; as far as the day has such slots."""
    member = db.session.scalars(sa.select(Member).where(Member.number == "member")).one()
    possible = [slot_id for slot_id in full_slots(now) if _may_wait(member.id, slot_id, now)]
    if len(possible) >= WISHED:
        wishes.wait_for_any(member.id, possible[:WISHED], now)
    for slot_id in _with_seats(now):
        if slot_id not in possible[:WISHED] and _sees(member, slot_id) and _may_wait(member.id, slot_id, now):
            _ask_to_join(member, slot_id, now)
            break
    for mine in engagements_to_come(member.id, now):
        if mine.state is SignUpState.WAITING and not mine.wish_id and _gives_back(mine.slot_id, now):
            break


def _may_wait(member_id: int, slot_id: int, now: datetime) -> bool:
    offer, person, mine = at_first_sight(member_id, slot_id)
    _, busy = around(member_id, offer)
    return rules.why_not_sign_up(offer, person, mine, busy, now, waiting=True) is None


def _sees(member: Member, slot_id: int) -> bool:
    try:
        at_first_sight(member.id, Seen(db.session.get_one(Slot, slot_id).public_id, sight_of(member)))
    except NotFound:
        return False
    return True


def _with_seats(now: datetime) -> list[int]:
    """Slots to come that have seats for a team and the member, those with the most first."""
    query = sa.select(Slot.id).join(Slot.post).join(Post.activity).where(
        Slot.state == SlotState.OPEN, Slot.starts_at > now, Slot.capacity > MATES,
        Activity.way_in == WayIn.FIRST_COME,
    )  # fmt: skip
    return list(db.session.scalars(query.order_by(Slot.capacity.desc(), Slot.starts_at, Slot.id).limit(50)))


def _gives_back(slot_id: int, now: datetime) -> bool:
    """Whether somebody gives a seat back, which is then held for who waits longest."""
    for holder in queries.people_on(slot_id, SignUpState.SEATED):
        try:
            withdraw(holder, slot_id, now)
        except Refusal:
            continue
        return True
    return False


def _ask_to_join(member: Member, slot_id: int, now: datetime) -> None:
    """Some of the member's unit have a team for a slot, and ask the member to join."""
    unit = sa.select(Member.id).where(Member.unit_id == member.unit_id, Member.active, Member.id != member.id)
    others = [who for who in db.session.scalars(unit.order_by(Member.id)) if _may_wait(who, slot_id, now)]
    if len(others) < MATES:
        return
    teams.make_team(others[0], slot_id, f"{member.class_name} 小队", False, now)
    team_id = db.session.scalars(sa.select(sa.func.max(Team.id))).one()
    for mate in others[1:MATES]:
        teams.join(mate, team_id, now)
    teams.invite(others[0], team_id, member.number, now)

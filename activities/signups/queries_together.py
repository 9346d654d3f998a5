"""Reads of those who wait for one of several slots, and of teams."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload

from activities.duties import queries as duties
from activities.duties.models import Slot
from activities.duties.rules import SlotState
from activities.kit.db import db
from activities.kit.refusal import NotFound
from activities.kit.sql import Among
from activities.people.models import Member
from activities.people.users import Viewer
from activities.signups.facts import ACTIVE_STATES
from activities.signups.models import SignUp, Team, TeamMember, Wish
from activities.signups.queries import slot_of
from activities.signups.rules import SignUpState

# ── one of several ──────────────────────────────────────────────────────────


def waited_for_with_seats_left(slot_ids: Collection[int]) -> list[int]:
    """Those of these slots that have seats left although people wait: something stood in their way."""
    query = sa.select(Slot.id).where(Slot.id.in_(slot_ids), Slot.waiting > 0, Slot.taken < Slot.capacity)
    return list(db.session.scalars(query.order_by(Slot.id)))


def wish_of(member_id: int, public_id: str) -> int:
    """The id of the member's own wish; NotFound where it is none."""
    wish_id = db.session.scalar(sa.select(Wish.id).where(Wish.public_id == public_id, Wish.member_id == member_id))
    if wish_id is None:
        raise NotFound
    return wish_id


def places_of_wish(wish_id: int, now: datetime) -> tuple[str, int]:
    """A wish's public id, and in how many slots to come it still waits or has a seat held."""
    query = (
        sa.select(Wish.public_id, sa.func.count(SignUp.id))
        .join(SignUp, SignUp.wish_id == Wish.id)
        .join(SignUp.slot)
        .where(Wish.id == wish_id, SignUp.state.in_(ACTIVE_STATES), Slot.state == SlotState.OPEN, Slot.starts_at > now)
        .group_by(Wish.public_id)
    )
    public_id, count = db.session.execute(query).one()
    return public_id, count


def slots_seen(member: Viewer, public_ids: Collection[str]) -> list[int]:
    """The ids of these slots, all of which the member must see: NotFound otherwise."""
    query = duties.slots().where(Slot.public_id.in_(public_ids), duties.visible_to(member)).with_only_columns(Slot.id)
    found = list(db.session.scalars(query.options()))
    if len(found) < len(set(public_ids)):
        raise NotFound
    return found


def slots_of_wish(wish_id: int) -> list[int]:
    return list(db.session.scalars(sa.select(SignUp.slot_id).where(SignUp.wish_id == wish_id)))


# ── teams ───────────────────────────────────────────────────────────────────


def joined(team_id: int) -> list[int]:
    """Who has joined a team and not left the school since, who has been in it longest first."""
    query = (
        sa.select(TeamMember.member_id)
        .join(TeamMember.member)
        .where(TeamMember.team_id == team_id, TeamMember.joined_at.is_not(None), Member.active)
        .order_by(TeamMember.joined_at, TeamMember.id)
    )
    return list(db.session.scalars(query))


def gathering_for(slot_ids: Collection[int]) -> dict[Team, list[int]]:
    """The teams that gather for these slots and are not signed up yet, each with who has joined it and is not on the
    slot besides."""
    on_it = sa.select(SignUp.member_id).where(SignUp.slot_id == Team.slot_id, SignUp.state.in_(ACTIVE_STATES))
    query = (
        sa.select(Team, TeamMember.member_id)
        .join(TeamMember, TeamMember.team_id == Team.id)
        .join(TeamMember.member)
        .where(
            Among(Team.slot_id), Team.signed_up_at.is_(None), Team.dissolved_at.is_(None),
            TeamMember.joined_at.is_not(None), Member.active, Member.id.not_in(on_it.correlate(Team)),
        )
        .order_by(Team.id, TeamMember.id)
    )  # fmt: skip
    teams: dict[Team, list[int]] = {}
    for team, member_id in db.session.execute(query, {"ids": list(slot_ids)}):
        teams.setdefault(team, []).append(member_id)
    return teams


def people_of_team(team_id: int) -> list[int]:
    """Who is in a team, who has been in it longest first: who has joined, or once it is signed up who still has a seat
    or a place by it."""
    if db.session.scalar(sa.select(Team.signed_up_at).where(Team.id == team_id)) is None:
        return joined(team_id)
    query = sa.select(SignUp.member_id).where(SignUp.team_id == team_id, SignUp.state.in_(ACTIVE_STATES))
    return list(db.session.scalars(query.order_by(SignUp.ticket)))


def team_for(member: Viewer, public_id: str) -> Team:
    """The team of this address, for who sees its slot. NotFound."""
    query = sa.select(Team).where(Team.public_id == public_id)
    team = db.session.scalar(query)
    if team is None:
        raise NotFound
    slot_of(member, team.slot.public_id)
    return team


def team_shown(member_id: int, slot_id: int) -> Team | None:
    """The team for a slot that somebody is in, or is asked to join."""
    own = sa.select(SignUp.team_id).where(SignUp.member_id == member_id, SignUp.state.in_(ACTIVE_STATES))
    query = (
        sa.select(Team)
        .join(TeamMember, TeamMember.team_id == Team.id)
        .where(
            Team.slot_id == slot_id, TeamMember.member_id == member_id, Team.dissolved_at.is_(None),
            sa.or_(Team.signed_up_at.is_(None), Team.id.in_(own)),
        )
        .order_by(TeamMember.joined_at.is_(None), Team.id)
        .limit(1)
    )  # fmt: skip
    return db.session.scalar(query)


def team_roster(team: Team) -> Sequence[TeamMember | SignUp]:
    """The people of a team with their names, who has been in it longest first: who has joined and then who is asked, or
    once it is signed up their sign-ups. One statement."""
    if team.signed_up_at:
        own = sa.select(SignUp).where(SignUp.team_id == team.id, SignUp.state.in_(ACTIVE_STATES))
        return list(db.session.scalars(own.options(joinedload(SignUp.member)).order_by(SignUp.ticket)))
    query = (
        sa.select(TeamMember)
        .join(TeamMember.member)
        .where(TeamMember.team_id == team.id, Member.active)
        .options(contains_eager(TeamMember.member))
        .order_by(TeamMember.joined_at.is_(None), TeamMember.joined_at, TeamMember.id)
    )
    return list(db.session.scalars(query))


def held_together(sign_up: SignUp) -> int:
    """For how many of a whole team seats are held with this one; 1 for who waits alone."""
    if not (sign_up.team and sign_up.team.whole):
        return 1
    query = sa.select(sa.func.count()).where(
        SignUp.team_id == sign_up.team_id, SignUp.slot_id == sign_up.slot_id, SignUp.state == SignUpState.OFFERED
    )
    return db.session.scalar(query) or 0


def invitation(team_id: int, member_id: int) -> TeamMember | None:
    """Whether and how somebody belongs to a team: asked, or joined."""
    query = sa.select(TeamMember).where(TeamMember.team_id == team_id, TeamMember.member_id == member_id)
    return db.session.scalar(query)


def risks_read(team_id: int) -> dict[int, tuple[int | None, datetime | None]]:
    """Which version of the risks each of a team has read by joining, and when."""
    query = sa.select(TeamMember.member_id, TeamMember.risks_version, TeamMember.joined_at)
    rows = db.session.execute(query.where(TeamMember.team_id == team_id))
    return {member_id: (version, at) for member_id, version, at in rows}


def asked_or_in(team_id: int) -> int:
    query = sa.select(sa.func.count()).select_from(TeamMember).where(TeamMember.team_id == team_id)
    return db.session.scalar(query) or 0


def team_joined(member_id: int, slot_id: int) -> int | None:
    """The team that is not signed up yet in which somebody is for this slot."""
    query = (
        sa.select(Team.id)
        .join(TeamMember, TeamMember.team_id == Team.id)
        .where(
            TeamMember.member_id == member_id, TeamMember.joined_at.is_not(None), Team.slot_id == slot_id,
            Team.signed_up_at.is_(None), Team.dissolved_at.is_(None),
        )
    )  # fmt: skip
    return db.session.scalar(query)


def active_by_number(number: str) -> Member | None:
    return db.session.scalar(sa.select(Member).where(Member.number == number, Member.active))

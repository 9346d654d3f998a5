"""Reads of requests that await a decision, and of people who could be chosen for a slot."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload

from activities.admissions.rules import OwnSeat
from activities.duties.kinds import Ledger
from activities.duties.models import Activity, Post, Slot
from activities.duties.queries import organized_by
from activities.duties.rules import SlotState, WayIn
from activities.kit.db import db
from activities.kit.refusal import Refusal
from activities.people.models import Member
from activities.people.rules import Stage, Stages, Standing, Standings
from activities.people.users import Viewer
from activities.records.models import Record
from activities.records.queries import minutes_since
from activities.signups import engagements, facts
from activities.signups.facts import ACTIVE_STATES, PERSON, Home
from activities.signups.models import SignUp
from activities.signups.rules import HOLDING, SignUpState
from activities.signups.rules_offered import why_not_promote
from activities.signups.rules_person import Person, why_paused

PAGE = 100
CHOICE = 30


# ── requests ────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Request:
    """Somebody who has asked for a seat: `minutes` of what counts as the slot does, given of late; `refusal`: why the
    seat could not be given as things stand."""

    id: int
    name: str
    number: str
    home: str
    asked_at: datetime
    minutes: int
    refusal: Refusal | None


def requests(
    member: Viewer, activity: str, page: int, since: date, now: datetime
) -> tuple[list[tuple[Slot, list[Request]]], bool]:
    """A page of the requests the member decides, or of one activity's, by slot, who asked first comes first; and
    whether more follow. Four statements."""
    query = (
        sa.select(SignUp, Member, *PERSON)
        .join(SignUp.slot)
        .join(Slot.post)
        .join(Post.activity)
        .join(Member, Member.id == SignUp.member_id)
        .join(Home, Home.id == Member.unit_id)
        .where(_open(now), Activity.id.in_(sa.select(Activity.id).join(Activity.unit).where(organized_by(member))))
        .options(contains_eager(SignUp.slot).contains_eager(Slot.post).contains_eager(Post.activity))
        .order_by(Slot.starts_at, Slot.id, SignUp.ticket)
        .offset((page - 1) * PAGE)
        .limit(PAGE + 1)
    )
    if activity:
        query = query.where(Activity.public_id == activity)
    rows = db.session.execute(query).all()
    shown = rows[:PAGE]
    ids = {row.Member.id for row in shown}
    minutes, offers = minutes_since(ids, since), facts.offers({row.SignUp.slot_id for row in shown})
    busy = engagements.busy_in(ids, offers.values())
    by_slot: dict[Slot, list[Request]] = {}
    for sign_up, member, *facts_of in shown:
        person, ledger = Person._make(facts_of), sign_up.slot.post.activity.kind.ledger
        refusal = why_not_promote(offers[sign_up.slot_id], person, busy[member.id], now)
        by_slot.setdefault(sign_up.slot, []).append(
            Request(
                sign_up.id, member.name, member.number, member.class_name or person.unit, sign_up.signed_up_at,
                minutes.get((member.id, ledger), 0), refusal,
            )
        )  # fmt: skip
    return list(by_slot.items()), len(rows) > PAGE


def to_decide(member: Viewer, ids: Collection[int], now: datetime) -> list[SignUp]:
    """Those of these requests that the member decides and that nobody has decided yet."""
    query = (
        sa.select(SignUp)
        .join(SignUp.slot)
        .join(Slot.post)
        .join(Post.activity)
        .join(Activity.unit)
        .where(SignUp.id.in_(ids), _open(now), organized_by(member))
        .options(
            contains_eager(SignUp.slot).contains_eager(Slot.post).contains_eager(Post.activity),
            joinedload(SignUp.member, innerjoin=True),
        )
        .order_by(Slot.starts_at, Slot.id, SignUp.ticket)
    )
    return list(db.session.scalars(query))


def decided_by(member: Viewer, ids: Collection[int]) -> dict[int, int]:
    """The slots of these sign-ups, as far as they are for activities that the member organizes: of others there are
    none."""
    query = (
        sa.select(SignUp.id, SignUp.slot_id)
        .join(SignUp.slot)
        .join(Slot.post)
        .join(Post.activity)
        .join(Activity.unit)
        .where(SignUp.id.in_(ids), organized_by(member))
    )
    return {one.id: one.slot_id for one in db.session.execute(query)}


class Asked(NamedTuple):
    """A request as the rules want it. `id` is the sign-up's."""

    id: int
    slot_id: int
    member_id: int
    person: Person


def asked(ids: Collection[int]) -> list[Asked]:
    """Those of these sign-ups that are requests an organizer decides, of active members for slots that are not
    cancelled, who asked first first."""
    is_open = sa.and_(Activity.way_in == WayIn.APPROVAL, Slot.state == SlotState.OPEN)
    query = _asked().where(SignUp.id.in_(ids), is_open)
    return [Asked._make((*row[:3], Person._make(row[3:]))) for row in db.session.execute(query)]


def undecided(slot_id: int) -> list[Asked]:
    """All requests for a slot that nobody has decided."""
    query = _asked().where(Slot.id == slot_id)
    return [Asked._make((*row[:3], Person._make(row[3:]))) for row in db.session.execute(query)]


def lock_askers(slot_id: int) -> None:
    """Lock everybody whose request for a slot is undecided, before the slot itself."""
    of_slot = sa.select(SignUp.member_id).where(SignUp.slot_id == slot_id, SignUp.state == SignUpState.ASKED)
    people = sa.select(Member.id).where(Member.id.in_(of_slot)).order_by(Member.id)
    db.session.execute(people.with_for_update(of=Member, key_share=True)).all()


def slots_started_undecided(now: datetime) -> list[int]:
    """The open slots that have started while somebody's request was undecided. One look into an index."""
    query = sa.select(Slot.id).where(Slot.asked > 0, Slot.starts_at <= now, Slot.state == SlotState.OPEN)
    return list(db.session.scalars(query.order_by(Slot.id)))


def _open(now: datetime) -> sa.ColumnElement[bool]:
    return sa.and_(
        SignUp.state == SignUpState.ASKED, Activity.way_in == WayIn.APPROVAL, Slot.state == SlotState.OPEN,
        Slot.starts_at > now,
    )  # fmt: skip


def _asked() -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(SignUp.id, SignUp.slot_id, SignUp.member_id, *PERSON)
        .join(Slot, Slot.id == SignUp.slot_id)
        .join(Slot.post)
        .join(Post.activity)
        .join(Member, Member.id == SignUp.member_id)
        .join(Home, Home.id == Member.unit_id)
        .where(SignUp.state == SignUpState.ASKED, Member.active)
        .order_by(SignUp.slot_id, SignUp.ticket)
    )


# ── whom to choose ──────────────────────────────────────────────────────────


class Candidate(NamedTuple):
    """Somebody who could be chosen for a slot: `minutes` of what counts as the slot does, given of late; `refusal`: why
    they cannot take it after all."""

    public_id: str
    number: str
    name: str
    home: str
    minutes: int
    refusal: Refusal | None


def candidates(
    actor_id: int, slot: Slot, text: str, page: int, since: date, now: datetime
) -> tuple[list[Candidate], bool]:
    """A page of those who are free then and may join, who had least first; and whether more follow. Who chooses is
    shown, and why nobody chooses themselves. Three statements."""
    activity = slot.post.activity
    had = _had(activity.kind.ledger, since).subquery()
    minutes = sa.func.coalesce(had.c.minutes, 0)
    home = (activity.eligible_unit or activity.unit).path
    query = (
        sa.select(Member.id, Member.public_id, Member.number, Member.name, minutes, *PERSON)
        .join(Home, Home.id == Member.unit_id)
        .outerjoin(had, had.c.member_id == Member.id)
        .where(Member.active, Home.path.startswith(home, autoescape=True), Member.id.not_in(_engaged(slot)))
        .order_by(minutes, Member.number)
        .offset((page - 1) * CHOICE)
        .limit(CHOICE + 1)
    )
    if activity.stages:
        query = query.where(Member.stage.in_([stage for stage in Stage if Stages[stage.name] in activity.stages]))
    if activity.standings:
        fitting = [standing for standing in Standing if Standings[standing.name] in activity.standings]
        query = query.where(Member.standing.in_(fitting))
    if activity.classes:
        query = query.where(Member.class_name.in_(activity.classes))
    if text:
        named = [c.icontains(text, autoescape=True) for c in (Member.name, Member.number, Member.class_name)]
        query = query.where(sa.or_(*named))
    rows, offer = db.session.execute(query).all(), facts.offer(slot.id)
    busy = engagements.busy_around([row[0] for row in rows], offer)
    found = []
    for member_id, public_id, number, name, had_minutes, *of_person in rows[:CHOICE]:
        person = Person._make(of_person)
        is_own = OwnSeat() if member_id == actor_id else None
        refusal = is_own or why_paused(person, now) or why_not_promote(offer, person, busy[member_id], now)
        found.append(Candidate(public_id, number, name, person.class_name or person.unit, had_minutes, refusal))
    return found, len(rows) > CHOICE


class Chosen(NamedTuple):
    """Somebody whom an organizer has chosen, as the rules want one."""

    id: int
    name: str
    person: Person


def chosen(member_ids: Collection[int]) -> list[Chosen]:
    """These members, as far as they are active, by number."""
    query = (
        sa.select(Member.id, Member.name, *PERSON)
        .join(Home, Home.id == Member.unit_id)
        .where(Member.id.in_(member_ids), Member.active)
        .order_by(Member.number)
    )
    return [Chosen(row[0], row[1], Person._make(row[2:])) for row in db.session.execute(query)]


def by_public_id(public_ids: Collection[str]) -> list[int]:
    return list(db.session.scalars(sa.select(Member.id).where(Member.public_id.in_(public_ids), Member.active)))


def _had(ledger: Ledger, since: date) -> sa.Select[int, int]:
    return (
        sa.select(Record.member_id, sa.func.sum(Record.minutes).label("minutes"))
        .where(Record.day >= since, Record.ledger == ledger)
        .group_by(Record.member_id)
    )


def _engaged(slot: Slot) -> sa.Select[int]:
    """Who is on the slot already, or has a seat elsewhere at that time."""
    elsewhere = sa.and_(
        SignUp.state.in_(HOLDING), Slot.state == SlotState.OPEN, Slot.starts_at < slot.ends_at,
        Slot.ends_at > slot.starts_at,
    )  # fmt: skip
    on_it = sa.and_(SignUp.slot_id == slot.id, SignUp.state.in_(ACTIVE_STATES))
    return sa.select(SignUp.member_id).join(SignUp.slot).where(sa.or_(on_it, elsewhere))

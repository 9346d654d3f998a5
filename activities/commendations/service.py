"""Rounds of commendation: opened, corrected, put on notice, granted by a second person, revoked. The people whom it is
about are locked first, then the round, then a nomination."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from activities.audit import service as audit
from activities.commendations import notices, queries, rules
from activities.commendations.models import Nomination, Round
from activities.commendations.rules import Nominators, RoundState, State, Whom
from activities.commendations.rules_refusals import NotAwarded, NotOpen, OpenAlready
from activities.commendations.uninvolved import granting
from activities.dossiers import service as dossiers
from activities.dossiers.rules import Block, Said
from activities.kit.clock import local_day
from activities.kit.db import db, lock, transactional
from activities.kit.refusal import NotFound
from activities.kit.roles import Permission
from activities.people.models import Member, Unit
from activities.people.persons import same_person
from activities.people.service import acting
from activities.terms import queries as terms
from activities.terms.rules import add_working_days

# As far as so many working days can reach, holidays included.
REACH = timedelta(days=120)


@dataclass(frozen=True)
class Terms:
    """What a round goes by. Either `percent` or `number` is the quota."""

    title: str
    year: int
    granted_by: str
    whom: Whom
    nominators: Nominators
    percent: int | None
    number: int | None
    first: date
    last: date
    notice_days: int


@dataclass(frozen=True)
class Corrected:
    """What of a round can be said otherwise while it is open. The quota cannot: it was reckoned when it was opened."""

    title: str
    granted_by: str
    last: date
    notice_days: int


@transactional
def open_round(actor_id: int, unit_id: int, terms: Terms, now: datetime) -> str:
    """Open a round for a unit and all below. Return its public id. Raises the rules' Refusal, NotFound for another's
    unit."""
    unit = db.session.get(Unit, unit_id)
    if unit is None or not acting(actor_id).may(Permission.COMMEND, unit.path):
        raise NotFound
    # Whoever opens another one in this unit takes turns: each has a quota of its own.
    lock(Unit, unit_id)
    if queries.under_way(unit_id, terms.title, terms.year):
        raise OpenAlready
    people = queries.eligible(unit.path, terms.whom)
    most = rules.how_many(terms.percent, terms.number, people)
    refusal = rules.why_not_open(first=terms.first, last=terms.last, today=local_day(now), most=most)
    if refusal:
        raise refusal
    said = {name: value for name, value in vars(terms).items() if name != "number"}
    one = Round(**said, unit_id=unit_id, people=people, most=most, opened_at=now, opened_by_id=actor_id)
    db.session.add(one)
    db.session.flush()
    audit.leave(now, actor_id, "open", Round, one.id, after={**said, "unit": unit_id, "people": people, "most": most})
    return one.public_id


@transactional
def correct_round(actor_id: int, round_id: int, corrected: Corrected, reason: str, now: datetime) -> None:
    """Say otherwise what a round is called, who grants it and how long it takes, until those chosen stand on notice.
    Who is nominated, and the committee, are told. Raises the rules' Refusal."""
    one = round_locked(actor_id, round_id)
    refusal = rules.why_not_correct(
        state=one.state, first=one.first, last=corrected.last, today=local_day(now), was_last=one.last
    )
    if refusal:
        raise refusal
    before = {name: getattr(one, name) for name, value in vars(corrected).items() if getattr(one, name) != value}
    if not before:
        return
    after = {name: getattr(corrected, name) for name in before}
    for name, value in after.items():
        setattr(one, name, value)
    audit.leave(now, actor_id, "correct", Round, round_id, before=before, after=after, reason=reason)
    nominated = (each.member_id for each in queries.nominations(round_id, rules.MAY_DECLINE))
    told = {*nominated, *(each.member_id for each in queries.committee(round_id))}
    notices.corrected(sorted(told), one, reason, now)


@transactional
def publish(actor_id: int, round_id: int, now: datetime) -> date:
    """Put those whom the committee chose on notice, and tell them. Return its last day. Raises the rules' Refusal."""
    one, today = round_locked(actor_id, round_id), local_day(now)
    waiting = len(queries.nominations(round_id, [State.AGREED]))
    refusal = rules.why_not_publish(state=one.state, last=one.last, today=today, waiting=waiting, chosen=one.chosen)
    if refusal:
        raise refusal
    until = add_working_days(today, one.notice_days, terms.special_days(today, today + REACH))
    one.state, one.notice_until, one.published_by_id = RoundState.NOTICE, until, actor_id
    audit.leave(now, actor_id, "publish", Round, round_id, after={"until": until, "chosen": one.chosen})
    told = {each.member_id: each.public_id for each in queries.nominations(round_id, [State.CHOSEN])}
    notices.on_notice(told, one, until, now)
    return until


@transactional
def award(actor_id: int, round_id: int, now: datetime) -> int:
    """Grant it to all who stand on notice: it is entered in their records, and they are told. Return to how many.
    Raises the rules' Refusal. A number of statements that does not grow with them."""
    stands = sa.select(Nomination.member_id).where(
        Nomination.round_id == round_id, Nomination.state == State.CHOSEN
    )  # fmt: skip
    people = sa.select(Member.id).where(Member.id.in_(stands)).order_by(Member.id)
    db.session.execute(people.with_for_update(key_share=True)).all()
    one, today = round_locked(actor_id, round_id), local_day(now)
    chosen = queries.nominations(round_id, [State.CHOSEN])
    refusal = rules.why_not_award(
        state=one.state, until=one.notice_until, today=today, chosen=len(chosen),
        objections=queries.open_objections(round_id), is_involved=same_person(actor_id, *granting(one, chosen)),
    )  # fmt: skip
    if refusal:
        raise refusal
    one.state, one.ended_at, one.ended_by_id = RoundState.AWARDED, now, actor_id
    said = Said(title=one.title, day=today, unit=one.granted_by)
    entries = dossiers.enter_for(
        actor_id, Block.COMMENDATION, {each.member_id: said for each in chosen}, now, f"{one.title} {one.year}"
    )
    for each in chosen:
        each.state, each.entry_id = State.AWARDED, entries[each.member_id]
    audit.leave(
        now, actor_id, "award", Round, round_id, before={"state": RoundState.NOTICE}, after={"state": one.state}
    )
    changes = [
        (each.id, {"state": State.CHOSEN}, {"state": State.AWARDED, "member": each.member_id, "entry": each.entry_id})
        for each in chosen
    ]
    audit.leave_all(now, actor_id, "award", Nomination, changes)
    notices.awarded([each.member_id for each in chosen], one, now)
    return len(chosen)


@transactional
def revoke(actor_id: int, nomination_id: int, reason: str, now: datetime) -> None:
    """Take a commendation back that was granted, and out of the person's record; they are told. Raises NotAwarded, and
    OwnEntry for one's own."""
    one, nomination = locked(actor_id, nomination_id)
    if nomination.state is not State.AWARDED or nomination.entry_id is None:
        raise NotAwarded
    dossiers.withdraw_for(actor_id, nomination.entry_id, reason, now)
    nomination.state, nomination.revoked_by_id = State.REVOKED, actor_id
    audit.leave(
        now, actor_id, "revoke", Nomination, nomination_id, before={"state": State.AWARDED},
        after={"state": State.REVOKED}, reason=reason,
    )  # fmt: skip
    notices.revoked(nomination.member_id, one, reason, now)


@transactional
def call_off(actor_id: int, round_id: int, reason: str, now: datetime) -> None:
    """End a round that is not granted; who was nominated is told. Raises NotOpen."""
    one = round_locked(actor_id, round_id)
    if one.state not in (RoundState.OPEN, RoundState.NOTICE):
        raise NotOpen
    before, one.state, one.ended_at, one.ended_by_id = one.state, RoundState.CALLED_OFF, now, actor_id
    after = {"state": one.state}
    audit.leave(now, actor_id, "call off", Round, round_id, before={"state": before}, after=after, reason=reason)
    told = [each.member_id for each in queries.nominations(round_id, rules.MAY_DECLINE)]
    notices.called_off(told, one, reason, now)


# ── what the verbs of this room share ───────────────────────────────────────


def round_locked(actor_id: int, round_id: int) -> Round:
    """A round of the actor's units, locked. NotFound for any other."""
    one = lock(Round, round_id)
    if not acting(actor_id).may(Permission.COMMEND, one.unit.path):
        raise NotFound
    return one


def locked(actor_id: int, nomination_id: int) -> tuple[Round, Nomination]:
    """A nomination of one of the actor's rounds, with its person, its round and itself locked in this order."""
    found = db.session.get(Nomination, nomination_id)
    if found is None:
        raise NotFound
    lock(Member, found.member_id)
    return round_locked(actor_id, found.round_id), lock(Nomination, nomination_id)

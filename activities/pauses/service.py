"""Pauses after missed duties, as the school's norms say: warned of before, told with the reason, and liftable."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from activities.audit import service as audit
from activities.kit.db import db, lock, transactional
from activities.kit.refusal import NotAllowed
from activities.kit.roles import Permission
from activities.norms import queries as norms
from activities.norms.rules import NORMS, Norms
from activities.outbox.jobs import every
from activities.pauses import notices, queries, rules
from activities.pauses.models import MissWarning
from activities.pauses.queries import Misses
from activities.pauses.rules import Step
from activities.people.models import Member
from activities.people.persons import same_person
from activities.people.service import acting
from activities.signups.models import Pause


@every(3600, "warn and pause after missed duties")
def judge(now: datetime) -> None:
    """Warn or pause those whose missed duties ask for it: each person in a transaction of their own."""
    present, since = _rule()
    if since is None:
        return
    for found in queries.missed(present, since, now):
        if rules.step(found.times, present) is not Step.NONE:
            _judge(found.member_id, now)


@transactional
def _judge(member_id: int, now: datetime) -> None:
    """Count again under the person's lock, so that two at once do it once."""
    member, (present, since) = lock(Member, member_id), _rule()
    if since is None:
        return
    for found in queries.missed(present, since, now, member_id):
        match rules.step(found.times, present):
            case Step.WARN if not _is_warned(found):
                db.session.add(MissWarning(member_id=member_id, slot_id=found.last_slot_id, warned_at=now))
                audit.leave(now, None, "warn of pause", Member, member_id, after={"misses": found.times})
                notices.warned(member_id, found.times, present, now)
            case Step.PAUSE:
                _begin(member, found.times, present.miss_days, now + timedelta(days=present.pause_days), now)


def _rule() -> tuple[Norms, datetime | None]:
    """The norms that hold, and since when people know how strict they are on misses; None where misses lead to
    nothing."""
    versions = norms.versions()
    return (versions[0][0], rules.known_since(versions)) if versions else (NORMS, None)


def _is_warned(found: Misses) -> bool:
    query = sa.select(MissWarning.id).where(
        MissWarning.member_id == found.member_id, MissWarning.slot_id == found.last_slot_id
    )
    return db.session.scalar(query) is not None


def _begin(member: Member, misses: int, days: int, until: datetime, now: datetime) -> None:
    pause = Pause(member_id=member.id, begun_at=now, until=until, misses=misses, miss_days=days)
    db.session.add(pause)
    db.session.flush()
    after = {"member": member.id, "until": until, "misses": misses, "days": days}
    audit.leave(now, None, "pause", Pause, pause.id, after=after)
    notices.begun(member.id, misses, days, until, member.unit.name, now)


@transactional
def lift(actor_id: int, pause_id: int, reason: str, now: datetime) -> None:
    """End a pause before its time, with a reason. Raises the rules' Refusal, NotAllowed outside the actor's units."""
    member = lock(Member, db.session.get_one(Pause, pause_id).member_id)
    actor, pause = acting(actor_id), lock(Pause, pause_id)
    if not actor.may(Permission.LIFT_PAUSES, member.unit.path):
        raise NotAllowed
    if refusal := rules.why_not_lift(pause.until, pause.lifted_at is not None, same_person(actor_id, member.id), now):
        raise refusal
    pause.lifted_at, pause.lifted_by_id, pause.lift_reason = now, actor_id, reason
    audit.leave(now, actor_id, "lift pause", Pause, pause_id, before={"until": pause.until}, reason=reason)
    notices.lifted(member.id, actor.name, reason, now)

"""Exempting people, with why sealed; ending it, and taking it back."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from flask import current_app

from activities.audit import service as audit
from activities.kit import sealing
from activities.kit.db import db, lock, transactional
from activities.kit.i18n import gettext as _
from activities.kit.refusal import NotAllowed, NotFound
from activities.kit.roles import Permission
from activities.people.joining import when_joined
from activities.people.models import Member
from activities.people.persons import same_person
from activities.people.service import acting
from activities.requirements import notices
from activities.requirements import rules_exempting as rules
from activities.requirements.models import Exemption
from activities.requirements.rules import Exempted
from activities.requirements.rules_exempting import Why

PURPOSE = "requirements.exemption"


@transactional
def exempt(actor_id: int, member_id: int, what: Exempted, why: Why, now: datetime) -> str:
    """Exempt somebody of the actor's units. Return the exemption's public id. Raises the rules' Refusal."""
    member, actor = lock(Member, member_id), acting(actor_id)
    path = member.unit.path
    if not actor.may(Permission.EXEMPT, path):
        raise NotFound
    is_own, is_there = same_person(actor_id, member_id), _is_there(member_id, what)
    if refusal := rules.why_not_exempt(what.first, what.last, is_own=is_own, is_there=is_there):
        raise refusal
    unit = rules.given_for(actor.paths(Permission.EXEMPT), path)
    one = Exemption(
        member_id=member_id, unit_id=int(unit.split("/")[-2]), first=what.first, last=what.last, percent=what.percent,
        line=what.line, reason=sealing.seal(why.text, _secret(), PURPOSE), given_by_id=actor_id, given_at=now,
    )  # fmt: skip
    db.session.add(one)
    db.session.flush()
    audit.leave(now, actor_id, "exempt", Exemption, one.id, after={"member": member_id, **what._asdict()})
    notices.exempted(member_id, "exempted", what, now)
    return one.public_id


def _is_there(member_id: int, what: Exempted) -> bool:
    which = (Exemption.first == what.first, Exemption.last == what.last, Exemption.percent == what.percent)
    there = sa.exists().where(
        Exemption.member_id == member_id, Exemption.line == what.line, Exemption.ended_at.is_(None), *which
    )
    return bool(db.session.scalar(sa.select(there)))


@transactional
def end(actor_id: int, exemption_id: int, until: date | None, reason: str, now: datetime) -> None:
    """End an exemption with a day before its last one; without a day, take it back as if it had never been. The person
    reads the reason. Raises the rules' Refusal."""
    one, member = _locked(actor_id, exemption_id)
    is_own = same_person(actor_id, member.id)
    if refusal := rules.why_not_end(one.first, one.last, until, one.ended_at is not None, is_own):
        raise refusal
    before = {"last": one.last}
    one.last, one.taken_back = until or one.last, until is None
    _end(one, actor_id, reason, before, now)


@when_joined
def take_back_own(actor_id: int, accounts_joined: Collection[int], now: datetime) -> None:
    """What one account of somebody gave to another was given to themselves."""
    query = sa.select(Exemption).where(
        Exemption.member_id.in_(accounts_joined), Exemption.given_by_id.in_(accounts_joined), ~Exemption.taken_back
    )
    for one in db.session.scalars(query.order_by(Exemption.id)):
        before = {"taken_back": False}
        one.taken_back = True
        _end(one, actor_id, _("It was given by an account of the same person."), before, now)


def _end(one: Exemption, actor_id: int, reason: str, before: Mapping[str, Any], now: datetime) -> None:
    one.ended_at, one.ended_by_id, one.end_reason = now, actor_id, reason
    after = audit.private(one.member_id, {"last": one.last, "taken_back": one.taken_back, "why": reason}, ("why",))
    audit.leave(now, actor_id, "end exemption", Exemption, one.id, before=before, after=after)
    topic = "taken_back" if one.taken_back else "exemption_ended"
    notices.exempted(one.member_id, topic, one.facts, now, reason=reason)


@transactional
def why(actor_id: int, exemption_id: int, now: datetime) -> Why | None:
    """Why somebody is exempted; None where it cannot be read any more. Each look stands on the trail. NotAllowed for
    whoever neither gave it nor stands above."""
    one, _member = _locked(actor_id, exemption_id)
    paths = acting(actor_id).paths(Permission.EXEMPT)
    if not rules.may_read_why(same_person(actor_id, one.given_by_id), paths, one.unit.path):
        raise NotAllowed
    audit.leave(now, actor_id, "read why exempted", Exemption, exemption_id)
    try:
        return rules.read_why(sealing.unseal(one.reason, _secret(), PURPOSE))
    except sealing.SealedOtherwise:
        return None


def _locked(actor_id: int, exemption_id: int) -> tuple[Exemption, Member]:
    member = lock(Member, db.session.get_one(Exemption, exemption_id).member_id)
    if not acting(actor_id).may(Permission.EXEMPT, member.unit.path):
        raise NotFound
    return lock(Exemption, exemption_id), member


def _secret() -> str:
    return str(current_app.config["SETTINGS"].secret_key)

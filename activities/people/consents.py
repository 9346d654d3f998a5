"""Agreeing to a purpose and withdrawing it. Each agreement is kept with the version of its text and its times, also
after it was withdrawn: it says what was allowed when."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa

from activities.audit import service as audit
from activities.kit.db import db, lock, transactional
from activities.people.models import Consent, Member
from activities.people.rules_consents import PURPOSES, Purpose


@transactional
def agree(member_id: int, purpose: Purpose, now: datetime) -> None:
    lock(Member, member_id)
    note_given(member_id, purpose, now)


def note_given(member_id: int, purpose: Purpose, now: datetime) -> None:
    """Inside a transaction that has locked the person: they agree to the present version; to have agreed before
    changes nothing."""
    version = PURPOSES[purpose].version
    present = in_force(member_id).get(purpose)
    if present and present.version == version:
        return
    if present:
        note_withdrawn(member_id, purpose, now)
    consent = Consent(member_id=member_id, purpose=purpose, version=version, given_at=now)
    db.session.add(consent)
    db.session.flush()
    audit.leave(now, member_id, "agree", Consent, consent.id, after={"purpose": purpose, "version": version})


def note_withdrawn(member_id: int, purpose: Purpose, now: datetime) -> None:
    """Inside a transaction that has locked the person: they agree no more."""
    present = in_force(member_id).get(purpose)
    if present:
        present.withdrawn_at = now
        db.session.flush()
        audit.leave(now, member_id, "withdraw agreement", Consent, present.id, after={"purpose": purpose})


def in_force(member_id: int) -> dict[Purpose, Consent]:
    """What the person has agreed to and not withdrawn, whatever the version."""
    query = sa.select(Consent).where(Consent.member_id == member_id, Consent.withdrawn_at.is_(None))
    return {consent.purpose: consent for consent in db.session.scalars(query)}


def history(member_id: int) -> list[Consent]:
    """All that the person ever agreed to, the latest first."""
    query = sa.select(Consent).where(Consent.member_id == member_id)
    return list(db.session.scalars(query.order_by(Consent.id.desc())))


def agreeing(purpose: Purpose, member_ids: Collection[int]) -> set[int]:
    """Who of these agrees to the present version."""
    query = sa.select(Consent.member_id).where(
        Consent.purpose == purpose, Consent.version == PURPOSES[purpose].version, Consent.withdrawn_at.is_(None),
        Consent.member_id.in_(member_ids),
    )  # fmt: skip
    return set(db.session.scalars(query))

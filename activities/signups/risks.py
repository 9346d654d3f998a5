"""Risks and safeguards that change while people are signed up: they are told, and confirm what they have read anew."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

import sqlalchemy as sa

from activities.audit import service as audit
from activities.duties.models import Activity, Post, Slot
from activities.duties.rules import SlotState
from activities.kit.columns import UtcDateTime
from activities.kit.db import db, lock, run, transactional
from activities.kit.refusal import NotFound
from activities.outbox.jobs import every
from activities.signups import facts, notices
from activities.signups.facts import IS_ACTIVE, NOW, OFFERS
from activities.signups.models import SignUp
from activities.signups.rules import Offer
from activities.signups.rules_soft import RisksNotRead

VERSION = sa.bindparam("version", type_=sa.Integer())
ACTIVITY = sa.bindparam("activity_id", type_=sa.Integer())
_OF_ACTIVITY = sa.select(Slot.id).join(Post).where(Post.activity_id == ACTIVITY, Slot.starts_at > NOW)
_READ = (
    sa.update(SignUp)
    .where(SignUp.member_id == sa.bindparam("who", type_=sa.Integer()), IS_ACTIVE, SignUp.slot_id.in_(_OF_ACTIVITY))
    .values(risks_version=VERSION, risks_read_at=sa.bindparam("at", type_=UtcDateTime()))
    .returning(SignUp.id)
)
_BEHIND = sa.and_(
    IS_ACTIVE, Slot.state == SlotState.OPEN, Slot.starts_at > NOW, Activity.risks != "",
    sa.func.coalesce(SignUp.risks_version, 0) < Activity.risks_version, SignUp.risks_asked < Activity.risks_version,
)  # fmt: skip
_TO_ASK = (
    sa.select(Activity.id, Activity.risks_version)
    .join(Post, Post.activity_id == Activity.id)
    .join(Slot, Slot.post_id == Post.id)
    .join(SignUp, SignUp.slot_id == Slot.id)
    .where(_BEHIND)
    .distinct()
)
_ASKED = (
    OFFERS.add_columns(SignUp.id, SignUp.member_id)
    .join(SignUp, SignUp.slot_id == Slot.id)
    .where(_BEHIND, Activity.id == ACTIVITY)
    .order_by(Slot.starts_at)
)


@transactional
def confirm(member_id: int, slot_id: int, version: int, now: datetime) -> None:
    """Note that a person has read the risks of a slot in this version, for all they have to come of its activity.
    NotFound for who has nothing there; RisksNotRead where they have changed once more."""
    facts.person_locked(member_id)
    offer = facts.offer_locked(slot_id)
    if not version or offer.risks_version != version:
        raise RisksNotRead
    activity_id = db.session.scalar(sa.select(Post.activity_id).join(Slot).where(Slot.id == slot_id))
    values = {"who": member_id, "activity_id": activity_id, "now": now, "version": version, "at": now}
    ids = [row.id for row in run(_READ, values)]
    if not ids:
        raise NotFound
    audit.leave_all(now, member_id, "read risks", SignUp, [(row_id, {}, {"risks_version": version}) for row_id in ids])


@every(300, "tell of changed risks")
def tell_of_changes(now: datetime) -> None:
    """Ask those who are signed up to read what has changed of the risks: each activity in a transaction of its own."""
    for activity_id, _ in run(_TO_ASK, {"now": now}).all():
        _tell(activity_id, now)


@transactional
def _tell(activity_id: int, now: datetime) -> None:
    """One notice for each person, of the first of their slots. The activity's lock keeps two from doing so at once."""
    lock(Activity, activity_id)
    rows = run(_ASKED, {"activity_id": activity_id, "now": now}).all()
    first: dict[int, Offer] = {}
    told: defaultdict[int, list[int]] = defaultdict(list)
    for *offer, sign_up_id, member_id in rows:
        first.setdefault(member_id, Offer._make(offer))
        told[member_id].append(sign_up_id)
    if not first:
        return
    version = next(iter(first.values())).risks_version
    ids = [sign_up_id for some in told.values() for sign_up_id in some]
    db.session.execute(sa.update(SignUp).where(SignUp.id.in_(ids)).values(risks_asked=version))
    audit.leave_all(now, None, "ask to read risks", SignUp, [(row_id, {}, {"risks_asked": version}) for row_id in ids])
    notices.risks_changed(first, now)

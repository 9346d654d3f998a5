"""This term's blood drive: one slot, to which people come a quarter of an hour after another. Hundreds have signed up
since it was planned, each at a moment of their own; they are written in a few statements."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

import sqlalchemy as sa

from activities.audit.models import AuditEntry
from activities.demo import article
from activities.demo.rows import Row, entry, nothing, write
from activities.demo.ways import PLANNED, free_day, plan
from activities.duties.models import Slot
from activities.duties.rules import WayIn, spread
from activities.kit.clock import at
from activities.kit.db import db, run, transaction
from activities.people.models import Member
from activities.people.rules import Standing
from activities.signups import arrivals, engagements, facts, notices, writing
from activities.signups.arrival_verbs import set_quotas
from activities.signups.facts import IS_ACTIVE
from activities.signups.models import SignUp
from activities.signups.rules import Offer, SignUpState

# So many places; the first so many quarters of an hour are full.
PLACES, BUSY = 600, 10
AHEAD = timedelta(days=16)


def play(organizer: int, now: datetime) -> None:
    day = free_day(now + AHEAD)
    slot_id = plan(
        organizer, "无偿献血（本学期）", "blood", WayIn.FIRST_COME, article.BLOOD_PLACE, PLACES, day, now,
        times=(time(9), timedelta(hours=8)), post_name=article.BLOOD_POST, standard=article.BLOOD_STANDARD,
        description=article.BLOOD_DESCRIPTION, risks=article.BLOOD_RISKS, safeguards=article.BLOOD_SAFEGUARDS,
    )  # fmt: skip
    slot = db.session.get_one(Slot, slot_id)
    set_quotas(organizer, slot_id, slot.revision, spread(PLACES, slot.minutes), now - PLANNED)
    chosen = list(zip(_free_on(day), _wanted(slot), strict=False))
    with transaction():
        _sign_up(facts.offer_locked(slot_id), chosen, now)


def _wanted(slot: Slot) -> Iterator[arrivals.Time]:
    """When people want to come: the first quarters of an hour fill up, later ones less and less."""
    for n, one in enumerate(arrivals.times(slot.id, slot.starts_at)):
        yield from [one] * max(0, one.quota - max(0, n - BUSY))


def _free_on(day: date) -> list[int]:
    """Students of the school without a duty on a day, and who wait for none."""
    people = sa.select(Member.id).where(Member.standing == Standing.STUDENT, Member.active).order_by(Member.number)
    ids, first, last = list(db.session.scalars(people)), at(day, time(0)), at(day + timedelta(days=1), time(0))
    taken = engagements.busy(ids, first, last)
    waiting = set(
        db.session.scalars(
            sa.select(SignUp.member_id)
            .join(Slot, Slot.id == SignUp.slot_id)
            .where(IS_ACTIVE, Slot.starts_at >= first, Slot.starts_at < last)
        )
    )
    return [one for one in ids if not taken[one] and one not in waiting]


def _sign_up(offer: Offer, chosen: list[tuple[int, arrivals.Time]], now: datetime) -> None:
    """Of a slot that is locked: person and time of each, in the order in which they came."""
    state, span = SignUpState.SEATED, PLANNED / len(chosen)
    moments = [(now - PLANNED + n * span).replace(microsecond=0) for n in range(1, len(chosen))] + [now]
    rows: list[Row] = [
        {
            "slot_id": offer.id, "member_id": who, "state": state, "ticket": offer.tickets + ticket, "revision": 0,
            "signed_up_at": moment, "changed_at": moment, "seated_at": moment, "arrival_id": time_.id,
            "risks_version": offer.risks_version, "risks_read_at": moment, "risks_asked": 0,
        }
        for ticket, ((who, time_), moment) in enumerate(zip(chosen, moments, strict=True), 1)
    ]  # fmt: skip
    run(sa.insert(SignUp), rows)
    writing.count(offer.id, {state: len(rows)}, drawn=len(rows))
    arrivals.recount({time_.id for _, time_ in chosen})
    ids = dict(run(sa.select(SignUp.member_id, SignUp.id).where(SignUp.slot_id == offer.id)).all())
    entries = [
        entry(
            row["signed_up_at"], row["member_id"], "sign up", SignUp, ids[row["member_id"]],
            after={"state": state, "ticket": row["ticket"]},
        )
        for row in rows
    ]  # fmt: skip
    write(AuditEntry, entries, nothing)
    for (who, time_), moment in zip(chosen, moments, strict=True):
        notices.comes_at(offer, who, time_.at, moment)

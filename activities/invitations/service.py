"""Ask people to help in a slot, and answer that. Who asks takes turns with everybody else who does (`take_turns`), so
that two who ask at once do not ask one person too often."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import sqlalchemy as sa
from flask import current_app

from activities.audit import service as audit
from activities.config import Settings
from activities.duties.models import Slot
from activities.duties.queries import WITH_ALL, must_organize
from activities.invitations import notices, queries, rules
from activities.invitations.models import Invitation, InvitationOptOut
from activities.invitations.rules import Fits
from activities.kit.db import db, lock, run, transactional, unless_there
from activities.kit.refusal import ChangedMeanwhile, NotFound
from activities.outbox import service as outbox
from activities.people.models import Member
from activities.people.service import acting, lock_roots
from activities.signups import engagements, facts
from activities.signups.facts import NOW
from activities.signups.notices import facts as told

# How many candidates' duties are looked at in one statement.
PORTION = 200
_INVITE = sa.insert(Invitation)
_CALL_OFF = (
    sa.update(Invitation)
    .where(
        Invitation.slot_id == sa.bindparam("of_slot"), Invitation.for_cover, Invitation.declined_at.is_(None),
        Invitation.called_off_at.is_(None),
    )
    .values(called_off_at=NOW)
)  # fmt: skip


@transactional
def invite(actor_id: int | None, slot_id: int, how_many: int, now: datetime) -> int:
    """Ask up to so many people who could sign up for the slot at this moment, who was asked least recently first, on
    behalf of one of its organizers or of the system. Return how many were asked: as many as there are."""
    take_turns()
    slot = lock(Slot, slot_id, WITH_ALL)
    if actor_id is not None:
        must_organize(acting(actor_id), slot.post.activity)
    return len(ask(slot, how_many, now, actor_id=actor_id))


@transactional
def decline(member_id: int, slot_id: int, now: datetime) -> None:
    """Say “not this time”. NotFound for who was not asked."""
    lock(Member, member_id)
    invitation = queries.open_invitation(member_id, slot_id)
    if invitation is None:
        raise NotFound
    invitation.declined_at = now


@transactional
def want_invitations(member_id: int, wanted: bool, now: datetime) -> None:
    """Be asked from now on, or not any more."""
    lock(Member, member_id)
    if wanted:
        db.session.execute(sa.delete(InvitationOptOut).where(InvitationOptOut.member_id == member_id))
    elif queries.may_be_asked(member_id):
        with unless_there(ChangedMeanwhile):
            db.session.add(InvitationOptOut(member_id=member_id, since=now))


# ── what rooms above share, inside their transactions ───────────────────────


def take_turns() -> None:
    """To be called before anything else is locked, since units are locked before members."""
    lock_roots()


def ask(
    slot: Slot, how_many: int, now: datetime, *, actor_id: int | None = None, fits: Fits = rules.why_not_sign_up,
    topic: str = notices.INVITED, for_cover: bool = False,
) -> list[int]:  # fmt: skip
    """Ask up to so many people for whom `fits` finds no reason against it, with a notice of this topic. Return whom."""
    asked = [member_id for member_id, _ in zip(_able(slot, fits, now), range(how_many), strict=False)]
    if asked:
        row = {"slot_id": slot.id, "invited_by_id": actor_id, "invited_at": now, "for_cover": for_cover}
        with unless_there(ChangedMeanwhile):
            run(_INVITE, [{**row, "member_id": member_id} for member_id in asked])
        audit.leave(now, actor_id, "invite", Slot, slot.id, after={"members": asked})
        outbox.post(now, asked, topic, **told(facts.offer_of(slot)))
    return asked


def call_off(slot_id: int, now: datetime) -> list[int]:
    """Nobody is wanted any more to take over in a slot, which is locked: end what is asked of people. Return of whom
    an answer was awaited."""
    asked = queries.asked_to_cover(slot_id)
    run(_CALL_OFF, {"of_slot": slot_id, "now": now})
    return asked


def ask_instead(slot_id: int, now: datetime) -> tuple[list[int], list[int]]:
    """A seat is free that somebody was to be relieved of: whoever could sign up for it is asked to help instead, and
    nothing is asked of the others any more. Return the ones and the others, of whom an answer was awaited."""
    offer, asked = facts.offer(slot_id), queries.asked_to_cover(slot_id)
    busy = engagements.busy_around(asked, offer)
    able = [who for who in asked if not rules.why_not_sign_up(offer, facts.person(who), busy[who], now)]
    db.session.execute(
        sa.update(Invitation)
        .where(Invitation.slot_id == slot_id, Invitation.member_id.in_(able), queries.STANDS)
        .values(for_cover=False)
    )
    call_off(slot_id, now)
    return able, [who for who in asked if who not in able]


def _able(slot: Slot, fits: Fits, now: datetime) -> Iterator[int]:
    offer = facts.offer(slot.id)
    found = queries.candidates(slot.id, slot.post.activity.unit.path, now - rules.WINDOW, weekly_cap())
    for start in range(0, len(found), PORTION):
        some = found[start : start + PORTION]
        busy = engagements.busy_around([one.member_id for one in some], offer)
        yield from (one.member_id for one in some if not fits(offer, one.person, busy[one.member_id], now))


def weekly_cap() -> int:
    """How often a person is asked within a week at most."""
    settings: Settings = current_app.config["SETTINGS"]
    return settings.invitations_per_week

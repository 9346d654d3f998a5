"""Codes that hang at places: posted, replaced, taken away, and what one who scans them can check in to. They are weaker
than what an organizer shows, since a photograph of one opens the same page anywhere: hours by them wait for a second
person."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from activities.audit import service as audit
from activities.duties.kinds import Evidence
from activities.duties.models import Activity, Post, Slot
from activities.duties.queries import must_organize, slots
from activities.duties.rules import SlotState
from activities.kit.db import db, lock, transactional
from activities.norms import queries as norms
from activities.people.models import Member
from activities.people.service import acting
from activities.records import sheets
from activities.records.models import PostedCode, Record
from activities.records.rules_codes import (
    NothingOn,
    PostedCodeIsOver,
    PostedMeanwhile,
    Scan,
    why_not_shown,
)
from activities.signups.models import SignUp
from activities.signups.rules import SignUpState

# No slot is so long that its codes hold further away from now.
AROUND = timedelta(days=2)
WITH_UNIT = joinedload(Post.activity, innerjoin=True).joinedload(Activity.unit, innerjoin=True)


def code_of(post_id: int) -> PostedCode | None:
    """The code that hangs at the place now, with who posted it."""
    query = sa.select(PostedCode).where(PostedCode.post_id == post_id, PostedCode.withdrawn_at.is_(None))
    return db.session.scalars(query.options(joinedload(PostedCode.posted_by, innerjoin=True))).one_or_none()


@transactional
def post_code(actor_id: int, post_id: int, seen: str, now: datetime) -> str:
    """Have a new code hang at the place, and return it; the one before holds no more. `seen` is the one before as the
    person saw it, empty for none: PostedMeanwhile where it is another."""
    post = _seen(actor_id, post_id, seen, now)
    code = secrets.token_urlsafe(16)
    made = PostedCode(code=code, post_id=post.id, posted_by_id=actor_id, posted_at=now)
    db.session.add(made)
    db.session.flush()
    audit.leave(now, actor_id, "post code", PostedCode, made.id, after={"post_id": post.id})
    return code


@transactional
def withdraw_code(actor_id: int, post_id: int, seen: str, now: datetime) -> None:
    """Have no code hang at the place. Raises PostedMeanwhile, as above."""
    _seen(actor_id, post_id, seen, now)


def _seen(actor_id: int, post_id: int, seen: str, now: datetime) -> Post:
    """The post locked, and its code, which is the one that was seen, withdrawn."""
    post = lock(Post, post_id, WITH_UNIT)
    must_organize(acting(actor_id), post.activity)
    kept = code_of(post_id)
    if seen != (kept.code if kept else ""):
        raise PostedMeanwhile
    if kept:
        kept.withdrawn_at, kept.withdrawn_by_id = now, actor_id
        audit.leave(now, actor_id, "withdraw code", PostedCode, kept.id, after={"withdrawn_at": now})
        db.session.flush()
    return post


# ── who scans ───────────────────────────────────────────────────────────────


def scanned(code: str, now: datetime) -> list[Scan]:
    """What can be checked in to with this code now: of the slots that are on, the one that begins next to now first.
    Raises PostedCodeIsOver, NothingOn."""
    query = (
        sa.select(PostedCode.post_id, Member.public_id)
        .join(Member, Member.id == PostedCode.posted_by_id)
        .where(PostedCode.code == code, PostedCode.withdrawn_at.is_(None))
    )
    found = db.session.execute(query).one_or_none()
    if found is None:
        raise PostedCodeIsOver
    post_id, host = found
    rules = norms.in_force()[0]
    near = slots().where(
        Slot.post_id == post_id, Slot.state == SlotState.OPEN, Slot.starts_at <= now + AROUND,
        Slot.ends_at >= now - AROUND,
    )  # fmt: skip
    on = [slot for slot in db.session.scalars(near).unique() if not why_not_shown(sheets.session(slot), rules, now)]
    if not on:
        raise NothingOn
    on.sort(key=lambda slot: (abs(slot.starts_at - now), slot.id))
    return [Scan(slot=slot.public_id, host=host, at=now, evidence=Evidence.POSTED_CODE) for slot in on]


def own(member_id: int, public_ids: list[str]) -> str:
    """Of several slots the one that a scan is about: where this person has checked in and not out, else where they have
    a seat, else the first."""
    seat = sa.and_(
        SignUp.slot_id == Slot.id, SignUp.member_id == member_id, SignUp.state == SignUpState.SEATED,
    )  # fmt: skip
    query = (
        sa.select(Slot.public_id, SignUp.id.is_not(None), Record.came_at.is_not(None) & Record.left_at.is_(None))
        .outerjoin(SignUp, seat)
        .outerjoin(Record, sa.and_(Record.slot_id == Slot.id, Record.member_id == member_id))
        .where(Slot.public_id.in_(public_ids))
    )
    rank = {public_id: (bool(is_in), bool(has_seat)) for public_id, has_seat, is_in in db.session.execute(query)}
    return max(public_ids, key=lambda one: rank.get(one, (False, False)))

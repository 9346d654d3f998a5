"""Who is responsible for a post: proposed, accepted or declined, handed over, ended; and their slots follow. Every verb
locks people, then the activity – under whose lock nobody else changes who holds what – then the slots."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time

import sqlalchemy as sa

from activities.audit import service as audit
from activities.duties.models import Activity, Post, Slot
from activities.duties.queries import must_organize
from activities.duties.service import WITH_UNIT
from activities.exchanges import covers
from activities.exchanges.rules import NoCoverWanted
from activities.holders import notices, queries, rules, seats
from activities.holders.models import Absence, Holder
from activities.holders.rules import HolderState, Span
from activities.kit import clock
from activities.kit.db import db, lock, transactional
from activities.kit.refusal import ChangedMeanwhile, NotFound, Refusal
from activities.outbox.jobs import every
from activities.people.models import Member
from activities.people.service import acting
from activities.signups import facts
from activities.signups.moving_up import fill, lock_waiters, promote_all, seat_freed
from activities.signups.rules_person import why_paused
from activities.signups.rules_soft import RisksNotRead, why_not_aware


@dataclass(frozen=True)
class Proposal:
    """Somebody for a post and a time."""

    post_id: int
    member_id: int
    span: Span


@transactional
def propose(actor_id: int, activity_id: int, proposals: Sequence[Proposal], now: datetime) -> int:
    """Ask these people to hold these posts, all of them or none; return how many. Nobody holds anything before they
    have accepted, and who holds a post now stays responsible until then. Raises the rule's reason against the first
    that cannot be."""
    actor = lock(Member, actor_id)
    activity = lock(Activity, activity_id, WITH_UNIT)
    must_organize(acting(actor.id), activity)
    if reason := rules.why_not_held(activity.kind):
        raise reason
    posts = set(db.session.scalars(sa.select(Post.id).where(Post.activity_id == activity_id)))
    people = _seeing(activity, {one.member_id for one in proposals})
    held = queries.held(posts, now)
    for one in proposals:
        if one.post_id not in posts or one.member_id not in people:
            raise NotFound
        if reason := rules.why_not_beside(one.member_id, one.span, held[one.post_id]):
            raise reason
        member = people[one.member_id]
        row = Holder(
            post_id=one.post_id, member_id=one.member_id, begins_at=one.span.begins_at, ends_at=one.span.ends_at,
            proposed_by_id=actor_id, proposed_at=now,
        )  # fmt: skip
        db.session.add(row)
        db.session.flush()
        held[one.post_id].append(rules.Held(member.id, member.name, one.span, row.last, HolderState.PROPOSED))
        _leave(row, actor_id, "propose holder", now)
        notices.to_member(row, "proposed", now)
    return len(proposals)


def accept(
    member_id: int, public_id: str, risks_version: int, now: datetime, *, known: Collection[str] | None = None
) -> None:  # fmt: skip
    """Hold the post from now on, or from the day that was proposed. Who held it before is responsible until then; their
    seats of these days come to who accepts, as far as the rules hold. `known`: the soft rules of which the person knows
    that they speak against some of its slots; None: nothing is asked. Raises NotProposed or the rule's reason."""
    let_go, free = _accept(member_id, public_id, risks_version, known, now)
    for slot_id in let_go:
        fill(slot_id, now)
    seat_freed(free, now)


@transactional
def _accept(
    member_id: int, public_id: str, risks_version: int, known: Collection[str] | None, now: datetime
) -> tuple[list[int], list[int]]:  # fmt: skip
    """Return the slots in which a seat is held for the person no more, and who held the post and has time again."""
    holder, before = _locked_for(member_id, public_id, now)
    if holder.state is not HolderState.PROPOSED or holder.ends_at <= now:
        raise rules.NotProposed
    if reason := why_paused(facts.person(member_id), now):
        raise reason
    activity = holder.post.activity
    if activity.risks and risks_version != activity.risks_version:
        raise RisksNotRead
    held = [rules.Held(b.member_id, b.member.name, b.span, b.last, b.state) for b in before]
    if reason := rules.why_not_beside(member_id, holder.span, held):
        raise reason
    if before:  # who held it was responsible until this moment
        holder.begins_at = max(holder.begins_at, now)
    freed = {slot_id for other in before for slot_id in _cut(other, holder.begins_at, member_id, now, holder)}
    offers = queries.offers(holder.post_id, holder.span, now, is_locked=True)
    found = seats.seating(member_id, offers, now)
    if known is not None and (unknown := why_not_aware(found.warnings, known)):
        raise unknown
    let_go = seats.take(holder, found, member_id, risks_version, now)
    holder.state, holder.answered_at = HolderState.ACCEPTED, now
    _leave(holder, member_id, "accept post", now)
    promote_all(freed, now)
    missed, seated = len(found.missed), [*found.seated, *(offer for offer, _ in found.wanted)]
    notices.of_slots(holder, "held", seated, now, seats=len(seated), missed=missed)
    notices.to_organizers(holder, "accepted", now, missed=missed)
    return let_go, [other.member_id for other in before]


@transactional
def decline(member_id: int, public_id: str, reason: str, now: datetime) -> None:
    """Do not hold the post, for a reason that those who run the activity read. Raises NotProposed."""
    holder, _ = _locked_for(member_id, public_id, now)
    if holder.state is not HolderState.PROPOSED:
        raise rules.NotProposed
    holder.state, holder.answered_at, holder.reason = HolderState.DECLINED, now, reason
    _leave(holder, member_id, "decline post", now, reason)
    notices.to_organizers(holder, "declined", now, reason=reason)


def end(actor_id: int, holder_id: int, ends_at: datetime, now: datetime) -> int:
    """Take a proposal back, or end somebody's days as responsible at a moment; their seats from then on go to who
    waits. Return how many are given back. Raises NotHeld where there is nothing to end, DaysOver where their last day
    would be before yesterday."""
    member_id, given = _end(actor_id, holder_id, ends_at, now)
    seat_freed([member_id], now)
    return given


@transactional
def _end(actor_id: int, holder_id: int, ends_at: datetime, now: datetime) -> tuple[int, int]:
    holder = _locked(holder_id, now, actor_id)
    must_organize(acting(actor_id), holder.post.activity)
    if holder.state not in queries.STANDING or holder.ends_at <= max(ends_at, now):
        raise rules.NotHeld
    if holder.state is HolderState.PROPOSED:
        holder.state = HolderState.ENDED
        _leave(holder, actor_id, "take proposal back", now)
        notices.to_member(holder, "taken_back", now)
        return holder.member_id, 0
    if ends_at < clock.at(clock.local_day(now), time(0)):
        raise rules.DaysOver
    given = _cut(holder, ends_at, actor_id, now)
    promote_all(given, now)
    return holder.member_id, len(given)


# ── slots that come, move and go ────────────────────────────────────────────


@every(60, "seat who holds a post in its new slots")
def follow(now: datetime) -> None:
    """Bring seats in line with who holds what: slots are created and moved in rooms below, which know of no holders."""
    for holder_id in queries.left_for_good(now):
        _left(holder_id, now)
    for holder_id in queries.ahead(now):
        seat_freed([_give_what_is_outside(holder_id, now)], now)
    for holder_id in queries.behind(now):
        if _would_take(holder_id, now).wanted:
            for slot_id in _take_what_is_new(holder_id, now):
                fill(slot_id, now)


def _would_take(holder_id: int, now: datetime) -> seats.Seating:
    """What there is for who holds a post, looked at without a lock."""
    return _seating(db.session.get_one(Holder, holder_id, populate_existing=True), now)


def _seating(holder: Holder, now: datetime, *, is_locked: bool = False) -> seats.Seating:
    since = holder.answered_at or now
    left = queries.left_slots(holder.member_id, holder.post_id, since)
    offers = queries.offers(holder.post_id, holder.span, now, is_locked=is_locked)
    return seats.seating(holder.member_id, offers, now, left)


@transactional
def _take_what_is_new(holder_id: int, now: datetime) -> list[int]:
    """Return the slots in which a seat is held for the person no more."""
    holder = _locked(holder_id, now)
    if holder.state is not HolderState.ACCEPTED or not holder.member.active:
        return []
    found = _seating(holder, now, is_locked=True)
    if not found.wanted:
        return []
    notices.slots_of_post(holder, "more", [offer for offer, _ in found.wanted], now)
    return seats.take(holder, found, None, 0, now)


@transactional
def _give_what_is_outside(holder_id: int, now: datetime) -> int:
    """Return whose seats they were."""
    holder = _locked(holder_id, now)
    inside = {one.id for one in queries.offers(holder.post_id, holder.span, now)}
    is_held = holder.state is HolderState.ACCEPTED
    theirs = {one.slot_id for one in db.session.scalars(queries.seats([holder.id], now))}
    outside = theirs - inside if is_held else theirs
    if given := seats.give(holder, outside, None, "outside the days of the post", now):
        promote_all([offer.id for offer in given], now)
        notices.slots_of_post(holder, "less", given, now)
    return holder.member_id


@transactional
def _left(holder_id: int, now: datetime) -> None:
    """End what somebody holds whose account is shut; their seats were given back with it."""
    holder = _locked(holder_id, now)
    if holder.state in queries.STANDING and not holder.member.active:
        holder.state = HolderState.ENDED
        _leave(holder, None, "end holder", now, "account deactivated")


# ── absences ────────────────────────────────────────────────────────────────


def be_absent(member_id: int, public_id: str, span: Span, reason: str, now: datetime) -> int:
    """Say for which days one cannot come: cover is looked for in each of one's slots there, and until somebody takes
    over one stays responsible. Return in how many. Raises OutsideTheirDays, NotHeld."""
    _be_absent(member_id, public_id, span, reason, now)
    return _look_for_cover(now, member_id)


@transactional
def _be_absent(member_id: int, public_id: str, span: Span, reason: str, now: datetime) -> None:
    holder, _ = _locked_for(member_id, public_id, now)
    if holder.state is not HolderState.ACCEPTED or holder.ends_at <= now:
        raise rules.NotHeld
    if not span.touches(holder.span) or span.ends_at <= now:
        raise rules.OutsideTheirDays
    absence = Absence(
        holder_id=holder.id, begins_at=span.begins_at, ends_at=span.ends_at, reason=reason, told_at=now
    )  # fmt: skip
    db.session.add(absence)
    db.session.flush()
    shown = {"begins_at": span.begins_at, "ends_at": span.ends_at}
    audit.leave(now, member_id, "be absent", Absence, absence.id, after=shown, reason=reason)
    slots = queries.slots_absent(absence.id, now)
    notices.to_organizers(
        holder, "absent", now, slots=len(slots), reason=reason or "–",
        first=absence.first.isoformat(), last=absence.last.isoformat(),
    )  # fmt: skip


def come_after_all(member_id: int, public_id: str, absence_id: int, now: datetime) -> int:
    """Say that one can come on days of absence: cover is looked for no more. Return in how many slots it was; those
    that somebody has taken over stay theirs. Raises NotAbsent."""
    taken_back = 0
    for slot_id in _come_after_all(member_id, public_id, absence_id, now):
        try:
            covers.take_back(member_id, slot_id, now)
        except NoCoverWanted:  # somebody has taken over meanwhile
            continue
        taken_back += 1
    return taken_back


@transactional
def _come_after_all(member_id: int, public_id: str, absence_id: int, now: datetime) -> list[int]:
    """Return the slots in which cover is looked for."""
    holder, _ = _locked_for(member_id, public_id, now)
    absence = lock(Absence, absence_id)
    if absence.holder_id != holder.id:
        raise NotFound
    if absence.taken_back_at or absence.ends_at <= now:
        raise rules.NotAbsent
    slots = queries.covers_open(absence_id, now)
    absence.taken_back_at = now
    audit.leave(now, member_id, "take absence back", Absence, absence_id, after={"taken_back_at": now})
    notices.to_organizers(
        holder, "back", now, slots=len(slots), first=absence.first.isoformat(), last=absence.last.isoformat()
    )
    return slots


@every(300, "look for cover where who holds a post is absent")
def call_for_cover(now: datetime) -> None:
    """Look for cover in the slots of absences, those that were planned afterwards too."""
    _look_for_cover(now)


def _look_for_cover(now: datetime, member_id: int | None = None) -> int:
    """Return in how many slots, of everybody or of one person, it was not looked for yet."""
    asked = 0
    for who, slot_id, reason in queries.uncovered(now, member_id):
        try:
            covers.ask_cover(who, slot_id, reason, now)
            asked += 1
        except Refusal:  # the slot has begun, the seat is gone, or cover is looked for, since it was read
            continue
    return asked


# ── what the verbs share, inside their transactions ─────────────────────────


def _locked_for(member_id: int, public_id: str, now: datetime) -> tuple[Holder, list[Holder]]:
    """The member's own, locked with everybody it concerns, and who else holds the post within these days."""
    found = db.session.execute(
        sa.select(Holder.id, Holder.post_id).where(Holder.public_id == public_id, Holder.member_id == member_id)
    ).one_or_none()
    if found is None:
        raise NotFound
    holder = _locked(found.id, now)
    return holder, [one for one in queries.overlapping(found.post_id, holder.span) if one.id != holder.id]


def _locked(holder_id: int, now: datetime, *others: int) -> Holder:
    """Lock who holds the post or held it, who waits for its slots, and these others; then the activity, then what is to
    be changed. ChangedMeanwhile where somebody else holds the post by the time it is locked."""
    holder = db.session.get(Holder, holder_id)
    if holder is None:
        raise NotFound
    beside = {one.member_id for one in queries.overlapping(holder.post_id, holder.span)}
    slots = sa.select(Slot.id).where(Slot.post_id == holder.post_id, Slot.starts_at > now)
    lock_waiters(list(db.session.scalars(slots)), holder.member_id, *beside, *others)
    post = db.session.get_one(Post, holder.post_id)
    lock(Activity, post.activity_id, WITH_UNIT)
    holder = lock(Holder, holder_id)
    if not {one.member_id for one in queries.overlapping(holder.post_id, holder.span)} <= beside:
        raise ChangedMeanwhile
    return holder


def _cut(holder: Holder, ends_at: datetime, actor_id: int, now: datetime, by: Holder | None = None) -> Collection[int]:
    """End somebody's days at a moment, give their seats from then on back, and tell them. Return the slots."""
    span = Span(max(ends_at, now), holder.ends_at)
    slots = {one.id for one in queries.offers(holder.post_id, span, now)}
    given = seats.give(holder, slots, actor_id, "handed over" if by else "ended", now)
    before = {"ends_at": holder.ends_at}
    has_begun = holder.begins_at < ends_at
    if has_begun:
        holder.ends_at = ends_at
    else:
        holder.state = HolderState.ENDED
    after = {"ends_at": holder.ends_at, "state": holder.state}
    audit.leave(now, actor_id, "end holder", Holder, holder.id, before=before, after=after)
    if not has_begun:
        notices.of_slots(holder, "not_begun", given, now, seats=len(given))
    elif by:
        notices.of_slots(holder, "handed_over", given, now, seats=len(given), name=by.member.name)
    else:
        notices.of_slots(holder, "ended", given, now, seats=len(given))
    return {offer.id for offer in given}


def _seeing(activity: Activity, member_ids: Iterable[int]) -> dict[int, Member]:
    query = sa.select(Member).join(Member.unit).where(queries.seeing(activity), Member.id.in_(set(member_ids)))
    return {member.id: member for member in db.session.scalars(query)}


def _leave(holder: Holder, actor_id: int | None, verb: str, now: datetime, reason: str = "") -> None:
    after = {
        "post": holder.post_id, "member": holder.member_id, "begins_at": holder.begins_at, "ends_at": holder.ends_at,
        "state": holder.state,
    }  # fmt: skip
    audit.leave(now, actor_id, verb, Holder, holder.id, after=after, reason=reason)

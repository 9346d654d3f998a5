"""Cover: somebody with a seat who cannot come looks for somebody who takes it over, and stays responsible until then.

Where people wait for the slot no cover is needed: the seat goes to who waits longest, so that nobody is jumped.
"""

from __future__ import annotations

from datetime import datetime

from activities.audit import service as audit
from activities.duties.models import Slot
from activities.duties.queries import WITH_ALL
from activities.exchanges import notices, queries, rules
from activities.exchanges.handing import hand_over
from activities.exchanges.models import Cover
from activities.exchanges.rules import CoverEnd, Way
from activities.invitations.rules import Fits
from activities.invitations.service import ask, take_turns
from activities.kit.db import db, lock, transactional, unless_there
from activities.kit.refusal import NotFound
from activities.outbox.jobs import every
from activities.people.models import Member
from activities.signups import facts
from activities.signups.facts import Engagement
from activities.signups.rules import Consent, Offer, why_not_consented
from activities.signups.rules_places import Guest
from activities.signups.service import give_back, lock_waiters, promote, seat_freed


class _NobodyFits(Exception):  # noqa: N818 - an answer, which takes the transaction back
    """None of those who wait can take the seat."""


def ask_cover(member_id: int, slot_id: int, reason: str, now: datetime) -> bool:
    """Look for cover for one's seat. Return whether the seat is still one's own: where somebody waits who can come, it
    has gone to them, and one is free. Otherwise the first people are asked. Raises the rules' Refusal."""
    if _to_waiting_list(member_id, slot_id, now):
        return False
    _ask_more(_open(member_id, slot_id, reason, now), now)
    return True


def take_over(member_id: int, slot_id: int, now: datetime, *, consent: Consent | None = None) -> None:
    """Take over the seat of who has looked for cover in the slot for longest. `consent`: what the person confirms;
    None: nothing is asked. Raises the rules' Refusal, OthersWaited where the seat has gone to somebody who waits."""
    for cover in queries.wanted_in(slot_id, now):
        if _to_waiting_list(cover.sign_up.member_id, slot_id, now, is_asked=True):
            raise rules.OthersWaited
    seat_freed([_take_over(member_id, slot_id, consent, now)], now)


@transactional
def take_back(member_id: int, slot_id: int, now: datetime) -> None:
    """Look for cover no more. Raises NoCoverWanted where somebody has taken over by now."""
    lock(Member, member_id)
    facts.offer_locked(slot_id)
    cover = _own(member_id, slot_id, now)
    if cover is None:
        raise rules.NoCoverWanted
    cover.end(CoverEnd.TAKEN_BACK, now)
    audit.leave(now, member_id, "take cover back", Cover, cover.id)


@transactional
def _open(member_id: int, slot_id: int, reason: str, now: datetime) -> int:
    facts.person_locked(member_id)
    offer = facts.offer_locked(slot_id)
    mine = _seat(member_id, offer)
    if refusal := rules.why_not_ask_cover(offer, mine and mine.state, _own(member_id, slot_id, now) is not None, now):
        raise refusal
    assert mine is not None  # the rule refused otherwise
    cover = Cover(sign_up_id=mine.id, reason=reason, asked_at=now, next_wave_at=now)
    with unless_there(rules.CoverAsked):
        db.session.add(cover)
    audit.leave(now, member_id, "ask for cover", Cover, cover.id, after={"sign_up": mine.id}, reason=reason)
    return cover.id


@transactional
def _take_over(member_id: int, slot_id: int, consent: Consent | None, now: datetime) -> int:
    """Return who is free now."""
    lock_waiters([slot_id], member_id, *(cover.sign_up.member_id for cover in queries.wanted_in(slot_id, now)))
    person, offer = facts.person_locked(member_id, slot_id), facts.offer_locked(slot_id)
    cover = next(iter(queries.wanted_in(slot_id, now)), None)
    mine, busy = facts.around(member_id, offer)
    given = _seat(cover.sign_up.member_id, offer) if cover else None
    wanted = offer.without(given and given.arrives_after)
    if refusal := rules.why_not_take_over(given is not None, wanted, person, mine and mine.mine, busy, now):
        raise refusal
    if consent and (refusal := why_not_consented(offer, person, busy, consent)):
        raise refusal
    assert cover is not None  # the rule refused otherwise
    assert given is not None  # cover is wanted only by who has a seat
    giver_id, taker = cover.sign_up.member_id, Guest(member_id, person, busy)
    read = consent.risks_version if consent else None
    minute = hand_over(offer, given, taker, Way.COVER, now, actor_id=member_id, risks_version=read)
    cover.end(CoverEnd.TAKEN_OVER, now)
    notices.covered(offer, giver_id, member_id, db.session.get_one(Member, member_id).name, now, minute)
    return giver_id


# ── people who wait come first ──────────────────────────────────────────────


@every(60, "serve who waits where cover is wanted")
def serve_waiting(now: datetime) -> None:
    for slot_id in queries.slots_with_waiters(now):
        for cover in queries.wanted_in(slot_id, now):
            _to_waiting_list(cover.sign_up.member_id, slot_id, now, is_asked=True)


def _to_waiting_list(member_id: int, slot_id: int, now: datetime, *, is_asked: bool = False) -> bool:
    """Give the member's seat to who waits. Return whether somebody could take it; otherwise nothing has happened."""
    try:
        _pass_on(member_id, slot_id, is_asked, now)
    except _NobodyFits:
        return False
    seat_freed([member_id], now)
    return True


@transactional
def _pass_on(member_id: int, slot_id: int, is_asked: bool, now: datetime) -> None:
    lock_waiters([slot_id], member_id)
    offer = facts.offer_locked(slot_id)
    mine, cover = _seat(member_id, offer), _own(member_id, slot_id, now)
    if (is_asked and cover is None) or not offer.waiting:
        raise _NobodyFits
    if refusal := rules.why_not_ask_cover(offer, mine and mine.state, cover is not None and not is_asked, now):
        raise refusal
    assert mine is not None  # the rule refused otherwise
    give_back(mine, member_id, now, reason=Way.COVER)
    promote(slot_id, now)
    if facts.offer_locked(slot_id).taken < offer.taken:
        raise _NobodyFits
    notices.to_waiting_list(offer, member_id, now)
    if cover:
        cover.end(CoverEnd.WAITING_LIST, now)


# ── who is asked, and who is told ───────────────────────────────────────────


@every(60, "ask more people for cover")
def ask_more(now: datetime) -> None:
    for cover_id in queries.due_waves(now):
        _ask_more(cover_id, now)


@transactional
def _ask_more(cover_id: int, now: datetime) -> None:
    take_turns()
    slot, cover = _locked(cover_id, now)
    if cover and cover.next_wave_at and cover.next_wave_at <= now:
        ask(slot, rules.WAVE, now, fits=_in_place_of_first(slot.id, now), topic=notices.WANTED)
        cover.next_wave_at = rules.next_wave_at(slot.starts_at, now)


@every(300, "tell organizers that nobody has taken over")
def tell_organizers(now: datetime) -> None:
    for cover_id in queries.untold(now + rules.TELL_BEFORE, now):
        _tell_organizers(cover_id, now)


@transactional
def _tell_organizers(cover_id: int, now: datetime) -> None:
    slot, cover = _locked(cover_id, now)
    if cover and cover.told_at is None:
        notices.not_covered(slot, db.session.get_one(Member, cover.sign_up.member_id).name, now)
        cover.told_at = now


# ── what the verbs share, inside their transactions ─────────────────────────


def _locked(cover_id: int, now: datetime) -> tuple[Slot, Cover | None]:
    """The slot, locked, and the search for cover in it while that holds."""
    slot_id = queries.slot_of_cover(cover_id)
    if slot_id is None:
        raise NotFound
    slot = lock(Slot, slot_id, WITH_ALL)
    return slot, next((cover for cover in queries.wanted_in(slot_id, now) if cover.id == cover_id), None)


def _in_place_of_first(slot_id: int, now: datetime) -> Fits:
    """The reason against somebody's coming in the place of who has asked for cover first."""
    minute = queries.minutes([slot_id], now).get(slot_id)
    return lambda offer, person, busy, now: rules.why_not_fit(offer.without(minute), person, busy, now)


def _own(member_id: int, slot_id: int, now: datetime) -> Cover | None:
    return next((c for c in queries.wanted_in(slot_id, now) if c.sign_up.member_id == member_id), None)


def _seat(member_id: int, offer: Offer) -> Engagement | None:
    return facts.around(member_id, offer)[0]

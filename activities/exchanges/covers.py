"""Cover: somebody with a seat who cannot come looks for somebody who takes it over, and stays responsible until then.
Where people wait for the slot they are asked first (`line`), so that nobody is jumped.
"""

from __future__ import annotations

from datetime import datetime

from activities.audit import service as audit
from activities.duties.models import Slot
from activities.duties.queries import WITH_ALL
from activities.exchanges import line, notices, queries, rules
from activities.exchanges.handing import hand_over, place
from activities.exchanges.models import Cover
from activities.exchanges.queries import Wanted
from activities.exchanges.rules import CoverEnd, Way
from activities.invitations.rules import Fits
from activities.invitations.service import ask, take_turns
from activities.kit.db import db, lock, transactional, unless_there
from activities.kit.refusal import NotFound
from activities.outbox.jobs import every
from activities.people.models import Member
from activities.signups import engagements, facts
from activities.signups.engagements import Engagement
from activities.signups.moving_up import lock_waiters, seat_freed
from activities.signups.notices import accepted
from activities.signups.parties import answering
from activities.signups.rules_places import Guest, Places
from activities.signups.rules_soft import Consent, why_not_consented, why_not_known


def ask_cover(member_id: int, slot_id: int, reason: str, now: datetime) -> bool:
    """Look for cover for one's seat. Return whether the seat is still one's own: where somebody waits who is not to be
    asked it has gone to them, and one is free. Otherwise the first people are asked. Raises the rules' Refusal."""
    cover_id = _open(member_id, slot_id, reason, now)
    if member_id in line.serve(slot_id, now):
        return False
    _ask_more(cover_id, now)
    return True


def take_over(member_id: int, slot_id: int, now: datetime, *, consent: Consent | None = None) -> None:
    """Take over the seat of who has looked for cover in the slot for longest, or the one which it is one's turn to take
    over. `consent`: what the person confirms; None: nothing is asked. Raises the rules' Refusal, OthersWaited where
    people who wait come first."""
    others_first = bool(line.serve(slot_id, now))
    seat_freed([_take_over(member_id, slot_id, consent, others_first, now)], now)


@transactional
def take_back(member_id: int, slot_id: int, now: datetime) -> None:
    """Look for cover no more. Whoever is asked to take over, or whose turn it is, is told. Raises NoCoverWanted where
    somebody has taken over by now."""
    lock(Member, member_id)
    offer = facts.offer_locked(slot_id)
    wanted = _own(member_id, slot_id, now)
    if wanted is None:
        raise rules.NoCoverWanted
    audit.leave(now, member_id, "take cover back", Cover, wanted.cover.id)
    line.give_up(offer, wanted, CoverEnd.TAKEN_BACK, now)


@transactional
def _open(member_id: int, slot_id: int, reason: str, now: datetime) -> int:
    facts.person_locked(member_id)
    offer = facts.offer_locked(slot_id)
    mine, _ = engagements.around(member_id, offer)
    if refusal := rules.why_not_ask_cover(offer, mine and mine.state, _own(member_id, slot_id, now) is not None, now):
        raise refusal
    assert mine is not None  # the rule refused otherwise
    cover = Cover(sign_up_id=mine.id, reason=reason, asked_at=now, next_wave_at=now)
    with unless_there(rules.CoverAsked):
        db.session.add(cover)
    audit.leave(now, member_id, "ask for cover", Cover, cover.id, after={"sign_up": mine.id}, reason=reason)
    return cover.id


@transactional
def _take_over(member_id: int, slot_id: int, consent: Consent | None, others_first: bool, now: datetime) -> int:
    """Return who is free now."""
    lock_waiters([slot_id], member_id, *(one.giver_id for one in queries.wanted_in(slot_id, now)))
    person, offer = facts.person_locked(member_id, slot_id), facts.offer_locked(slot_id)
    all_wanted = queries.wanted_in(slot_id, now)
    wanted = queries.open_to(member_id, all_wanted)
    mine, busy = engagements.around(member_id, offer)
    if wanted is None:
        raise rules.why_nothing_wanted(offer, mine and mine.mine, others_first or bool(all_wanted), now)
    given = engagements.around(wanted.giver_id, offer)[0]
    assert given is not None  # cover is wanted only by who has a seat
    is_turn, free = wanted.turn is not None, offer.without(given.arrives_after)
    if refusal := rules.why_not_take_over(free, person, mine and mine.mine, busy, now, is_turn=is_turn):
        raise refusal
    taker = Guest(member_id, person, busy)
    places, why_not = place(offer, given, taker), why_not_known if is_turn else why_not_consented
    if consent and (refusal := why_not(places, taker, consent)):
        raise refusal
    if mine and is_turn:
        _take_turn(places, wanted, given, mine, member_id, now)
    else:
        read = consent.risks_version if consent else None
        minute = hand_over(places, given, member_id, Way.COVER, now, actor_id=member_id, risks_version=read)
        wanted.cover.end(CoverEnd.TAKEN_OVER, now)
        line.call_off(slot_id, now)
        name = db.session.get_one(Member, member_id).name
        notices.covered(offer, wanted.giver_id, member_id, name, now, minute)
    return wanted.giver_id


def _take_turn(
    places: Places, wanted: Wanted, given: Engagement, mine: Engagement, taker_id: int, now: datetime
) -> None:  # fmt: skip
    """Hand the seat to who waited, whose other offers are answered first."""
    if mine.wish_id and answering([mine.wish_id]):
        raise rules.AnswerFirst
    hand_over(places, given, taker_id, Way.COVER, now, actor_id=taker_id, waits_by=mine.id)
    line.relieve(places.offer, wanted, mine.wish_id, now)
    accepted(places.offer, {taker_id: mine.wish_id is not None}, places.minutes, now)


# ── who is asked, and who is told ───────────────────────────────────────────


@every(60, "ask more people for cover")
def ask_more(now: datetime) -> None:
    for cover_id in queries.due_waves(now):
        _ask_more(cover_id, now)


@transactional
def _ask_more(cover_id: int, now: datetime) -> None:
    take_turns()
    slot, wanted = _locked(cover_id, now)
    cover = wanted.cover if wanted and wanted.turn is None else None
    if cover and rules.is_wave_due(cover.next_wave_at, slot.starts_at, now):
        ask(slot, rules.WAVE, now, fits=_in_place_of_first(slot.id, now), topic=notices.WANTED, for_cover=True)
        cover.next_wave_at = rules.next_wave_at(slot.starts_at, now)


@every(300, "tell organizers that nobody has taken over")
def tell_organizers(now: datetime) -> None:
    for cover_id in queries.untold(now):
        _tell_organizers(cover_id, now)


@transactional
def _tell_organizers(cover_id: int, now: datetime) -> None:
    slot, wanted = _locked(cover_id, now)
    if wanted and rules.is_to_be_told(wanted.cover.told_at, slot.starts_at, now):
        notices.not_covered(slot, db.session.get_one(Member, wanted.giver_id).name, now)
        wanted.cover.told_at = now


# ── what the verbs share, inside their transactions ─────────────────────────


def _locked(cover_id: int, now: datetime) -> tuple[Slot, Wanted | None]:
    """The slot, locked, and the search for cover in it while that holds."""
    slot_id = queries.slot_of_cover(cover_id)
    if slot_id is None:
        raise NotFound
    slot = lock(Slot, slot_id, WITH_ALL)
    return slot, next((one for one in queries.wanted_in(slot_id, now) if one.cover.id == cover_id), None)


def _in_place_of_first(slot_id: int, now: datetime) -> Fits:
    """The reason against somebody's coming in the place of who has asked for cover first."""
    minute = queries.minutes([slot_id], now).get(slot_id)
    return lambda offer, person, busy, now: rules.why_not_fit(offer.without(minute), person, busy, now)


def _own(member_id: int, slot_id: int, now: datetime) -> Wanted | None:
    return next((w for w in queries.wanted_in(slot_id, now) if w.giver_id == member_id), None)

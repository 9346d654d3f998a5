"""Bring a timetable, and take it away again. What is kept of a calendar is when its person is busy."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

import sqlalchemy as sa
from flask import current_app

from activities.audit import service as audit
from activities.kit import clock
from activities.kit.db import db, lock, run, transactional
from activities.kit.refusal import NotFound, Refusal
from activities.outbox.jobs import every
from activities.people import consents
from activities.people.models import Member
from activities.people.rules_consents import Purpose
from activities.timetables import apart, fetching, queries
from activities.timetables.fetching import Fetched, Reach, Version
from activities.timetables.models import BusySpan, Timetable
from activities.timetables.rules import FetchingIsOff, Span, kept
from activities.timetables.sealing import seal, unseal

AGAIN_AFTER = timedelta(hours=6)
MOST_A_ROUND = 10


def bring_file(member_id: int, data: bytes, now: datetime) -> int:
    """Keep when the calendar says that its person is busy, in place of what was kept. Return how many spans that are.
    Raises the refusal of a file that cannot be read; then nothing changes."""
    window = queries.window(now)
    spans = apart.read_busy(data, window, clock.zone())
    _bring_file(member_id, spans, window, now)
    return len(spans)


@transactional
def _bring_file(member_id: int, spans: Collection[Span], window: Span, now: datetime) -> None:
    lock(Member, member_id)
    timetable = queries.of_member(member_id) or Timetable(member_id=member_id)
    timetable.address, timetable.host, timetable.next_at, timetable.asked_at = None, "", None, None
    timetable.etag = timetable.last_modified = timetable.trouble = None
    db.session.add(timetable)
    keep(timetable, spans, window, now)
    consents.note_given(member_id, Purpose.TIMETABLE, now)
    audit.leave(now, member_id, "bring timetable", Timetable, timetable.id, after={"spans": len(spans)})


def bring_address(member_id: int, typed: str, now: datetime) -> None:
    """Fetch the timetable from an address from now on; what is kept stays until that has worked. Raises NotAnAddress,
    FetchingIsOff."""
    if not current_app.config["SETTINGS"].fetch_timetables:
        raise FetchingIsOff
    _bring_address(member_id, fetching.address_of(typed), now)


@transactional
def _bring_address(member_id: int, address: str, now: datetime) -> None:
    lock(Member, member_id)
    timetable = queries.of_member(member_id) or Timetable(member_id=member_id)
    timetable.address, timetable.host = seal(address, _secret()), fetching.host_of(address)
    timetable.etag = timetable.last_modified = timetable.trouble = timetable.asked_at = None
    timetable.next_at = now
    db.session.add(timetable)
    db.session.flush()
    consents.note_given(member_id, Purpose.TIMETABLE, now)
    audit.leave(now, member_id, "bring timetable", Timetable, timetable.id, after={"from": "an address"})


@transactional
def fetch_now(member_id: int, now: datetime) -> None:
    """Let the worker fetch it in its next round. NotFound where there is no address."""
    lock(Member, member_id)
    timetable = queries.of_member(member_id)
    if timetable is None or timetable.address is None:
        raise NotFound
    timetable.next_at = now


@transactional
def forget(member_id: int, now: datetime) -> None:
    """Delete what is kept, the address too: the person agrees no more to its being used."""
    lock(Member, member_id)
    consents.note_withdrawn(member_id, Purpose.TIMETABLE, now)
    if timetable := queries.of_member(member_id):
        audit.leave(now, member_id, "forget timetable", Timetable, timetable.id)
        db.session.delete(timetable)


def drop(member_id: int) -> None:
    """Inside a transaction: delete what is kept of somebody who leaves."""
    run(sa.delete(Timetable).where(Timetable.member_id == member_id))


def keep(timetable: Timetable, spans: Collection[Span], window: Span, now: datetime) -> None:
    """Inside a transaction: these spans of the window in place of what was kept."""
    timetable.read_at, timetable.read_from = now, clock.local_day(window.starts_at)
    timetable.read_to = clock.local_day(window.ends_at) - queries.ONE_DAY
    db.session.flush()
    run(sa.delete(BusySpan).where(BusySpan.timetable_id == timetable.id))
    rows = [{"timetable_id": timetable.id, "starts_at": one.starts_at, "ends_at": one.ends_at} for one in spans]
    if rows:
        run(sa.insert(BusySpan), rows)


# ── the worker ──────────────────────────────────────────────────────────────


@every(15, "fetch timetables")
def fetch_due(now: datetime) -> None:
    """Fetch those whose turn it is, unless the settings forbid it."""
    if current_app.config["SETTINGS"].fetch_timetables:
        for timetable_id in queries.due(now, MOST_A_ROUND):
            fetch_one(timetable_id, now, Reach())


def fetch_one(timetable_id: int, now: datetime, reach: Reach) -> None:
    """Fetch one timetable, and keep what it says or what went wrong. Nothing is held while it is on its way."""
    asked = _take(timetable_id, now)
    if asked is None:
        return
    address, known = asked
    window = queries.window(now)
    zone = clock.zone()
    db.session.rollback()
    try:
        found = fetching.fetch(unseal(address, _secret()), known, reach)
        spans = None if found.content is None else apart.read_busy(found.content, window, zone)
    except Refusal as refusal:
        _note(timetable_id, address, refusal)
    else:
        _keep_fetched(timetable_id, address, found, spans, window, now)


@transactional
def _take(timetable_id: int, now: datetime) -> tuple[str, Version] | None:
    """Take the turn, so that no other worker does; None where it is no longer due. Return the address, and the version
    that is known where it was read of all the days that are read now."""
    timetable = db.session.get(Timetable, timetable_id, with_for_update=True, populate_existing=True)
    if timetable is None or timetable.address is None or timetable.next_at is None or timetable.next_at > now:
        return None
    timetable.next_at, timetable.asked_at = now + AGAIN_AFTER, now
    last = clock.local_day(queries.window(now).ends_at) - queries.ONE_DAY
    is_complete = timetable.read_to is not None and timetable.read_to >= last
    return timetable.address, Version(timetable.etag, timetable.last_modified) if is_complete else Version()


@transactional
def _note(timetable_id: int, address: str, refusal: Refusal) -> None:
    if timetable := _still(timetable_id, address):
        timetable.trouble = kept(refusal)


@transactional
def _keep_fetched(
    timetable_id: int, address: str, found: Fetched, spans: Collection[Span] | None, window: Span, now: datetime
) -> None:  # fmt: skip
    if timetable := _still(timetable_id, address):
        timetable.trouble, (timetable.etag, timetable.last_modified) = None, found.version
        if spans is None:
            timetable.read_at = now
        else:
            keep(timetable, spans, window, now)


def _still(timetable_id: int, address: str) -> Timetable | None:
    """The timetable, unless another address or a file has taken its place meanwhile."""
    timetable = db.session.get(Timetable, timetable_id, with_for_update=True, populate_existing=True)
    return timetable if timetable and timetable.address == address else None


def _secret() -> str:
    return str(current_app.config["SETTINGS"].secret_key)

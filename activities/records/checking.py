"""Checking in and out with a code. Whoever shows it vouches for it: they are the recorder, never the person scanned."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from activities.audit import service as audit
from activities.duties.kinds import WITNESSED, CheckOut
from activities.duties.models import Slot
from activities.duties.queries import WITH_ALL, organizes, slots
from activities.kit.db import db, lock, transactional, unless_there
from activities.kit.refusal import Refusal
from activities.norms import queries as norms
from activities.people.models import Member
from activities.people.persons import same_person
from activities.records import sheets
from activities.records.models import Record
from activities.records.rules import Mark
from activities.records.rules_codes import (
    CODES,
    CodeIsOver,
    Comer,
    Scan,
    arrived,
    left,
    why_not_check_in,
    why_not_check_out,
)
from activities.records.rules_evidence import Known
from activities.records.service import counted_once, facts_of, record_marks
from activities.records.sheets import Line


@dataclass(frozen=True, kw_only=True)
class Arriving:
    """What the page of somebody who scanned a code shows: the slot, what is recorded, and why not in or out."""

    slot: Slot
    line: Line | None
    asks_check_out: bool
    why_not_in: Refusal | None
    why_not_out: Refusal | None


def arriving(member: Member, scan: Scan) -> Arriving:
    """What can be done with the code. Raises CodeIsOver where the slot or who vouches for it is gone."""
    slot, host_id = _scanned(scan)
    line = sheets.line_of(slot.id, member.id)
    session, comer, rules = sheets.session(slot), _comer(line, member.id, host_id), norms.in_force()[0]
    return Arriving(
        slot=slot, line=line, asks_check_out=session.check_out is not CheckOut.NOT_ASKED,
        why_not_in=why_not_check_in(session, comer, rules, scan.at),
        why_not_out=why_not_check_out(session, comer, rules, scan.at),
    )  # fmt: skip


class _There(Exception):  # noqa: N818 - an answer, not an error
    """Somebody tapped twice, and the first tap was stored while this one waited."""


def check_in(member_id: int, scan: Scan, now: datetime) -> Mark:
    """Record that somebody came when they scanned the code. The same again changes nothing. Raises the rules'
    Refusal."""
    try:
        return _check_in(member_id, scan, now)
    except _There:
        return _check_in(member_id, scan, now)  # which finds it now


@transactional
def _check_in(member_id: int, scan: Scan, now: datetime) -> Mark:
    slot, host_id, line = _locked(member_id, scan)
    if line and line.kept and line.kept.came_at:
        return line.kept.mark
    session, rules = sheets.session(slot), norms.in_force()[0]
    if refusal := why_not_check_in(session, _comer(line, member_id, host_id), rules, scan.at):
        raise refusal
    mark = counted_once(slot, {member_id: arrived(session, rules.grace, scan.at)})[member_id]
    known = Known(scan.evidence, slot.post.activity.kind.evidence)
    with unless_there(_There):
        record_marks(host_id, slot, {member_id: mark}, known, now, verb="check in", actor_id=member_id, came_at=scan.at)
    return mark


@transactional
def check_out(member_id: int, scan: Scan, now: datetime) -> Mark:
    """Record that somebody went when they scanned the code; of several times the last holds. Raises the rules'
    Refusal."""
    slot, host_id, line = _locked(member_id, scan)
    session, rules = sheets.session(slot), norms.in_force()[0]
    if refusal := why_not_check_out(session, _comer(line, member_id, host_id), rules, scan.at):
        raise refusal
    assert line is not None  # the rule refused otherwise
    assert line.kept is not None
    kept = line.kept
    mark = left(session, rules.grace, kept.mark.minutes_late, scan.at)
    mark = counted_once(slot, {member_id: mark})[member_id]
    if mark == kept.mark and kept.left_at:
        return mark
    evidence = kept.evidence if scan.evidence in WITNESSED else scan.evidence
    known = Known(evidence, slot.post.activity.kind.evidence, kept.note)
    stated = facts_of(mark, known, kept.recorded_by_id)
    db.session.execute(
        sa.update(Record).where(Record.id == kept.id).values(left_at=scan.at, changed_at=now, **stated)
    )  # fmt: skip
    audit.leave(now, member_id, "check out", Record, kept.id, before=kept.facts, after=stated)
    return mark


def _locked(member_id: int, scan: Scan) -> tuple[Slot, int, Line | None]:
    """The member and the slot locked, who vouches for the code, and the member's line."""
    sheets.names_locked({member_id})
    slot_id = db.session.scalar(sa.select(Slot.id).where(Slot.public_id == scan.slot))
    if slot_id is None:
        raise CodeIsOver
    slot = lock(Slot, slot_id, WITH_ALL)
    return slot, _host(scan, slot), sheets.line_of(slot.id, member_id)


def _scanned(scan: Scan) -> tuple[Slot, int]:
    """The slot of a code and who vouches for it."""
    slot = db.session.scalars(slots().where(Slot.public_id == scan.slot)).unique().one_or_none()
    if slot is None:
        raise CodeIsOver
    return slot, _host(scan, slot)


def _host(scan: Scan, slot: Slot) -> int:
    """Who vouches for a code, as long as they are there and run its activity."""
    host = sheets.with_roles(Member.public_id == scan.host)
    if host is None or not organizes(host, slot.post.activity):
        raise CodeIsOver
    return host.id


def _comer(line: Line | None, member_id: int, host_id: int) -> Comer:
    is_host = same_person(member_id, host_id)
    if line is None or line.kept is None:
        return Comer(has_seat=line is not None and line.has_seat, is_host=is_host)
    kept = line.kept
    came_at = kept.came_at if kept.evidence in CODES else None
    return Comer(has_seat=line.has_seat, is_host=is_host, before=kept.mark.attendance, came_at=came_at)

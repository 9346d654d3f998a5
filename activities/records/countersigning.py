"""Hours that wait for a second person: who may countersign them, what waits, and the signature."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from activities.audit import service as audit
from activities.duties.kinds import Evidence, Kind, kind_of
from activities.duties.models import Activity, Post, Slot
from activities.duties.queries import WITH_ALL, organized_by, organizes, slots
from activities.kit.db import db, lock, transactional
from activities.kit.refusal import NotAllowed, NotFound, Refusal
from activities.kit.roles import Permission
from activities.people.models import Member
from activities.people.persons import is_account_of
from activities.people.queries import within
from activities.people.service import acting
from activities.people.users import Viewer
from activities.records.models import Record
from activities.records.queries import PAGE
from activities.records.rules import Attendance, Mark
from activities.records.rules_evidence import Claim, why_not_countersign, why_not_countersign_all
from activities.records.sheets import Recorder, names_locked

Beneficiary = aliased(Member)


class Pile(NamedTuple):
    """A slot with hours that wait: of how many people, and of how many of them this person can be the second."""

    public_id: str
    starts_at: datetime
    ends_at: datetime
    post: str
    activity: str
    kind_key: str
    people: int
    minutes: int
    mine: int

    @property
    def kind(self) -> Kind:
        return kind_of(self.kind_key)


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """One person's hours that wait, how they are known, and why this reader cannot countersign them, if so."""

    id: int
    public_id: str
    name: str
    number: str
    mark: Mark
    evidence: Evidence
    note: str
    recorded_by: str
    changed_at: datetime
    refusal: Refusal | None
    claim: Claim

    @property
    def key(self) -> str:
        """The record as it is now; changed, it has another key."""
        return f"{self.public_id}@{self.changed_at.isoformat()}"


@dataclass(frozen=True)
class Signed:
    """How many people were countersigned, and how many minutes."""

    people: int
    minutes: int


def may_sign(signer: Viewer) -> sa.ColumnElement[bool]:
    """Activities of which this person may countersign hours: those they run, and those of the units they review."""
    return sa.or_(organized_by(signer), within(signer.paths(Permission.COUNTERSIGN)))


def piles(signer: Viewer, page: int) -> list[Pile]:
    """The slots in which hours wait, the oldest first, one more than a page holds. One statement."""
    others = _of_others(signer)
    query = (
        sa.select(
            Slot.public_id, Slot.starts_at, Slot.ends_at, Post.name, Activity.name, Activity.kind_key,
            sa.func.count(Record.id), sa.func.sum(Record.minutes), sa.func.count(Record.id).filter(others),
        )
        .select_from(Record)
        .join(Record.slot)
        .join(Slot.post)
        .join(Post.activity)
        .join(Activity.unit)
        .where(~Record.is_final, may_sign(signer))
        .group_by(
            Slot.id, Slot.public_id, Slot.starts_at, Slot.ends_at, Post.name, Activity.name, Activity.kind_key
        )
        .order_by(Slot.starts_at, Slot.id)
        .limit(PAGE + 1)
        .offset((page - 1) * PAGE)
    )  # fmt: skip
    return [Pile._make(row) for row in db.session.execute(query)]


def how_many(signer: Viewer) -> sa.Select[int]:
    """How many people's hours this person can be the second for."""
    return (
        sa.select(sa.func.count(Record.id))
        .join(Record.slot)
        .join(Slot.post)
        .join(Post.activity)
        .join(Activity.unit)
        .where(~Record.is_final, may_sign(signer), _of_others(signer))
    )


def _of_others(signer: Viewer) -> sa.ColumnElement[bool]:
    return ~sa.or_(is_account_of(Record.member_id, signer.id), is_account_of(Record.recorded_by_id, signer.id))


def slot_to_sign(signer: Viewer, public_id: str) -> Slot:
    """The slot, if this person may countersign its hours; NotFound otherwise."""
    slot: Slot | None = db.session.scalars(slots().where(Slot.public_id == public_id, may_sign(signer))).one_or_none()
    if slot is None:
        raise NotFound
    return slot


def waiting(slot_id: int, signer_id: int) -> list[Waiting]:
    """Whose hours of the slot wait, by number. One statement."""
    query = (
        sa.select(
            Record.id, Record.public_id, is_account_of(Record.member_id, signer_id),
            is_account_of(Record.recorded_by_id, signer_id), Record.attendance, Record.minutes,
            Record.minutes_late, Record.evidence, Record.note, Record.changed_at, Beneficiary.name, Beneficiary.number,
            Recorder.name,
        )
        .join(Beneficiary, Beneficiary.id == Record.member_id)
        .join(Recorder, Recorder.id == Record.recorded_by_id)
        .where(Record.slot_id == slot_id, ~Record.is_final)
        .order_by(Beneficiary.number)
    )  # fmt: skip
    rows: Iterable[Sequence[Any]] = db.session.execute(query)
    return [_waiting(*row) for row in rows]


def _waiting(
    record_id: int, public_id: str, is_own: bool, is_recorder: bool, attendance: Attendance,
    minutes: int, minutes_late: int, evidence: Evidence, note: str, changed_at: datetime, name: str, number: str,
    recorded_by: str,
) -> Waiting:  # fmt: skip
    claim = Claim(
        public_id=public_id, name=name, is_own=bool(is_own), is_recorder=bool(is_recorder),
        changed_at=changed_at,
    )  # fmt: skip
    return Waiting(
        id=record_id, public_id=public_id, name=name, number=number, mark=Mark(attendance, minutes, minutes_late),
        evidence=evidence, note=note, recorded_by=recorded_by, changed_at=changed_at, claim=claim,
        refusal=why_not_countersign(claim),
    )  # fmt: skip


@transactional
def countersign(signer_id: int, slot_id: int, chosen: Mapping[str, datetime], now: datetime) -> Signed:
    """Vouch for hours as a second person: from now on they are final. `chosen` are records by public id, each with when
    it last changed as the signer saw it. All or nothing: raises the rules' Refusal for the first that cannot be, and
    NotAllowed for who may not countersign here any more. The slot is locked, as it is for who corrects."""
    names_locked({signer_id})  # whose accounts are one person's keeps still
    slot = lock(Slot, slot_id, WITH_ALL)
    signer, activity = acting(signer_id), slot.post.activity
    if not (organizes(signer, activity) or signer.may(Permission.COUNTERSIGN, activity.unit.path)):
        raise NotAllowed
    found = [one for one in waiting(slot_id, signer_id) if one.public_id in chosen]
    if refusal := why_not_countersign_all(chosen, [one.claim for one in found]):
        raise refusal
    before, after = (
        {"is_final": final, "countersigned_by_id": who} for final, who in ((False, None), (True, signer_id))
    )
    ids = [one.id for one in found]
    db.session.execute(sa.update(Record).where(Record.id.in_(ids)).values(**after))
    audit.leave_all(now, signer_id, "countersign", Record, [(record_id, before, after) for record_id in ids])
    return Signed(len(found), sum(one.mark.minutes for one in found))

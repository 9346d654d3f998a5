"""Reads about hours that are imported. A few statements, however long the file."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import sqlalchemy as sa

from activities.duties.models import Activity, Post, Slot
from activities.kit.db import db, run
from activities.kit.refusal import NotFound
from activities.kit.roles import Permission
from activities.kit.sql import Among
from activities.people.models import AccountLink, Member, Unit
from activities.people.queries import within
from activities.people.roster_queries import shares
from activities.people.users import Viewer
from activities.records.models import Record
from activities.records.rules_overlap import MINUTE, Spell
from activities.transfers.models import HoursImport, HoursMapping, HoursUpload, ImportedHours
from activities.transfers.rules import Entry, Known, Person
from activities.transfers.rules_columns import ONE_DAY

KEPT = timedelta(hours=1)
CHANGED = sa.or_(Record.countersigned_by_id.is_not(None), Record.changed_at != Record.recorded_at)


class UploadGone(NotFound):
    """The upload was imported, replaced by a newer one, is too old, or never was this person's."""


class Batch(NamedTuple):
    """An import, how many records there are of it, their minutes, and how many something is built on."""

    public_id: str
    name: str
    created_at: datetime
    unit: str
    by: str
    records: int
    minutes: int
    used: int


def kept_upload(member_id: int, public_id: str, now: datetime) -> HoursUpload:
    """The file this member is about to import. Raises UploadGone."""
    query = sa.select(HoursUpload).where(
        HoursUpload.public_id == public_id, HoursUpload.member_id == member_id, HoursUpload.created_at >= now - KEPT
    )
    upload = db.session.scalar(query)
    if upload is None:
        raise UploadGone
    return upload


def mapping(unit_id: int, shape: str) -> HoursMapping | None:
    """How the unit reads files of this shape."""
    return db.session.scalar(sa.select(HoursMapping).filter_by(unit_id=unit_id, shape=shape))


def people(importer: Viewer, numbers: Collection[str]) -> dict[str, Person]:
    """Who has these numbers in the units for which the importer may import, also who has left, by number."""
    found = {}
    for share in shares(set(numbers)):
        whose = sa.func.coalesce(AccountLink.person_id, Member.id)
        query = sa.select(Member.number, Member.id, Member.name, whose).join(Member.unit)
        query = query.outerjoin(AccountLink, AccountLink.member_id == Member.id)
        query = query.where(Member.number.in_(share), within(importer.paths(Permission.IMPORT_HOURS)))
        found.update({number: Person(*who) for number, *who in run(query)})
    return found


def lock_people(member_ids: Collection[int]) -> None:
    """Whoever records these people meanwhile waits, since no minute may count twice."""
    query = sa.select(Member.id).where(Among(Member.id)).order_by(Member.id)
    db.session.execute(query.with_for_update(key_share=True, of=Member), {"ids": list(member_ids)}).all()


def known(accounts: Mapping[int, int], entries: Sequence[Entry]) -> dict[int, list[Known]]:
    """The time that counts of these people around these entries, by person. One statement."""
    found: dict[int, list[Known]] = {}
    if not entries or not accounts:
        return found
    first = min(entry.starts_at for entry in entries) - 2 * ONE_DAY
    last = max(entry.ends_at for entry in entries) + 2 * ONE_DAY
    query = (
        sa.select(
            Record.member_id, Record.minutes, Record.minutes_late, Slot.starts_at, Slot.ends_at, Activity.name
        )
        .join(Record.slot)
        .join(Slot.post)
        .join(Post.activity)
        .where(Among(Record.member_id), Record.minutes > 0, Slot.starts_at < last, Slot.ends_at > first)
    )  # fmt: skip
    for member_id, minutes, late, starts_at, ends_at, activity in run(query, {"ids": list(accounts)}):
        spell = Spell(starts_at + late * MINUTE, ends_at, minutes)
        found.setdefault(accounts[member_id], []).append(Known(spell, activity, ends_at - starts_at < ONE_DAY))
    return found


def batches(importer: Viewer, most: int) -> list[Batch]:
    """The imports of the importer's units, the latest first. One statement."""
    query = (
        sa.select(
            HoursImport.public_id, HoursImport.name, HoursImport.created_at, Unit.name, Member.name,
            sa.func.count(Record.id), sa.func.coalesce(sa.func.sum(Record.minutes), 0),
            sa.func.count(Record.id).filter(CHANGED),
        )
        .join(HoursImport.unit)
        .join(HoursImport.imported_by)
        .outerjoin(ImportedHours, ImportedHours.import_id == HoursImport.id)
        .outerjoin(Record, Record.id == ImportedHours.record_id)
        .where(within(importer.paths(Permission.IMPORT_HOURS)))
        .group_by(HoursImport.id, HoursImport.public_id, HoursImport.name, HoursImport.created_at, Unit.name,
                  Member.name)
        .order_by(HoursImport.id.desc())
        .limit(most)
    )  # fmt: skip
    return [Batch(*row) for row in run(query)]


def earlier(importer: Viewer, digest: str) -> HoursImport | None:
    """The last import of the same file in the importer's units."""
    query = sa.select(HoursImport).join(HoursImport.unit).where(HoursImport.digest == digest)
    query = query.where(within(importer.paths(Permission.IMPORT_HOURS))).order_by(HoursImport.id.desc()).limit(1)
    return db.session.scalar(query)


def import_for(importer: Viewer, public_id: str) -> HoursImport:
    """The import, if it is one of the importer's units; NotFound otherwise."""
    query = sa.select(HoursImport).join(HoursImport.unit)
    query = query.where(HoursImport.public_id == public_id, within(importer.paths(Permission.IMPORT_HOURS)))
    found = db.session.scalar(query)
    if found is None:
        raise NotFound
    return found


def slots_of(import_id: int) -> sa.Select[int]:
    """The slots that an import made."""
    of_it = sa.select(Record.slot_id).join(ImportedHours, ImportedHours.record_id == Record.id)
    return of_it.where(ImportedHours.import_id == import_id)


def built_on(import_id: int) -> int:
    """How many records of the import's slots are not as the import left them, or not its own."""
    query = (
        sa.select(sa.func.count())
        .select_from(Record)
        .outerjoin(ImportedHours, ImportedHours.record_id == Record.id)
        .where(Record.slot_id.in_(slots_of(import_id)), sa.or_(CHANGED, ImportedHours.id.is_(None)))
    )
    return db.session.scalar(query) or 0

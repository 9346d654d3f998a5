"""Bring hours from another system, take them back. What is confirmed is what was shown: all of it, or nothing.

Each import makes activities, posts and slots of its own, so that it meets nothing that was planned here and leaves
nothing behind when it is undone. The records wait for a second person, as all that was imported does.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from activities.audit import service as audit
from activities.duties.kinds import Evidence, Kind, Ledger, kind_of
from activities.duties.models import Activity, Post, Slot
from activities.kit.db import db, lock, new_public_id, run, take_turn, transactional, unless_there
from activities.kit.refusal import NotFound
from activities.kit.roles import Permission
from activities.outbox.jobs import every
from activities.people import sheet
from activities.people.models import Unit
from activities.people.persons import persons, with_others
from activities.people.roster_cells import tidy
from activities.people.service import acting
from activities.people.users import Viewer
from activities.records.models import Record
from activities.records.rules import Attendance
from activities.transfers import notices, queries, rules_columns, rules_duplicates, rules_refusals
from activities.transfers.models import HoursImport, HoursMapping, HoursUpload, ImportedHours
from activities.transfers.rules import Line, Plan, Table, Target
from activities.transfers.rules_cells import Field

NO_SYNC = {"synchronize_session": False}
Place = tuple[str, str]


def read(data: bytes, name: str) -> Table:
    """The table in a file. Raises the refusals of `people.rows` and of the rules for one that holds none."""
    return rules_columns.find_table(sheet.read(data, name))


def keep(importer_id: int, unit_id: int, data: bytes, name: str, now: datetime) -> str:
    """Keep a file until it is imported, in place of the importer's earlier one. Return its public id."""
    read(data, name)
    return _keep(importer_id, unit_id, data, tidy(name)[-200:], now)


@transactional
def _keep(importer_id: int, unit_id: int, data: bytes, name: str, now: datetime) -> str:
    _allowed(acting(importer_id), unit_id)
    old = sa.or_(HoursUpload.member_id == importer_id, HoursUpload.created_at < now - queries.KEPT)
    db.session.execute(sa.delete(HoursUpload).where(old), execution_options=NO_SYNC)
    upload = HoursUpload(member_id=importer_id, unit_id=unit_id, name=name, content=data, created_at=now)
    db.session.add(upload)
    db.session.flush()
    return upload.public_id


@every(3600, "forget files of hours that nobody imported")
@transactional
def forget_old(now: datetime) -> None:
    """Delete files that were kept long enough: they hold names and numbers."""
    old = sa.delete(HoursUpload).where(HoursUpload.created_at < now - queries.KEPT)
    db.session.execute(old, execution_options=NO_SYNC)


def look(importer: Viewer, table: Table, columns: Mapping[Field, int], ledger: Ledger, zone: ZoneInfo,
         now: datetime, *, locked: bool = False) -> Plan:  # fmt: skip
    """What importing would do. With `locked`, in a transaction, nobody records its people meanwhile."""
    target = Target(ledger=ledger, importer=persons([importer.id])[importer.id], zone=zone, now=now)
    found = rules_columns.read_rows(table, columns, target)
    people = queries.people(importer, {entry.number for entry in found[0]})
    accounts = with_others(person.id for person in people.values())
    if locked:
        queries.lock_people(accounts)
    return rules_duplicates.make_plan(table, columns, found, people, queries.known(accounts, found[0]), target)


@transactional
def confirm(
    importer_id: int, upload_id: str, columns: Mapping[Field, int], kind_key: str, digest: str, zone: ZoneInfo,
    now: datetime, *, leaves_out_bad: bool = False,
) -> int:  # fmt: skip
    """Make records of what was shown, using the upload up: NotAsShown where it would be something else by now,
    UploadGone where it was used meanwhile. Return how many there are."""
    take_turn("import hours")
    importer = acting(importer_id)
    upload = queries.kept_upload(importer_id, upload_id, now)
    unit = _allowed(importer, upload.unit_id)
    ledger = kind_of(kind_key).ledger
    table = read(upload.content, upload.name)
    plan = look(importer, table, columns, ledger, zone, now, locked=True)
    if plan.digest != digest:
        raise rules_refusals.NotAsShown
    if refusal := rules_duplicates.why_not_import(plan, leaves_out_bad=leaves_out_bad):
        raise refusal
    file = sha256(upload.content).hexdigest()
    batch = HoursImport(unit_id=unit.id, imported_by_id=importer_id, name=upload.name, digest=file, created_at=now)
    db.session.add(batch)
    db.session.delete(upload)
    _remember(unit.id, table.shape, columns, kind_key)
    db.session.flush()
    slots = _slots(plan.new, unit.id, kind_key, now)
    _record(batch, plan.new, slots, kind_of(kind_key), now)
    after = {"file": upload.name, "digest": file, "records": len(plan.new), "minutes": plan.minutes}
    audit.leave(now, importer_id, "import hours", HoursImport, batch.id, after=after)
    given: Counter[int] = Counter()
    for line in plan.new:
        given[line.person.id] += line.entry.minutes
    notices.imported(given, upload.name, batch.public_id, now)
    return len(plan.new)


@transactional
def undo(importer_id: int, import_id: int, now: datetime) -> int:
    """Take an import back, with all that it made, while nothing is built on it. Return how many records it were."""
    take_turn("import hours")
    batch = lock(HoursImport, import_id)
    _allowed(acting(importer_id), batch.unit_id)
    of_it = sa.select(ImportedHours.record_id).where(ImportedHours.import_id == import_id)
    rows = db.session.execute(sa.select(Record.id, Record.slot_id, Record.member_id, Record.minutes)
                              .where(Record.id.in_(of_it)).order_by(Record.id)).all()  # fmt: skip
    queries.lock_people({row.member_id for row in rows})
    slots = list(run(sa.select(Slot.id, Slot.post_id, Post.activity_id).join(Slot.post)
                     .where(Slot.id.in_(queries.slots_of(import_id))).with_for_update(of=Slot)))  # fmt: skip
    if used := queries.built_on(import_id):
        raise rules_refusals.BuiltOn(used)
    changes: list[tuple[int, dict[str, Any], dict[str, Any]]] = [
        (row.id, {"minutes": row.minutes, "member_id": row.member_id}, {}) for row in rows
    ]
    audit.leave_all(now, importer_id, "undo import", Record, changes)
    audit.leave(now, importer_id, "undo import", HoursImport, import_id, before={"file": batch.name})
    with unless_there(lambda: rules_refusals.BuiltOn(len(rows))):
        run(sa.delete(Record).where(Record.id.in_(of_it)))
        for model, ids in ((Slot, {slot[0] for slot in slots}), (Post, {slot[1] for slot in slots}),
                           (Activity, {slot[2] for slot in slots})):  # fmt: skip
            run(sa.delete(model).where(model.id.in_(ids)))
        db.session.delete(batch)
    return len(rows)


def _allowed(importer: Viewer, unit_id: int) -> Unit:
    unit = db.session.get(Unit, unit_id)
    if unit is None or not importer.may(Permission.IMPORT_HOURS, unit.path):
        raise NotFound
    return unit


def _remember(unit_id: int, shape: str, columns: Mapping[Field, int], kind_key: str) -> None:
    kept = queries.mapping(unit_id, shape) or HoursMapping(unit_id=unit_id, shape=shape)
    kept.columns, kept.kind_key = {str(name): column for name, column in columns.items()}, kind_key
    db.session.add(kept)


# ── what an import makes ────────────────────────────────────────────────────


def _slots(lines: Iterable[Line], unit_id: int, kind_key: str, now: datetime) -> dict[tuple[Place, datetime], int]:
    """The slots of these lines, by activity, place and start; each lasts as long as the longest of its lines."""
    same = {"changed_at": now}
    entries = [line.entry for line in lines]
    names = sorted({entry.activity for entry in entries})
    activities = _stored(Activity, names, [
        {**same, "public_id": new_public_id(), "unit_id": unit_id, "kind_key": kind_key, "name": name,
         "created_at": now, "schedule_changed_at": now}
        for name in names
    ])  # fmt: skip
    places = sorted({(entry.activity, entry.place) for entry in entries})
    posts = _stored(Post, places, [
        {**same, "public_id": new_public_id(), "activity_id": activities[activity], "name": place or activity,
         "place": place}
        for activity, place in places
    ])  # fmt: skip
    ends: dict[tuple[Place, datetime], datetime] = {}
    for entry in entries:
        key = ((entry.activity, entry.place), entry.starts_at)
        ends[key] = max(entry.ends_at, ends.get(key, entry.ends_at))
    many = Counter(((entry.activity, entry.place), entry.starts_at) for entry in entries)
    return _stored(Slot, list(ends), [
        {**same, "public_id": new_public_id(), "uid": uuid4(), "post_id": posts[key[0]], "starts_at": key[1],
         "ends_at": end, "capacity": many[key], "tickets": many[key], "created_at": now}
        for key, end in ends.items()
    ])  # fmt: skip


def _stored(model: Any, keys: Iterable[Any], rows: list[dict[str, Any]]) -> dict[Any, int]:
    """The ids of these rows by key, told apart by their public ids: so SQLite, too, takes many at once."""
    insert = sa.insert(model).returning(model.public_id, model.id)
    ids = {row.public_id: row.id for row in db.session.execute(insert, rows)}
    return {key: ids[row["public_id"]] for key, row in zip(keys, rows, strict=True)}


def _record(batch: HoursImport, lines: list[Line], slots: Mapping[tuple[Place, datetime], int], kind: Kind,
            now: datetime) -> None:  # fmt: skip
    by = batch.imported_by_id
    stated = [
        {
            "attendance": Attendance.PRESENT, "minutes": line.entry.minutes, "minutes_late": 0,
            "evidence": Evidence.IMPORTED, "note": f"{batch.name} [{batch.digest[:12]}] : {line.entry.row}",
            "is_final": False, "recorded_by_id": by, "countersigned_by_id": None,
        }
        for line in lines
    ]  # fmt: skip
    rows = [
        {
            **facts, "public_id": new_public_id(), "member_id": line.person.id, "ledger": kind.ledger,
            "day": line.entry.day, "weight": kind.percent_on(line.entry.day),
            "slot_id": slots[(line.entry.activity, line.entry.place), line.entry.starts_at],
            "recorded_at": now, "changed_at": now,
        }
        for line, facts in zip(lines, stated, strict=True)
    ]  # fmt: skip
    ids = list(_stored(Record, range(len(rows)), rows).values())
    nothing: dict[str, Any] = {}
    changes = [(record_id, nothing, facts) for record_id, facts in zip(ids, stated, strict=True)]
    audit.leave_all(now, by, "import", Record, changes, reason=batch.name)
    of_it = [
        {"import_id": batch.id, "record_id": record_id, "row": line.entry.row}
        for record_id, line in zip(ids, lines, strict=True)
    ]
    run(sa.insert(ImportedHours), of_it)

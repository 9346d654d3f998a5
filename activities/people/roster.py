"""Import a roster: preview it, keep it until it is confirmed, then write all of it in one transaction, or nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, ClassVar, TypeVar

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from activities.audit import service as audit
from activities.kit.db import db, transactional
from activities.kit.refusal import N_, NotFound, Refusal, refusal
from activities.kit.roles import Permission
from activities.people import sheet
from activities.people.models import Member, RosterUpload, Unit
from activities.people.queries import WITH_ROLES
from activities.people.roster_cells import tidy
from activities.people.roster_plan import FIELDS, Change, Known, Plan, make_plan
from activities.people.roster_rules import Entry, Table, find_table, read_entries, without_zeros
from activities.people.rules import Standing

KEPT = timedelta(hours=1)
# One statement's share of a long list: databases limit how many values they take.
SHARE = 10_000
NO_SYNC = {"synchronize_session": False}

T = TypeVar("T")


@refusal
class NotAsPreviewed(Refusal):
    sentence: ClassVar[str] = N_("People have changed since this preview was made.")
    remedy: ClassVar[str] = N_("Look at the preview again and confirm what it shows now.")


class UploadGone(NotFound):
    """The upload was imported, replaced by a newer one, is too old, or never was this person's."""


# ── preview and import ──────────────────────────────────────────────────────


def plan_import(content: bytes, name: str, actor_id: int | None) -> Plan:
    """What importing this file would do, with every problem in it; None stands for the system, which manages all units.

    Raises the refusals of `rows` and `roster_rules` for a file that is no roster.
    """
    return _plan(find_table(sheet.read(content, name)), actor_id)


def import_roster(
    content: bytes, name: str, actor_id: int | None, fingerprint: str, now: datetime, *, upload_id: int | None = None
) -> Plan:
    """Do what a plan with this fingerprint said, using the upload up. Raises NotAsPreviewed where it would be something
    else by now, UploadGone where the upload was used meanwhile."""
    table = find_table(sheet.read(content, name))
    try:
        plan: Plan = _import(table, tidy(name), actor_id, fingerprint, now, upload_id)
    except IntegrityError:  # someone took a number or an address between the reading and the writing
        raise NotAsPreviewed from None
    return plan


@transactional
def _import(
    table: Table, name: str, actor_id: int | None, fingerprint: str, now: datetime, upload_id: int | None
) -> Plan:
    if upload_id is not None:
        used = db.session.execute(
            sa.delete(RosterUpload).where(RosterUpload.id == upload_id).returning(RosterUpload.id)
        )
        if used.first() is None:
            raise UploadGone
    plan = _plan(table, actor_id, lock=True)
    if plan.problems or plan.fingerprint != fingerprint:
        raise NotAsPreviewed
    _insert(plan.new, name, actor_id, now)
    _update(plan.changed, name, actor_id, now)
    return plan


def _plan(table: Table, actor_id: int | None, *, lock: bool = False) -> Plan:
    units = own_units(actor_id)
    entries, problems = read_entries(table, {name: unit_id for unit_id, name in units.items()})
    return make_plan(table, entries, problems, _known(entries, lock), _owners(entries), units)


# ── reads ───────────────────────────────────────────────────────────────────


def own_units(actor_id: int | None) -> dict[int, str]:
    """The names of the units one may import into, by id, in tree order."""
    query = sa.select(Unit.id, Unit.name).order_by(Unit.path)
    if actor_id is not None:
        actor = db.session.get(Member, actor_id, options=WITH_ROLES)
        paths = actor.paths(Permission.MANAGE_PEOPLE) if actor else []
        query = query.where(sa.or_(sa.false(), *(Unit.path.startswith(path, autoescape=True) for path in paths)))
    return {row.id: row.name for row in db.session.execute(query)}


def _known(entries: Sequence[Entry], lock: bool) -> list[Known]:
    """Those who have one of the numbers, leading zeros aside; locked where they are about to change."""
    columns = [getattr(Member, name) for name in ("id", "number", *FIELDS)]
    found = []
    for numbers in _shares({without_zeros(entry.number) for entry in entries}):
        query = sa.select(*columns).where(sa.func.ltrim(Member.number, "0").in_(numbers)).order_by(Member.id)
        rows = db.session.execute(query.with_for_update() if lock else query)
        found += [Known(**row._mapping) for row in rows]
    return found


def _owners(entries: Sequence[Entry]) -> dict[str, int]:
    """Who has one of the addresses, by address."""
    owners: dict[str, int] = {}
    for emails in _shares({entry.email for entry in entries if entry.email}):
        query = sa.select(Member.email, Member.id).where(Member.email.in_(emails))
        owners.update({str(row.email): row.id for row in db.session.execute(query)})
    return owners


def _shares(values: Collection[T]) -> Iterator[list[T]]:
    listed = list(values)
    for start in range(0, len(listed), SHARE):
        yield listed[start : start + SHARE]


# ── writes ──────────────────────────────────────────────────────────────────


def _insert(entries: Sequence[Entry], name: str, actor_id: int | None, now: datetime) -> None:
    if not entries:
        return
    people = [_values(entry) for entry in entries]
    insert = sa.insert(Member).returning(Member.id, sort_by_parameter_order=True)
    ids = db.session.scalars(insert, [{**person, "created_at": now} for person in people]).all()
    nothing: dict[str, Any] = {}
    changes = ((member_id, nothing, person) for member_id, person in zip(ids, people, strict=True))
    audit.leave_all(now, actor_id, "create member", Member, changes, reason=name)


def _values(entry: Entry) -> dict[str, Any]:
    """A new person: where the roster is silent, a student, without class and address."""
    complete = replace(entry, standing=entry.standing or Standing.STUDENT, class_name=entry.class_name or "")
    return {field: getattr(complete, field) for field in ("number", *FIELDS)}


def _update(changes: Sequence[Change], name: str, actor_id: int | None, now: datetime) -> None:
    if not changes:
        return
    # First no address, then the new one, so that two people can exchange theirs.
    for ids in _shares([c.member_id for c in changes if c.before.get("email")]):
        db.session.execute(sa.update(Member).where(Member.id.in_(ids)).values(email=None), execution_options=NO_SYNC)
    rows = [{"id": change.member_id, **change.after} for change in changes]
    db.session.execute(sa.update(Member), sorted(rows, key=tuple))  # rows of the same fields go as one statement
    what = ((change.member_id, change.before, change.after) for change in changes)
    audit.leave_all(now, actor_id, "edit member", Member, what, reason=name)


# ── between preview and import ──────────────────────────────────────────────


def keep_upload(member_id: int, content: bytes, name: str, now: datetime) -> str:
    """Keep a file until it is imported, in place of the member's earlier one. Returns its public id.

    Raises the refusals of `rows` and `roster_rules` for a file that is no roster.
    """
    find_table(sheet.read(content, name))
    return _keep(member_id, content, tidy(name)[-200:], now)


@transactional
def _keep(member_id: int, content: bytes, name: str, now: datetime) -> str:
    old = sa.or_(RosterUpload.member_id == member_id, RosterUpload.created_at < now - KEPT)
    db.session.execute(sa.delete(RosterUpload).where(old), execution_options=NO_SYNC)
    upload = RosterUpload(member_id=member_id, content=content, name=name, created_at=now)
    db.session.add(upload)
    db.session.flush()
    return upload.public_id


def kept_upload(member_id: int, public_id: str, now: datetime) -> RosterUpload:
    """The file this member is about to import. Raises UploadGone."""
    query = sa.select(RosterUpload).where(
        RosterUpload.public_id == public_id,
        RosterUpload.member_id == member_id,
        RosterUpload.created_at >= now - KEPT,
    )
    upload = db.session.scalar(query)
    if upload is None:
        raise UploadGone
    return upload

"""Import a roster: preview it, keep it until it is confirmed, then write all of it in one transaction, or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from activities.audit import service as audit
from activities.kit.db import db, transactional
from activities.kit.refusal import N_, Refusal, refusal
from activities.people import roster_queries, sheet, uploads
from activities.people.models import AccessLink, Member, RosterUpload
from activities.people.persons import accounts
from activities.people.roster_cells import tidy
from activities.people.roster_plan import FIELDS, Change, Facts, Plan, make_plan
from activities.people.roster_queries import shares
from activities.people.roster_rules import Entry, Table, find_table, read_entries
from activities.people.rules import Standing
from activities.people.service import acting, told
from activities.people.uploads import KEPT, NO_SYNC, UploadGone

__all__ = ["KEPT", "UploadGone"]  # of the upload, for whoever imports a roster
PURPOSE = "roster"


@refusal
class NotAsPreviewed(Refusal):
    sentence: ClassVar[str] = N_("People have changed since this preview was made.")
    remedy: ClassVar[str] = N_("Look at the preview again and confirm what it shows now.")


# ── preview and import ──────────────────────────────────────────────────────


def read_roster(content: bytes, name: str) -> Table:
    """The table in a file. Raises the refusals of `rows` and `roster_rules` for a file that is no roster."""
    return find_table(sheet.read(content, name))


def import_roster(
    table: Table, name: str, actor_id: int | None, fingerprint: str, now: datetime, *, upload_id: int | None = None
) -> Plan:
    """Do what a plan with this fingerprint said, using the upload up; `name` goes into the audit. Raises NotAsPreviewed
    where it would be something else by now, UploadGone where the upload was used meanwhile."""
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
        uploads.use_up(upload_id)
    plan = plan_import(table, actor_id, lock=True)
    if plan.problems or plan.fingerprint != fingerprint:
        raise NotAsPreviewed
    _insert(plan.new, name, actor_id, now)
    _update(plan.changed, name, actor_id, now)
    return plan


def plan_import(table: Table, actor_id: int | None, *, lock: bool = False) -> Plan:
    """What importing this roster would do, with every problem in it; None stands for the system, whose are all units.
    With `lock`, inside a transaction, those it is about keep still."""
    actor = acting(actor_id) if actor_id is not None else None
    units = roster_queries.unit_names(actor)
    entries, problems = read_entries(table, {name: unit_id for unit_id, name in units.items()})
    known = roster_queries.known(entries, lock=lock)
    beyond = roster_queries.beyond(known, actor)
    own = {one.id for one in accounts(actor.id)} if actor else ()
    facts = Facts(known, roster_queries.owners(entries), units, beyond, own)
    return make_plan(table, entries, problems, facts)


def own_units(actor_id: int) -> tuple[str, ...]:
    """The names of the units this person may import into."""
    return tuple(roster_queries.unit_names(acting(actor_id)).values())


# ── writes ──────────────────────────────────────────────────────────────────


def _insert(entries: Sequence[Entry], name: str, actor_id: int | None, now: datetime) -> None:
    if not entries:
        return
    people = [_values(entry) for entry in entries]
    insert = sa.insert(Member).returning(Member.id, sort_by_parameter_order=True)
    ids = db.session.scalars(insert, [{**person, "created_at": now} for person in people]).all()
    nothing: dict[str, Any] = {}
    changes = ((member_id, nothing, told(member_id, person)) for member_id, person in zip(ids, people, strict=True))
    audit.leave_all(now, actor_id, "create member", Member, changes, reason=name)


def _values(entry: Entry) -> dict[str, Any]:
    """A new person: where the roster is silent, a student, without class and address."""
    complete = replace(entry, standing=entry.standing or Standing.STUDENT, class_name=entry.class_name or "")
    return {field: getattr(complete, field) for field in ("number", *FIELDS)}


def _update(changes: Sequence[Change], name: str, actor_id: int | None, now: datetime) -> None:
    if not changes:
        return
    _release_emails([change for change in changes if "email" in change.after], now)
    rows = [{"id": change.member_id, **change.after} for change in changes]
    db.session.execute(sa.update(Member), sorted(rows, key=tuple))  # rows of the same fields go as one statement
    what = ((one.member_id, told(one.member_id, one.before), told(one.member_id, one.after)) for one in changes)
    audit.leave_all(now, actor_id, "edit member", Member, what, reason=name)


def _release_emails(changes: Sequence[Change], now: datetime) -> None:
    """Give the old addresses up first, so that two people can exchange theirs, and end the links sent to them."""
    for ids in shares([change.member_id for change in changes]):
        db.session.execute(sa.update(Member).where(Member.id.in_(ids)).values(email=None), execution_options=NO_SYNC)
        sent = sa.update(AccessLink).where(AccessLink.member_id.in_(ids), AccessLink.used_at.is_(None))
        db.session.execute(sent.values(used_at=now), execution_options=NO_SYNC)


# ── between preview and import ──────────────────────────────────────────────


def keep_upload(member_id: int, content: bytes, name: str, now: datetime) -> str:
    """Keep a file until it is imported, in place of the member's earlier one. Returns its public id.

    Raises the refusals of `rows` and `roster_rules` for a file that is no roster.
    """
    read_roster(content, name)
    return uploads.keep(member_id, PURPOSE, content, name, now)


def kept_upload(member_id: int, public_id: str, now: datetime) -> RosterUpload:
    """The file this member is about to import. Raises UploadGone."""
    return uploads.kept(member_id, PURPOSE, public_id, now)

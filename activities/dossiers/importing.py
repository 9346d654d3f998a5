"""Import entries from a spreadsheet: preview them, keep the file until it is confirmed, then write all or nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

import sqlalchemy as sa

from activities.audit import service as audit
from activities.dossiers import notices, queries, reading
from activities.dossiers.models import Entry
from activities.dossiers.reading import Line
from activities.dossiers.rules import Block
from activities.dossiers.service import told
from activities.kit.clock import local_day
from activities.kit.db import db, transactional
from activities.people import sheet, uploads
from activities.people.models import Member, RosterUpload
from activities.people.persons import persons
from activities.people.roster import NotAsPreviewed
from activities.people.service import acting
from activities.people.tables import Problem
from activities.trainings import queries as trainings


@dataclass(frozen=True)
class Plan:
    """What an import would do: lines that are new, each with its person's id; how many are there already; what is
    wrong."""

    block: Block
    new: Sequence[tuple[int, Line]]
    there: int
    problems: Sequence[Problem]

    @property
    def fingerprint(self) -> str:
        return sha256(repr((self.block, self.new)).encode()).hexdigest()


def keep(member_id: int, block: Block, content: bytes, name: str, now: datetime) -> str:
    """Keep a file until it is imported. Return its public id. Raises the refusals of a file that cannot be read."""
    reading.find_table(block, sheet.read(content, name))
    return uploads.keep(member_id, block, content, name, now)


def kept(member_id: int, block: Block, public_id: str, now: datetime) -> RosterUpload:
    """Raises UploadGone."""
    return uploads.kept(member_id, block, public_id, now)


def plan(actor_id: int, block: Block, content: bytes, name: str, now: datetime) -> Plan:
    """What importing this file would do. A fixed number of statements."""
    table = reading.find_table(block, sheet.read(content, name))
    lines, problems = reading.read_lines(table)
    actor = acting(actor_id)
    known = queries.by_number(actor, {line.number for line in lines})
    kept = {training.name for training in trainings.every()}
    there = queries.said(block, [person.id for person in known.values()])
    person_of = persons({actor_id, *there})
    new, count = [], 0
    for line in lines:
        person = known.get(line.number)
        name_known, is_own = (person.name, person_of[person.id] == person_of[actor_id]) if person else (None, False)
        wrong = reading.problem_with(table, line, name_known, is_own=is_own, today=local_day(now), kept=kept)
        if wrong:
            problems.append(wrong)
        elif person and line.said in there[person.id]:
            count += 1
        elif person:
            new.append((person.id, line))
    return Plan(block, new, count, sorted(problems, key=lambda problem: problem.row))


@transactional
def confirm(
    actor_id: int, block: Block, upload_id: int, content: bytes, name: str, fingerprint: str, now: datetime
) -> int:
    """Write what a plan with this fingerprint said. Return how many entries. Raises NotAsPreviewed where it would be
    something else by now, UploadGone where the upload was used meanwhile."""
    uploads.use_up(upload_id)
    shown = plan(actor_id, block, content, name, now)
    ids = sorted({member_id for member_id, _ in shown.new})
    db.session.execute(
        sa.select(Member.id).where(Member.id.in_(ids)).order_by(Member.id).with_for_update(key_share=True)
    )
    locked = plan(actor_id, block, content, name, now)
    if locked.problems or locked.fingerprint != fingerprint:
        raise NotAsPreviewed
    entries = [
        Entry(
            block=block, member_id=member_id, **line.said.values, source=f"{name}, {line.row}",
            entered_by_id=actor_id, entered_at=now,
        )
        for member_id, line in locked.new
    ]  # fmt: skip
    db.session.add_all(entries)
    db.session.flush()
    nothing: dict[str, Any] = {}
    changes = (
        (e.id, nothing, {"block": block, "member": e.member_id, **told(e.member_id, e.said.values)}) for e in entries
    )
    audit.leave_all(now, actor_id, "enter", Entry, changes, reason=name)
    titled: dict[str, list[int]] = defaultdict(list)
    for entry in entries:
        titled[entry.title].append(entry.member_id)
    for title, people in titled.items():
        notices.entered(sorted(set(people)), title, now)
    return len(entries)

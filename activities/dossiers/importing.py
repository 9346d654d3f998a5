"""Import entries from a spreadsheet: preview them, keep the file until it is confirmed, then write all or nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, NamedTuple

import sqlalchemy as sa

from activities.audit import service as audit
from activities.dossiers import notices, queries, reading
from activities.dossiers.models import Entry
from activities.dossiers.reading import Line, Table
from activities.dossiers.rules import Block
from activities.dossiers.service import told
from activities.kit.clock import local_day
from activities.kit.db import db, new_public_id, transactional
from activities.people import sheet, uploads
from activities.people.models import RosterUpload
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


class Read(NamedTuple):
    """A file as it was read."""

    table: Table
    lines: Sequence[Line]
    problems: Sequence[Problem]


def keep(member_id: int, block: Block, content: bytes, name: str, now: datetime) -> str:
    """Keep a file until it is imported. Return its public id. Raises the refusals of a file that cannot be read."""
    reading.find_table(block, sheet.read(content, name))
    return uploads.keep(member_id, block, content, name, now)


def kept(member_id: int, block: Block, public_id: str, now: datetime) -> RosterUpload:
    """Raises UploadGone."""
    return uploads.kept(member_id, block, public_id, now)


def plan(actor_id: int, block: Block, content: bytes, name: str, now: datetime) -> Plan:
    """What importing this file would do. A fixed number of statements."""
    return _plan(actor_id, block, _read(block, content, name), now)


def _read(block: Block, content: bytes, name: str) -> Read:
    table = reading.find_table(block, sheet.read(content, name))
    return Read(table, *reading.read_lines(table))


def _plan(actor_id: int, block: Block, read: Read, now: datetime, *, locked: bool = False) -> Plan:
    """With `locked`, inside a transaction, those it is about keep still."""
    table, lines, problems = read.table, read.lines, list(read.problems)
    known = queries.by_number(acting(actor_id), {line.number for line in lines}, locked=locked)
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


def confirm(
    actor_id: int, block: Block, upload_id: int, content: bytes, name: str, fingerprint: str, now: datetime
) -> int:
    """Write what a plan with this fingerprint said. Return how many entries. Raises NotAsPreviewed where it would be
    something else by now, UploadGone where the upload was used meanwhile."""
    written: int = _confirm(actor_id, block, upload_id, _read(block, content, name), name, fingerprint, now)
    return written


@transactional
def _confirm(
    actor_id: int, block: Block, upload_id: int, read: Read, name: str, fingerprint: str, now: datetime
) -> int:
    uploads.use_up(upload_id)
    locked = _plan(actor_id, block, read, now, locked=True)
    if locked.problems or locked.fingerprint != fingerprint:
        raise NotAsPreviewed
    same = {"block": block, "entered_by_id": actor_id, "entered_at": now}
    rows = [
        {**same, **line.said.values, "public_id": new_public_id(), "member_id": who, "source": f"{name}, {line.row}"}
        for who, line in locked.new
    ]
    insert = sa.insert(Entry).returning(Entry.public_id, Entry.id)  # told apart so, SQLite takes many at once, too
    ids = {row.public_id: row.id for row in db.session.execute(insert, rows)} if rows else {}
    nothing: dict[str, Any] = {}
    said = [{"block": block, "member": who, **told(who, line.said.values)} for who, line in locked.new]
    changes = [(ids[row["public_id"]], nothing, after) for row, after in zip(rows, said, strict=True)]
    audit.leave_all(now, actor_id, "enter", Entry, changes, reason=name)
    titles: dict[int, list[str]] = defaultdict(list)
    for who, line in locked.new:
        titles[who].append(line.said.title)
    notices.entered(titles, now)
    return len(rows)

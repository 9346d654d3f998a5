"""Grades of years before from a spreadsheet: looked at, then all of it or nothing, and taken back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

import sqlalchemy as sa

from activities.audit import service as audit
from activities.kit.clock import local_day
from activities.kit.db import db, lock, run, transactional, unless_there
from activities.past import notices, queries, rules
from activities.past.models import PastGrade, PastImport
from activities.past.rules import Line, Table
from activities.people import sheet, uploads
from activities.people.models import RosterUpload
from activities.people.roster import NotAsPreviewed
from activities.people.service import acting
from activities.people.tables import Problem

PURPOSE = "past grades"


@dataclass(frozen=True)
class Plan:
    """What an import would do: lines that are new, each with its person and unit; how many are there already; what is
    wrong; and which column of the file is what."""

    new: Sequence[tuple[int, int, Line]]
    there: int
    problems: Sequence[Problem]
    headings: Mapping[str, str]

    @property
    def fingerprint(self) -> str:
        return sha256(repr(self.new).encode()).hexdigest()


def keep(member_id: int, content: bytes, name: str, now: datetime) -> str:
    """Keep a file until it is imported. Return its public id. Raises the refusals of a file that cannot be read."""
    rules.find_table(sheet.read(content, name))
    return uploads.keep(member_id, PURPOSE, content, name, now)


def kept(member_id: int, public_id: str, now: datetime) -> RosterUpload:
    """Raises UploadGone."""
    return uploads.kept(member_id, PURPOSE, public_id, now)


def plan(actor_id: int, content: bytes, name: str, now: datetime) -> Plan:
    """What importing this file would do. A fixed number of statements."""
    return _plan(actor_id, rules.find_table(sheet.read(content, name)), now)


def _plan(actor_id: int, table: Table, now: datetime, *, locked: bool = False) -> Plan:
    lines, problems = rules.read_lines(table, local_day(now).year)
    people = queries.known(acting(actor_id), {line.number for line in lines}, locked=locked)
    new, there = [], 0
    for line in lines:
        person = people.get(line.number)
        wrong = rules.problem_with(table, line, person)
        if wrong or person is None:
            problems += [wrong] if wrong else []
        elif line.year in person.imported:
            there += 1
        else:
            new.append((person.member_id, person.unit_id, line))
    return Plan(new, there, sorted(problems, key=lambda problem: problem.row), table.headings)


def confirm(actor_id: int, upload_id: int, content: bytes, name: str, fingerprint: str, now: datetime) -> int:
    """Write what a plan with this fingerprint said. Return how many grades. Raises NotAsPreviewed where it would be
    something else by now, UploadGone where the upload was used meanwhile."""
    table = rules.find_table(sheet.read(content, name))
    written: int = _confirm(actor_id, upload_id, table, name, sha256(content).hexdigest(), fingerprint, now)
    return written


@transactional
def _confirm(
    actor_id: int, upload_id: int, table: Table, name: str, digest: str, fingerprint: str, now: datetime
) -> int:
    uploads.use_up(upload_id)
    shown = _plan(actor_id, table, now, locked=True)
    if shown.problems or not shown.new or shown.fingerprint != fingerprint:
        raise NotAsPreviewed
    batch = PastImport(imported_by_id=actor_id, name=name, digest=digest, created_at=now)
    with unless_there(NotAsPreviewed):
        db.session.add(batch)
        db.session.flush()
        run(
            sa.insert(PastGrade),
            [
                {"import_id": batch.id, "member_id": who, "unit_id": unit, "year": line.year, "grade": line.grade,
                 "row": line.row}
                for who, unit, line in shown.new
            ],
        )  # fmt: skip
    nothing: dict[str, Any] = {}
    _leave(now, actor_id, "import", [(one, nothing, _said(one)) for one in _grades(batch.id)], name)
    audit.leave(now, actor_id, "import", PastImport, batch.id, after={"file": name, "grades": len(shown.new)})
    notices.imported(_by_person([(who, line.year) for who, _unit, line in shown.new]), now)
    return len(shown.new)


@transactional
def take_back(actor_id: int, import_id: int, now: datetime) -> int:
    """Take all grades of an import back. Return how many. NotFound where some are of people whose review the actor does
    not hold."""
    batch = lock(PastImport, import_id)
    queries.batch_of(acting(actor_id), batch.public_id)
    grades, nothing = _grades(import_id), dict[str, Any]()
    _leave(now, actor_id, "take back", [(one, _said(one), nothing) for one in grades], batch.name)
    audit.leave(now, actor_id, "take back", PastImport, import_id, before={"file": batch.name, "grades": len(grades)})
    notices.taken_back(_by_person([(one.member_id, one.year) for one in grades]), now)
    run(sa.delete(PastGrade).where(PastGrade.import_id == import_id))
    run(sa.delete(PastImport).where(PastImport.id == import_id))
    db.session.expire_all()
    return len(grades)


def _grades(import_id: int) -> list[sa.Row[Any]]:
    columns = (PastGrade.id, PastGrade.member_id, PastGrade.year, PastGrade.grade)
    return list(db.session.execute(sa.select(*columns).where(PastGrade.import_id == import_id).order_by(PastGrade.id)))


def _said(one: Any) -> dict[str, Any]:
    return {"member": one.member_id, "year": one.year, "grade": one.grade}


def _leave(now: datetime, actor_id: int, verb: str, changes: Sequence[tuple[Any, Any, Any]], name: str) -> None:
    rows = [(one.id, before, after) for one, before, after in changes]
    audit.leave_all(now, actor_id, verb, PastGrade, rows, reason=name)


def _by_person(years: Sequence[tuple[int, int]]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = defaultdict(list)
    for who, year in years:
        found[who].append(year)
    return found

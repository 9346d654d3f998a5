"""(j) The annual review: the packets of a thousand members, and their points by another formula, which are reckoned of
ten thousand, too, beside the bare driver that executes and fetches the same statements. Scale is how many others there
are, with their records."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from statistics import median
from time import perf_counter
from typing import Any, TypeAlias

import sqlalchemy as sa
from flask import Flask

from activities.kit import clock
from activities.kit.db import db
from activities.kit.roles import Permission
from activities.packets import comparing, formulas, queries
from activities.packets.rules import SCALE, Counts, Formula, Term
from activities.packets.service import set_formula
from activities.people.queries import units_for
from activities.people.rules import Stages, Standings
from activities.people.service import acting
from activities.requirements.rules import Asked, Line
from activities.requirements.service import ask
from bench.data import LARGE, SMALL, School
from bench.results import Result

HOURS, VISITS = "hours:service", "times:elder_care"
FORMULA = Formula(
    60 * SCALE, 30 * SCALE, 10 * SCALE,
    (Term(Counts.DONE, HOURS, SCALE, 10 * SCALE), Term(Counts.MET, "", 5 * SCALE), Term(Counts.ABSENT, "", 2 * SCALE)),
)  # fmt: skip
OTHER = Formula(
    50 * SCALE, 40 * SCALE, 10 * SCALE,
    (Term(Counts.DONE, HOURS, 2 * SCALE), Term(Counts.DONE, VISITS, SCALE), Term(Counts.COMMENDED, "", SCALE)),
)  # fmt: skip
Sent: TypeAlias = list[tuple[str, Any]]


def packets(app: Flask, school: School, database: str, scale: int, runs: int) -> Iterator[Result]:
    """People a second, read in one go."""
    with app.app_context():
        people, now = _people(school, SMALL), clock.now()
        yield _result("packets.read", database, scale, runs, people, lambda: queries.packets(people, school.year, now))
        yield _recomputed("packets.recompute", school, database, scale, runs, people)
        if LARGE in school.secretaries:
            everybody = _people(school, LARGE)
            yield _recomputed("packets.recompute.10000", school, database, scale, runs, everybody)


def _recomputed(name: str, school: School, database: str, scale: int, runs: int, people: list[int]) -> Result:
    now = clock.now()
    return _result(name, database, scale, runs, people, lambda: comparing.compared(people, school.year, OTHER, now))


def _result(
    name: str, database: str, scale: int, runs: int, people: list[int], read: Callable[[], Any]
) -> Result:  # fmt: skip
    with _captured() as sent:
        read()
    ours, floor = [], []
    for _ in range(runs):
        floor.append(_bare(sent))
        db.session.expunge_all()
        began = perf_counter()
        read()
        ours.append(perf_counter() - began)
    rate, bare = len(people) / median(ours), len(people) / median(floor)
    return Result(name, database, scale, rate, "1/s", bare, len(sent))


def _people(school: School, members: int) -> list[int]:
    """All of a general branch, of whom something is asked, and whose points are reckoned by a formula."""
    secretary = school.secretaries[members]
    unit, now = units_for(acting(secretary), Permission.SET_REQUIREMENTS)[0], clock.now()
    if formulas.newest(unit.id, school.year) is None:
        end = date(school.year, 12, 31)
        asked = Asked((Line("hours", "service", 120, end), Line("times", "elder_care", 1, end)))
        db.session.commit()
        ask(secretary, unit.id, school.year, Stages(0), Standings(0), asked, "年初", now)
        set_formula(secretary, unit.id, school.year, 0, FORMULA, "年初", now)
    people = formulas.concerned(unit.path, school.year)
    if len(people) < members:
        raise RuntimeError(f"{len(people)} people instead of {members}")
    return people


def _bare(sent: Sent) -> float:
    """Seconds for the same statements and their rows, of which nothing is made."""
    connection = db.engine.raw_connection()
    try:
        cursor = connection.cursor()
        began = perf_counter()
        for statement, parameters in sent:
            cursor.execute(statement, parameters)
            cursor.fetchall()
        return perf_counter() - began
    finally:
        connection.close()


@contextmanager
def _captured() -> Iterator[Sent]:
    """The statements that the block sends, with their parameters."""
    sent: Sent = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA")):
            sent.append((statement, parameters))

    sa.event.listen(db.engine, "before_cursor_execute", note)
    yield sent
    sa.event.remove(db.engine, "before_cursor_execute", note)

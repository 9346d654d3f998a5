"""What a vote leaves anywhere: every row of every table, on PostgreSQL with the transaction that wrote it, every line
of the log, every answer. Votes can be undone completely, so that the same can be done again otherwise."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from flask import Flask

from activities.ballots.boxes import unseal
from activities.ballots.models import Ballot
from activities.kit.db import Base, db
from activities.people.models import Member
from tests.cast import logged_in, unrefused

# By table and id.
Rows = dict[tuple[str, int], dict[str, Any]]
NONCE = re.compile(r"nonce(=\"|-)[\w-]+")


class Lines(logging.Handler):
    """Every line, however little it matters, and what was handed over with it."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(f"{record.name} {record.getMessage()}")


@dataclass
class Traces:
    """What is there after some people have voted one after the other; `changed` is what their votes changed, by table,
    id and column, or that a row came or went."""

    rows: Rows
    changed: set[tuple[str, int, str]] = field(default_factory=set)
    lines: list[str] = field(default_factory=list)
    answers: list[tuple[Any, ...]] = field(default_factory=list)

    def tell_apart(self, other: Traces) -> list[str]:
        """In what they differ, as far as whoever looks can compare. What the key opens is compared under the seal."""
        found = [key for key in self.rows.keys() | other.rows.keys() if self.rows.get(key) != other.rows.get(key)]
        differing = [str(key) for key in sorted(found)]
        differing += ["the log"] if self.lines != other.lines else []
        return differing + (["the answers"] if self.answers != other.answers else [])


def everything(*, with_transactions: bool = False) -> Rows:
    found: Rows = {}
    is_postgresql = db.engine.dialect.name == "postgresql"
    for table in Base.metadata.sorted_tables:
        columns: list[Any] = [*table.columns]
        if with_transactions and is_postgresql:
            columns.append(sa.literal_column(f"{table.name}.xmin::text").label("xmin"))
        with db.engine.connect() as connection:
            for row in connection.execute(sa.select(*columns)).mappings():
                found[table.name, row["id"]] = dict(row)
    return found


def opened_up(rows: Rows) -> Rows:
    """The same with every box as only the key shows it."""
    found = {}
    for (table, row_id), row in rows.items():
        if table == "ballot_box":
            public_id = rows["ballot", row["ballot_id"]]["public_id"]
            row = {**row, "sealed": unseal(row["sealed"], public_id)}
        found[table, row_id] = row
    return found


def differences(before: Rows, after: Rows) -> set[tuple[str, int, str]]:
    found = {(*key, "came" if key in after else "went") for key in before.keys() ^ after.keys()}
    for key in before.keys() & after.keys():
        found |= {(*key, name) for name in before[key] if before[key][name] != after[key][name]}
    return found


def undo(rows: Rows) -> None:
    """Have exactly these rows again."""
    db.session.rollback()
    with unrefused() as connection:
        for table in reversed(Base.metadata.sorted_tables):
            connection.execute(table.delete())
        for table in Base.metadata.sorted_tables:
            some = [row for (name, _), row in rows.items() if name == table.name]
            if some:
                connection.execute(table.insert(), some)


def voted(app: Flask, ballot: Ballot, papers: Sequence[tuple[Member, Mapping[str, str]]]) -> Traces:
    """What is there once these people have sent these forms, one after the other."""
    handler, root, ours = Lines(), logging.getLogger(), logging.getLogger("activities")
    levels = root.level, ours.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    ours.setLevel(logging.DEBUG)
    with app.app_context():
        before = everything(with_transactions=True)
    answers = []
    try:
        for member, form in papers:
            client = logged_in(app, member)
            for answer in (
                client.submit(f"/ballots/{ballot.public_id}/vote", sure="y", **form),
                client.get(f"/ballots/{ballot.public_id}/vote"),
            ):
                said = [(name, NONCE.sub("", value)) for name, value in answer.headers]
                answers.append((answer.status_code, said, NONCE.sub("", answer.get_data(as_text=True))))
    finally:
        root.removeHandler(handler)
        root.setLevel(levels[0])
        ours.setLevel(levels[1])
    with app.app_context():
        after = everything(with_transactions=True)
        rows = opened_up(everything())
    return Traces(rows, differences(before, after), handler.lines, answers)

"""(h) Verifying the audit trail: a million entries, written once in bulk and sealed, beside bare SHA-256 over the same
bytes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import islice
from statistics import median
from time import perf_counter

import sqlalchemy as sa
from flask import Flask

from activities.audit import queries, rules, seals
from activities.audit.models import AuditEntry
from activities.kit import clock
from activities.kit.db import db
from activities.people.models import Member
from activities.signups.models import SignUp
from bench.bulk import settle
from bench.results import Result

MANY, FEW, PORTION = 1_000_000, 100_000, 50_000
SECOND = timedelta(seconds=1)


def trail(app: Flask, database: str, scale: int, runs: int, *, quick: bool) -> Iterator[Result]:
    """Entries a second: read, hashed and compared, beside only hashed; and how many the sealer takes on."""
    with app.app_context():
        wanted = FEW if quick else MANY
        now = clock.now()
        _write(wanted, now - 1000 * SECOND)
        began = perf_counter()
        sealed = seals.seal(now - 900 * SECOND)
        yield Result("audit.seal", database, scale, sealed / (perf_counter() - began), "1/s")
        settle(db.engine)
        rates, floors = [], []
        for _ in range(runs):
            work = seals.Verification(now)
            began = perf_counter()
            findings = list(work.findings())
            rates.append(work.chain.walked / (perf_counter() - began))
            if findings or work.chain.walked < wanted:
                raise RuntimeError(f"the trail is not whole: {work.chain.walked} entries, {findings[:3]}")
            floors.append(_bare(work.chain.walked))
        db.session.rollback()
    yield Result("audit.verify", database, scale, median(rates), "1/s", median(floors))


def _write(count: int, at: datetime) -> None:
    """Entries of sign-ups as their verbs leave them, so that there are so many: made inside the database."""
    newest = db.session.scalar(sa.select(sa.func.max(AuditEntry.id))) or 0
    missing = count - queries.count()
    actor = db.session.scalar(sa.select(sa.func.min(Member.id)))
    db.session.commit()
    numbers = sa.select(sa.literal(1).label("n")).cte("numbers", recursive=True)
    numbers = numbers.union_all(sa.select(numbers.c.n + 1).where(numbers.c.n < missing))
    told = {
        "at": at, "actor_id": actor, "verb": "accept", "subject": SignUp.__tablename__, "before": {"state": "offered"},
        "after": {"state": "seated"}, "reason": "",
    }  # fmt: skip
    columns = sa.inspect(AuditEntry).columns
    same = [sa.literal(value, columns[name].type).label(name) for name, value in told.items()]
    query = sa.select((newest + numbers.c.n).label("id"), numbers.c.n.label("subject_id"), *same)
    with db.engine.connect().execution_options(write=True) as connection, connection.begin():
        connection.execute(sa.insert(AuditEntry).from_select(["id", "subject_id", *told], query))


def _bare(count: int) -> float:
    """Entries a second where their bytes are in memory already, a portion at a time, and only are hashed."""
    took, before, links = 0.0, rules.START.hash, queries.links(0)
    while texts := [f"{rules.stamp(row[2])}{rules.text(*row[3:])}".encode() for row in islice(links, PORTION)]:
        began = perf_counter()
        for text in texts:
            before = sha256(before + text).digest()
        took += perf_counter() - began
    if before != queries.head().hash:
        raise RuntimeError("the floor has come to another head")
    return count / took

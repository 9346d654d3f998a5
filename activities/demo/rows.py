"""Write many rows quickly: Core inserts in chunks, ids given by the database."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, Protocol, cast

import sqlalchemy as sa

from activities.kit.db import Base, db

CHUNK = 1000
Row = dict[str, Any]
Tick = Callable[[int], None]


def nothing(_rows: int) -> None:
    """For rows that no bar tells of."""


class HasId(Protocol):
    id: int


def write(model: type[Base], rows: Iterable[Row], tick: Tick) -> None:
    """Insert rows, all with the same columns."""
    rows = list(rows)
    for start in range(0, len(rows), CHUNK):
        chunk = rows[start : start + CHUNK]
        db.session.execute(sa.insert(_table(model)), chunk)
        tick(len(chunk))


def write_with_ids(
    model: type[Base], keys: tuple[str, ...], things: Iterable[HasId], rows: Iterable[Row], tick: Tick
) -> None:
    """Insert a row for each thing and tell the thing its id. The columns `keys` tell the rows of the table apart: to
    read the ids back is quicker than to have each row return its own."""
    rows, table = list(rows), _table(model)
    write(model, rows, tick)
    found = db.session.execute(sa.select(table.c.id, *(table.c[key] for key in keys)))
    ids = {tuple(key): row_id for row_id, *key in found}
    for thing, row in zip(things, rows, strict=True):
        thing.id = ids[tuple(row[key] for key in keys)]


def entry(
    at: datetime, actor_id: int | None, verb: str, subject: type[Base], subject_id: int,
    before: Row | None = None, after: Row | None = None, reason: str = "",
) -> Row:  # fmt: skip
    """An entry of the trail, as the verb would have left it. `before` and `after` hold what JSON does."""
    return {
        "at": at, "actor_id": actor_id, "verb": verb, "subject": subject.__tablename__, "subject_id": subject_id,
        "before": before or {}, "after": after or {}, "reason": reason,
    }  # fmt: skip


def write_one(model: type[Base], **values: Any) -> int:
    """Insert one row, its values by column; return its id."""
    table = _table(model)
    return int(db.session.execute(sa.insert(table).values(values).returning(table.c.id)).scalar_one())


def _table(model: type[Base]) -> sa.Table:
    """The table itself: a Core insert skips the bookkeeping of objects."""
    return cast("sa.Table", model.__table__)

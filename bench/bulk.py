"""Rows by the hundred thousand, through the models' own columns and types."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

import sqlalchemy as sa

from activities.kit.db import Base


def fill(connection: sa.Connection, model: type[Base], rows: Iterable[Mapping[str, Any]]) -> None:
    """Insert rows that all name the same columns: COPY on PostgreSQL, one prepared statement on SQLite. Columns that
    they do not name take the model's default."""
    rows = iter(rows)
    first = next(rows, None)
    if first is None:
        return
    mapped = sa.inspect(model).columns
    defaults = {name: c.default for name, c in mapped.items() if c.default and name not in first}
    columns = [mapped[name] for name in (*first, *defaults)]
    values = _stored(chain([first], rows), columns, list(defaults.values()), connection.dialect)
    into = f"{model.__tablename__} ({', '.join(column.name for column in columns)})"
    cursor: Any = connection.connection.cursor()
    if connection.dialect.name == "sqlite":
        cursor.executemany(f"INSERT INTO {into} VALUES ({', '.join('?' * len(columns))})", values)
    else:
        with cursor.copy(f"COPY {into} FROM STDIN") as copy:
            for row in values:
                copy.write_row(row)


def settle(engine: sa.Engine) -> None:
    """Bring the database to where days of normal work would: PostgreSQL's numbers go on after the highest id, its
    planner has statistics and its log is written out. SQLite gets nothing that the product does not give it."""
    if engine.dialect.name == "sqlite":
        return
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for table in Base.metadata.sorted_tables:
            connection.execute(
                sa.text(f"SELECT setval(pg_get_serial_sequence('{table.name}', 'id'), max(id)) FROM {table.name}")
            )
        connection.execute(sa.text("VACUUM ANALYZE"))
        connection.execute(sa.text("CHECKPOINT"))


def _stored(
    rows: Iterable[Mapping[str, Any]], columns: Sequence[sa.Column[Any]], defaults: Sequence[Any], dialect: sa.Dialect
) -> Iterator[tuple[Any, ...]]:
    """The values as the driver takes them."""
    stores = [column.type.dialect_impl(dialect).bind_processor(dialect) or _as_it_is for column in columns]
    for row in rows:
        made = (default.arg(None) if default.is_callable else default.arg for default in defaults)
        yield tuple([store(value) for store, value in zip(stores, chain(row.values(), made), strict=True)])


def _as_it_is(value: Any) -> Any:
    return value

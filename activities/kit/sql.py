"""What is said in SQL in the words of each database."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm
from sqlalchemy.ext.compiler import compiles

from activities.kit.columns import UtcDateTime


class RowsAsJson(sa.FunctionElement[Any]):
    """The rows of these columns as one list of lists: what a subquery of several rows and columns gives to one row."""

    type = sa.JSON()
    inherit_cache = True
    name = "rows_as_json"


@compiles(RowsAsJson, "sqlite")
def _on_sqlite(element: RowsAsJson, compiler: Any, **how: Any) -> str:
    return f"json_group_array(json_array({compiler.process(element.clauses, **how)}))"


@compiles(RowsAsJson, "postgresql")
def _on_postgresql(element: RowsAsJson, compiler: Any, **how: Any) -> str:
    return f"json_agg(json_build_array({compiler.process(element.clauses, **how)}))"


class Latest(sa.FunctionElement[datetime]):
    """The latest of several moments: PostgreSQL's `greatest`, which SQLite calls `max`."""

    type = UtcDateTime()
    inherit_cache = True
    name = "latest"


@compiles(Latest, "postgresql")
def _latest_on_postgresql(element: Latest, compiler: Any, **how: Any) -> str:
    return f"greatest({compiler.process(element.clauses, **how)})"


@compiles(Latest, "sqlite")
def _latest_on_sqlite(element: Latest, compiler: Any, **how: Any) -> str:
    return f"max({compiler.process(element.clauses, **how)})"


class Among(sa.FunctionElement[bool]):
    """Whether a column is one of many ids, however many there are: they go as one parameter, `ids` unless they are
    given here."""

    type = sa.Boolean()
    inherit_cache = True
    name = "among"

    def __init__(
        self, column: sa.ColumnElement[Any] | orm.InstrumentedAttribute[Any], ids: Collection[int] | None = None
    ) -> None:
        given = sa.bindparam("ids", type_=sa.JSON())
        super().__init__(column, given if ids is None else sa.literal(sorted(ids), sa.JSON()))

    def self_group(self, against: object = None) -> Any:
        """It stands as it is: compared with 1, as booleans are on SQLite, it would find no index."""
        return self


@compiles(Among, "sqlite")
def _among_on_sqlite(element: Among, compiler: Any, **how: Any) -> str:
    column, ids = (compiler.process(clause, **how) for clause in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({ids}))"  # noqa: S608 - the ids are a parameter


@compiles(Among, "postgresql")
def _among_on_postgresql(element: Among, compiler: Any, **how: Any) -> str:
    column, ids = (compiler.process(clause, **how) for clause in element.clauses)
    return f"{column} IN (SELECT CAST(value AS INTEGER) FROM json_array_elements_text({ids}))"  # noqa: S608

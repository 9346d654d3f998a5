"""Alembic's entrance: online only, on the application's own engine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from alembic import context
from flask import current_app
from sqlalchemy.engine import Connection
from sqlalchemy.types import TypeDecorator


def render_item(kind: str, item: Any, _: Any) -> str | bool:
    """Write our own column types as the plain ones they are stored as, so that old migrations need no code of ours."""
    if kind == "type" and isinstance(item, TypeDecorator) and type(item).__module__.startswith("activities."):
        return f"sa.{item.impl!r}"
    return False


def drop_empty(migration_context: Any, revision: Any, directives: list[Any]) -> None:
    """Do not write a migration that changes nothing."""
    script = directives[0]
    if getattr(context.config.cmd_opts, "autogenerate", False) and script.upgrade_ops.is_empty():
        directives[:] = []


@contextmanager
def keys_checked_at_the_end(connection: Connection) -> Iterator[None]:
    """SQLite changes a table by building it anew and dropping the old one, which no table that refers to it would
    survive while keys are checked. To be entered before the transaction begins: within one the switch does nothing."""
    if connection.dialect.name != "sqlite":
        yield
        return
    driver: Any = connection.connection.driver_connection
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        connection.rollback()  # what is done is committed; the check of the keys has begun a transaction again
        driver.execute("PRAGMA foreign_keys=ON")


def check_keys(connection: Connection) -> None:
    """Refuse what would leave a row that refers to nothing."""
    if connection.dialect.name == "sqlite":
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
        if broken:
            raise RuntimeError(
                f"the migration leaves {len(broken)} rows that refer to nothing, first in {broken[0][0]}"
            )


migrate = current_app.extensions["migrate"]
options = {**migrate.configure_args, "render_item": render_item}
options["process_revision_directives"] = options.get("process_revision_directives") or drop_empty
with (
    migrate.db.engine.connect().execution_options(write=True) as connection,
    keys_checked_at_the_end(connection),
):
    context.configure(connection=connection, target_metadata=migrate.db.metadatas[None], **options)
    with context.begin_transaction():
        context.run_migrations()
        check_keys(connection)

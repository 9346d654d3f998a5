"""Alembic's entrance: online only, on the application's own engine."""

from __future__ import annotations

from typing import Any

from alembic import context
from flask import current_app
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


migrate = current_app.extensions["migrate"]
options = {**migrate.configure_args, "render_item": render_item}
options["process_revision_directives"] = options.get("process_revision_directives") or drop_empty
with migrate.db.engine.connect().execution_options(write=True) as connection:
    context.configure(connection=connection, target_metadata=migrate.db.metadatas[None], **options)
    with context.begin_transaction():
        context.run_migrations()

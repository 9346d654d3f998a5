"""Whether the database is there, and brought up to the newest migration."""

from __future__ import annotations

from enum import Enum
from functools import cache

import sqlalchemy as sa
from alembic.script import ScriptDirectory
from sqlalchemy.exc import DBAPIError

from activities.config import DATA
from activities.kit.db import db


class Schema(Enum):
    """What was found, each with the sentence that says so."""

    CURRENT = ""
    NOT_MIGRATED = "The database is not at the newest migration: run `activities db upgrade`."
    UNREACHABLE = "The database cannot be reached."


@cache
def head() -> str:
    """The newest migration."""
    return str(ScriptDirectory(str(DATA / "migrations")).get_current_head())


def look() -> Schema:
    """Look at the database: one statement."""
    try:
        found = db.session.scalars(sa.text("SELECT version_num FROM alembic_version")).all()
    except DBAPIError as error:
        db.session.rollback()
        return Schema.NOT_MIGRATED if _has_no_table(error) else Schema.UNREACHABLE
    return Schema.CURRENT if found == [head()] else Schema.NOT_MIGRATED


def _has_no_table(error: DBAPIError) -> bool:
    return getattr(error.orig, "sqlstate", None) == "42P01" or "no such table" in str(error.orig)

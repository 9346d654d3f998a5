"""Migrations: they build what the models say, and can be taken back."""

from __future__ import annotations

import flask_migrate
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from activities.kit.db import Base, db
from tests.cast import forget_cast


def tables() -> set[str]:
    return set(sa.inspect(db.engine).get_table_names()) - {"alembic_version"}


def test_the_migrations_build_exactly_the_tables_of_the_models(ctx):
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_the_migrations_go_down_to_nothing_and_up_again(ctx):
    built = tables()
    flask_migrate.downgrade(revision="base")
    assert tables() == set()
    flask_migrate.upgrade()
    assert tables() == built == set(Base.metadata.tables)
    forget_cast()


def test_after_migrating_foreign_keys_are_asked_on_the_same_connection(ctx, database):
    flask_migrate.downgrade()
    flask_migrate.upgrade()
    if database == "sqlite":
        with db.engine.connect() as connection:
            assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1

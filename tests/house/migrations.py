"""`python -m tests.house.migrations`: the migrations build exactly the models' tables. Run by `make lint`."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import flask_migrate
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from activities.app import create_app
from activities.config import Settings
from activities.kit.db import Base, db


def differences(database_url: str, folder: Path) -> list[object]:
    """What the newest migration and the models disagree on."""
    app = create_app(Settings(data=folder, database_url=database_url, secret_key="only-for-this-check"))
    with app.app_context():
        flask_migrate.upgrade()
        with db.engine.connect() as connection:
            found = compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), Base.metadata)
        db.engine.dispose()
    return list(found)


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        found = differences(f"sqlite:///{folder}/check.db", Path(folder))
    for difference in found:
        print(difference)  # noqa: T201 - this is a command
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

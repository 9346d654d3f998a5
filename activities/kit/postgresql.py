"""PostgreSQL as we run it: every round trip counts, because each costs more than what it asks."""

from __future__ import annotations

from time import monotonic
from typing import Any

import sqlalchemy as sa
from sqlalchemy.pool import ConnectionPoolEntry

RESTED = 1.0  # seconds after which a connection may have been closed from the other side


def prepare(engine: sa.Engine) -> None:
    """Before a connection that has rested is used, ask whether it still stands; in a rush none of them rests."""

    def used(_: Any, entry: ConnectionPoolEntry) -> None:
        entry.info["used_at"] = monotonic()

    def check(connection: Any, entry: ConnectionPoolEntry, _: Any) -> None:
        if monotonic() - entry.info.get("used_at", monotonic()) < RESTED:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise sa.exc.InvalidatePoolError from error  # the others that rested with it are no better

    sa.event.listen(engine, "checkin", used)
    sa.event.listen(engine, "checkout", check)


def reader(engine: sa.Engine) -> sa.Engine:
    """The same connections, each statement a transaction of its own: one around several reads would cost two more round
    trips and, unless it is serializable, promise nothing."""
    return engine.execution_options(isolation_level="AUTOCOMMIT")

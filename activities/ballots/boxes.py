"""The box under its seal: opened and closed in here, and nowhere else."""

from __future__ import annotations

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.exc import DBAPIError

from activities.ballots.models import BallotBox
from activities.kit import sealing
from activities.kit.db import db, reader

PURPOSE = "ballots.box"


def seal(content: bytes, public_id: str) -> bytes:
    """Each ballot has a key of its own, so that no box can be put in another's place."""
    return sealing.seal_bytes(content, _secret(), f"{PURPOSE}.{public_id}")


def unseal(sealed: bytes, public_id: str) -> bytes:
    """Raises SealedOtherwise."""
    return sealing.unseal_bytes(sealed, _secret(), f"{PURPOSE}.{public_id}")


def box_of(ballot_id: int) -> BallotBox:
    """The box of an open ballot as it is now; whoever asks holds the ballot's lock."""
    query = sa.select(BallotBox).where(BallotBox.ballot_id == ballot_id)
    return db.session.execute(query, execution_options={"populate_existing": True}).scalar_one()


def wipe() -> bool:
    """Let nothing of boxes that are gone stay on the disk, where a database keeps what was written over for a while:
    with the key, the states of a box one after the other tell each vote. Outside a transaction. Return whether it could
    be done now; nobody is let wait long for it."""
    db.session.commit()  # a read that goes on would keep what it may still want to see
    return _wipe_sqlite() if db.engine.dialect.name == "sqlite" else _wipe_postgresql()


def _wipe_sqlite() -> bool:
    """What is deleted is written over at once (`secure_delete`); what is left is the log."""
    with reader(db.engine).connect() as connection:
        patience = connection.exec_driver_sql("PRAGMA busy_timeout").scalar_one()
        connection.exec_driver_sql("PRAGMA busy_timeout=200")
        busy, *_ = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()
        connection.exec_driver_sql(f"PRAGMA busy_timeout={patience}")
    return not busy


def _wipe_postgresql() -> bool:
    """The table is written anew, without its dead rows."""
    engine = db.engine.execution_options(isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql("SET lock_timeout = '1s'")
            try:
                connection.exec_driver_sql(f"VACUUM (FULL) {BallotBox.__tablename__}")
            finally:
                connection.exec_driver_sql("RESET lock_timeout")
    except DBAPIError:
        return False
    return True


def _secret() -> str:
    return str(current_app.config["SETTINGS"].secret_key)

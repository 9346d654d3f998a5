"""The box under its seal: opened and closed in here, and nowhere else."""

from __future__ import annotations

import sqlalchemy as sa
from flask import current_app

from activities.ballots.models import BallotBox
from activities.kit import sealing
from activities.kit.db import db

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


def _secret() -> str:
    return str(current_app.config["SETTINGS"].secret_key)

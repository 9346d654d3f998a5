"""Reads of the norms."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from activities.kit import clock
from activities.kit.db import db
from activities.norms.models import NormsVersion
from activities.norms.rules import Norms, read

LATEST = 20


def in_force() -> tuple[Norms, int]:
    """The norms that hold, and which version they are; 0: nobody has set any."""
    newest = db.session.scalars(sa.select(NormsVersion).order_by(NormsVersion.id.desc()).limit(1)).one_or_none()
    return (newest.norms, newest.id) if newest else (read(None, clock.zone()), 0)


def versions() -> list[tuple[Norms, datetime]]:
    """All norms that were ever set and when, the newest first."""
    query = sa.select(NormsVersion.norms, NormsVersion.set_at).order_by(NormsVersion.id.desc())
    return [(norms, set_at) for norms, set_at in db.session.execute(query)]


def history() -> list[NormsVersion]:
    """The latest versions with who set them, the newest first."""
    query = sa.select(NormsVersion).options(joinedload(NormsVersion.set_by, innerjoin=True))
    return list(db.session.scalars(query.order_by(NormsVersion.id.desc()).limit(LATEST)))

"""What the demo told people while it was loaded has been told: nothing of it is mailed once it runs, and what is old
has been read. What people do in the running demo is told and mailed as always."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from activities.kit.db import db, transaction
from activities.outbox.jobs import JOBS
from activities.outbox.models import Notice

READ_WITHIN = timedelta(days=6)
NO_SYNC = {"synchronize_session": False}


def play(now: datetime) -> None:
    """With what the worker would have done by now: it would tell of it as soon as it runs."""
    for job in JOBS:
        job.verb(now)
    with transaction():
        told = sa.update(Notice).where(Notice.planned_at.is_(None)).values(planned_at=Notice.created_at)
        old = sa.update(Notice).where(Notice.read_at.is_(None), Notice.created_at < now - READ_WITHIN)
        for change in (told, old.values(read_at=Notice.created_at)):
            db.session.execute(change, execution_options=NO_SYNC)

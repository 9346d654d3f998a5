"""The trail is verified once a day, and its head goes to the administrators of the school, so that a copy is outside:
who changed the trail and rebuilt the chain after it would have to change their letters, too."""

from __future__ import annotations

from datetime import datetime

from activities.audit import queries as trail
from activities.audit import seals
from activities.kit.clock import local_day
from activities.kit.db import transactional
from activities.outbox.jobs import every
from activities.rights import notices, queries


@every(3600, "verify the trail")
def verify_daily(now: datetime) -> None:
    """Unless it was done today already."""
    last = trail.checks(1)
    if last and local_day(last[0].at) >= local_day(now):
        return
    done = seals.check(now)
    _tell(f"{done.position}:{done.head}", done.walked, done.findings, now)


@transactional
def _tell(head: str, walked: int, findings: int, now: datetime) -> None:
    notices.checked(queries.school_administrators(), local_day(now), head, walked, findings, now)

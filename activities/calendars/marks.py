"""What a process remembers of private feeds between two writes: who asked last, and since when an edition is there.

Programs ask every hour or oftener. So that asking costs the database no write, it is written for all feeds together, at
most every few minutes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock

from activities.calendars.rules_feeds import Client

INTERVAL = timedelta(minutes=5)
SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class Mark:
    """When a program of a kind asked for a feed, and which edition it was shown."""

    at: datetime
    by: Client
    edition: str
    since: datetime


@dataclass
class Marks:
    """By the feeds' digests. Threads may share it."""

    _marks: dict[str, Mark] = field(default_factory=dict)
    _written_at: datetime | None = None
    _lock: Lock = field(default_factory=Lock)

    def note(self, digest: str, at: datetime, by: Client, edition: str, written: tuple[str, datetime | None]) -> Mark:
        """A fetch. `written` is the edition that the database knows of, and since when: another one is there from now
        on, a second later at least, because that is how finely HTTP tells times apart."""
        with self._lock:
            mark = self._marks.get(digest)
            known, since = (mark.edition, mark.since) if mark else written
            if known != edition or since is None:
                since = at if since is None else max(at, since + SECOND)
            self._marks[digest] = Mark(at, by, edition, since)
            return self._marks[digest]

    def of(self, digest: str) -> Mark | None:
        return self._marks.get(digest)

    def due(self, now: datetime) -> dict[str, Mark]:
        """What is to be written now: mostly nothing. It is remembered until it is `written`."""
        with self._lock:
            if self._written_at is None or now < self._written_at:
                self._written_at = now
            if now - self._written_at < INTERVAL:
                return {}
            self._written_at = now
            return dict(self._marks)

    def written(self, marks: dict[str, Mark]) -> None:
        """Forget what is in the database, but for what was noted since."""
        with self._lock:
            for digest, mark in marks.items():
                if self._marks.get(digest) is mark:
                    del self._marks[digest]

"""Programs that people really have, each asked what it reads at an address.

Every module has `HOW` (how to get the program), `is_here()` and `read(address)`; what it says is compared as a set of
entries.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import NamedTuple
from urllib.request import build_opener


class Entry(NamedTuple):
    """What every calendar shows of a duty, in UTC."""

    uid: str
    starts_at: datetime
    ends_at: datetime
    summary: str


def fetch(address: str) -> bytes:
    """The octets at an address of this machine, as they were sent."""
    with build_opener().open(address, timeout=60) as answer:
        content: bytes = answer.read()
    return content


def in_utc(moment: datetime | date) -> datetime:
    """A moment that a library read; one without a zone would be another in every country."""
    assert isinstance(moment, datetime), f"{moment!r} is a whole day"
    assert moment.tzinfo, f"{moment!r} has no zone"
    return moment.astimezone(UTC)

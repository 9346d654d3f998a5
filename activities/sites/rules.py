"""What a partner asks of visits, decided on plain values."""

from __future__ import annotations

MOST_DAYS = 30
MOST_PEOPLE = 10_000

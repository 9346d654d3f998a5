"""What an address or a button asks for, read leniently: what cannot be read is as if it were not there."""

from __future__ import annotations

from datetime import date, datetime

MOST_PAGES = 10_000


def read_page(text: str | None) -> int:
    """A page number, from 1; what is none is the first page."""
    return max(1, min(int(text[:6]), MOST_PAGES)) if text and text.isascii() and text.isdigit() else 1


def read_number(text: str | None) -> int:
    """A small whole number; what is none is 0."""
    return int(text) if text and len(text) <= 9 and text.isascii() and text.isdigit() else 0


def read_day(text: str | None) -> date | None:
    """An ISO day, where it is one of a sensible year."""
    try:
        day = date.fromisoformat(text or "")
    except ValueError:
        return None
    return day if 2000 <= day.year <= 2100 else None


def read_moment(text: str | None) -> datetime | None:
    """An ISO moment with its zone, where it is one of a sensible year."""
    try:
        moment = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return moment if moment.tzinfo and 2000 <= moment.year <= 2100 else None

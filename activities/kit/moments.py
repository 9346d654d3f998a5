"""Wall clocks and moments, on plain values: what rules may use, and `kit.clock` with the school's own zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, tzinfo


def wall(day: date, clock: time, zone: tzinfo) -> datetime | None:
    """The aware UTC moment at which the wall clock first shows this; None where it skips that time."""
    shown = datetime.combine(day, clock, zone)
    moment = shown.astimezone(UTC)
    return moment if moment.astimezone(zone).replace(tzinfo=None) == shown.replace(tzinfo=None) else None

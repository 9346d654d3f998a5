"""The only place that reads the clock, and the only one that knows where the school is."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from flask import Flask, current_app


def now() -> datetime:
    """The present as aware UTC."""
    return datetime.now(UTC)


def zone() -> ZoneInfo:
    """The school's time zone."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # looked through once, not twice
    return ZoneInfo(app.config["SETTINGS"].time_zone)


def local(moment: datetime) -> datetime:
    """An aware moment as the school's wall clock shows it."""
    return moment.astimezone(zone())


def local_day(moment: datetime) -> date:
    return local(moment).date()


def at(day: date, clock: time) -> datetime:
    """The aware UTC moment at which the school's wall clock shows this day and time."""
    return datetime.combine(day, clock, zone()).astimezone(UTC)

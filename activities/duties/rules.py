"""Planning, decided on plain values."""

from __future__ import annotations

from enum import StrEnum


class SlotState(StrEnum):
    OPEN = "open"
    CANCELLED = "cancelled"

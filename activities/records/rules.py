"""What may be recorded, decided on plain values."""

from __future__ import annotations

from enum import StrEnum


class Attendance(StrEnum):
    PRESENT = "present"
    LATE = "late"
    EXCUSED = "excused"
    ABSENT = "absent"

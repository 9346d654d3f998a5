"""Grades. Pure, on plain values."""

from __future__ import annotations

from enum import StrEnum

from activities.kit.refusal import N_


class Grade(StrEnum):
    """Who is on probation takes part without one."""

    EXCELLENT = "excellent"
    GOOD = "good"
    FAIR = "fair"
    POOR = "poor"
    UNGRADED = "ungraded"


GRADE_NAMES = {
    Grade.EXCELLENT: N_("Excellent"),
    Grade.GOOD: N_("Qualified"),
    Grade.FAIR: N_("Basically qualified"),
    Grade.POOR: N_("Not qualified"),
    Grade.UNGRADED: N_("No grade"),
}

"""Everybody is told that a review is closed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from activities.cycles.models import Cycle
from activities.cycles.notices import mine
from activities.cycles.rules import GRADE_NAMES, Grade
from activities.kit.i18n import gettext as _
from activities.kit.refusal import N_
from activities.outbox import service as outbox
from activities.outbox.rules import Group
from activities.outbox.words import words


def _grade(params: Mapping[str, Any]) -> dict[str, str]:
    """The grade in the reader's language."""
    return {"what": _(GRADE_NAMES.get(params["grade"], GRADE_NAMES[Grade.UNGRADED]))}


words(
    "cycles.closed",
    N_("The annual review of %(year)s is closed: %(what)s"),
    N_("Your grade: %(what)s. Two people closed the review; nothing about it changes any more."),
    mine,
    Group.RECORDS,
    said=_grade,
)


def closed(grades: Mapping[int, Grade], cycle: Cycle, now: datetime) -> None:
    """Everyone, with their grade."""
    facts = {"cycle": cycle.public_id, "year": cycle.year}
    outbox.post_each(now, "cycles.closed", {who: {**facts, "grade": str(grade)} for who, grade in grades.items()})

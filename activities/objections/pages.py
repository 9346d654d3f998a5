"""What somebody's own page of a review shows of the notice of grades, put together."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from activities.cycles.models import Participant
from activities.cycles.rules import Standing, standing
from activities.kit.clock import local_day
from activities.objections import queries
from activities.objections.rules import VERDICT_NAMES
from activities.people.users import Viewer


def of_part(member: Viewer, part: Participant, now: datetime) -> dict[str, Any]:
    """Whether their grade stands on notice, and what they have objected to, with the answers: these stay to be read
    after the notice, and after the close. Two statements."""
    cycle = part.cycle
    stands = cycle.is_open and standing("notice", cycle.windows, local_day(now)) is Standing.OPEN
    return {
        "cycle": cycle.public_id, "stands": stands, "last": cycle.windows["notice"].last,
        "may_object": part.grade is not None and part.id not in queries.objected_to(member.id, cycle.id),
        "raised": queries.raised_by(member.id, cycle.id), "verdict_names": VERDICT_NAMES,
    }  # fmt: skip

"""What the page of a self-review shows, put together."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from activities.cycles import queries as cycles
from activities.cycles.models import Participant
from activities.cycles.rules import why_not_now
from activities.cycles.rules_refusals import NotOpen
from activities.essays import rules
from activities.essays.models import Essay
from activities.kit.clock import local_day


def of_essay(part: Participant, written: Essay | None, now: datetime) -> dict[str, Any]:
    """One's self-review: what is kept of it, how long it may be, and why it cannot be changed."""
    cycle = part.cycle
    why_not = why_not_now("essay", cycle.windows, local_day(now)) if cycle.is_open else NotOpen()
    return {
        "part": part, "cycle": cycle, "written": written, "why_not": why_not, "window": cycle.windows["essay"],
        "settings": cycles.settings_of(cycle.id), "count": rules.characters(written.text) if written else 0,
    }  # fmt: skip

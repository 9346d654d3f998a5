"""What is told to those whose grades of years before came from a file, or were taken back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from activities.cycles.notices import all_mine
from activities.kit.refusal import N_
from activities.outbox import service as outbox
from activities.outbox.rules import Group
from activities.outbox.words import words

words(
    "cycles.past_imported",
    N_("Your grades of years before are entered"),
    N_("They came from a file, of: %(years)s. Who holds the review of your unit has entered them."),
    all_mine,
    Group.RECORDS,
)
words(
    "cycles.past_taken_back",
    N_("Your grades of years before are taken back"),
    N_("They had come from a file, of: %(years)s."),
    all_mine,
    Group.RECORDS,
)


def imported(years: Mapping[int, Sequence[int]], now: datetime) -> None:
    """Each person once."""
    outbox.post_each(now, "cycles.past_imported", _params(years))


def taken_back(years: Mapping[int, Sequence[int]], now: datetime) -> None:
    outbox.post_each(now, "cycles.past_taken_back", _params(years))


def _params(years: Mapping[int, Sequence[int]]) -> dict[int, dict[str, Any]]:
    return {who: {"years": ", ".join(str(year) for year in sorted(some))} for who, some in years.items()}

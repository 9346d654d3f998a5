"""Who has passed a training is told, and until when it counts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from activities.kit.refusal import N_
from activities.outbox import service as outbox
from activities.outbox.words import words

words(
    "trainings.passed",
    N_("Training passed: %(what)s"),
    N_("Entered for %(day)s. It counts for ever."),
    lambda _: ("trainings.mine", {}),
)
words(
    "trainings.passed_until",
    N_("Training passed: %(what)s"),
    N_("Entered for %(day)s. It counts until %(last)s."),
    lambda _: ("trainings.mine", {}),
)


def passed(member_ids: Iterable[int], name: str, on: date, until: date | None, now: datetime) -> None:
    days = {"day": on.isoformat()} | ({"last": until.isoformat()} if until else {})
    outbox.post(now, member_ids, "trainings.passed_until" if until else "trainings.passed", what=name, **days)

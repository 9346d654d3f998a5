"""What people are told of hours that came from another system: each import once."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from activities.kit.refusal import N_
from activities.outbox import service as outbox
from activities.outbox.rules import Group
from activities.outbox.words import words

words(
    "transfers.imported",
    N_("Hours from another system stand in your records"),
    N_("%(minutes)s minutes were imported for you from “%(file)s”. They count once somebody has countersigned them."),
    lambda _: ("records.mine", {}),
    Group.RECORDS,
)


def imported(minutes: Counter[int], file: str, import_id: str, now: datetime) -> None:
    """`minutes` by person."""
    said = [(who, f"import {import_id}", {"minutes": many, "file": file}) for who, many in sorted(minutes.items())]
    outbox.post_once(now, "transfers.imported", said)

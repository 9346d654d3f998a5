"""What people are told about being forgotten."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from activities.kit.refusal import N_
from activities.outbox import service as outbox
from activities.outbox.rules import Group
from activities.outbox.words import words

words(
    "rights.asked",
    N_("%(name)s asks to be forgotten"),
    N_("Restrict the account: what need not be kept is deleted at once, the rest when its time is over."),
    lambda _: ("rights.requests", {}),
    Group.ORGANIZING,
)


def asked(administrator_ids: Iterable[int], name: str, now: datetime) -> None:
    outbox.post(now, administrator_ids, "rights.asked", name=name)

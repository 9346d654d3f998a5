"""What people are told about being forgotten."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

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

words(
    "rights.trail_whole",
    N_("The trail of changes is whole: %(count)s entries"),
    N_("Keep this letter: its head proves later that nothing was changed before it. %(head)s"),
    lambda _: ("rights.chain", {}),
    Group.ORGANIZING,
)
words(
    "rights.trail_broken",
    N_("The trail of changes is not whole"),
    N_("A verification found %(count)s places that should not be: “activities audit verify” says where. %(head)s"),
    lambda _: ("rights.chain", {}),
    Group.ORGANIZING,
)


def asked(administrator_ids: Iterable[int], name: str, now: datetime) -> None:
    outbox.post(now, administrator_ids, "rights.asked", name=name)


def checked(administrator_ids: Iterable[int], day: date, head: str, walked: int, findings: int, now: datetime) -> None:
    """Once a day, so that a copy of the head is outside."""
    topic, count = ("rights.trail_broken", findings) if findings else ("rights.trail_whole", walked)
    params = {"count": count, "head": head}
    outbox.post_once(now, topic, [(who, f"trail {day.isoformat()}", params) for who in administrator_ids])

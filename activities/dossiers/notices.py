"""Whoever something is entered for is told, and told again when it is corrected or taken back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from activities.kit.refusal import N_
from activities.outbox import service as outbox
from activities.outbox.rules import Group
from activities.outbox.words import Page, words

NAMED = 3


def _mine(_: Any) -> Page:
    return "dossiers.mine", {}


words(
    "dossiers.entered",
    N_("Entered in your record: %(what)s"),
    N_("Your record shows what was entered and by whom. If it is not right, tell an organizer or the secretary."),
    _mine,
    Group.RECORDS,
)
words(
    "dossiers.corrected",
    N_("Corrected in your record: %(what)s"),
    N_("Reason: %(reason)s. Your record shows what holds now."),
    _mine,
    Group.RECORDS,
)
words(
    "dossiers.withdrawn",
    N_("Taken back from your record: %(what)s"),
    N_("Reason: %(reason)s. It counts no more."),
    _mine,
    Group.RECORDS,
)


def entered(titles: Mapping[int, Sequence[str]], now: datetime) -> None:
    """`titles`: what was entered, by member; of much only the first is named."""
    said = {who: "·".join(own[:NAMED]) + (" …" if len(own) > NAMED else "") for who, own in titles.items()}
    outbox.post_each(now, "dossiers.entered", {who: {"what": what} for who, what in said.items()})


def corrected(member_id: int, what: str, reason: str, now: datetime) -> None:
    outbox.post(now, [member_id], "dossiers.corrected", what=what, reason=reason)


def withdrawn(member_id: int, what: str, reason: str, now: datetime) -> None:
    outbox.post(now, [member_id], "dossiers.withdrawn", what=what, reason=reason)

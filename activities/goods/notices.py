"""Who holds goods from now on is told, and who must sign a delivery. No notice names a recipient or a point."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from activities.kit.refusal import N_
from activities.outbox import service as outbox
from activities.outbox.rules import Group
from activities.outbox.words import Page, Params, words


def _summary(params: Params) -> Page:
    return "goods.summary", {"public_id": params["activity"]}


def _delivery(params: Params) -> Page:
    return "goods.delivery", {"public_id": params["delivery"]}


words(
    "goods.given",
    N_("You hold goods of %(what)s: %(label)s, %(quantity)s"),
    N_("%(by)s entered that they are in your hands. If that is not so, tell who runs the activity."),
    _summary,
    Group.DUTIES,
)
words(
    "goods.to_sign",
    N_("A delivery is to be signed: %(what)s"),
    N_("%(by)s recorded it and added the receipt. It needs the signature of somebody else."),
    _delivery,
    Group.ORGANIZING,
)
words(
    "goods.signed",
    N_("Your delivery is signed: %(what)s"),
    N_("%(by)s signed it. A correction would take the signature away."),
    _delivery,
    Group.ORGANIZING,
)


def given(member_id: int, now: datetime, **facts: Any) -> None:
    outbox.post(now, [member_id], "goods.given", **facts)


def to_sign(member_ids: Iterable[int], now: datetime, **facts: Any) -> None:
    outbox.post(now, member_ids, "goods.to_sign", **facts)


def signed(member_id: int, now: datetime, **facts: Any) -> None:
    outbox.post(now, [member_id], "goods.signed", **facts)

"""Who is told by what their points are reckoned. Of the points themselves nobody is told anything."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from activities.kit.refusal import N_
from activities.outbox import service as outbox
from activities.outbox.rules import Group
from activities.outbox.words import Page, words
from activities.packets.models import PointsFormula


def _mine(params: Mapping[str, Any]) -> Page:
    return "packets.mine", {"year": params["year"]}


words(
    "packets.formula",
    N_("How points are reckoned in %(year)s: version %(version)s"),
    N_(
        "%(unit)s has set it. Reason: %(reason)s\nYour page shows each point in words. Points advise; people give the"
        " grades."
    ),
    _mine,
    Group.RECORDS,
)


def formula(member_ids: Collection[int], one: PointsFormula, unit: str, now: datetime) -> None:
    outbox.post(
        now, member_ids, "packets.formula", year=one.year, version=one.version, unit=unit, reason=one.reason
    )  # fmt: skip

"""What is told to those for whom a review waits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from activities.cycles.models import Cycle
from activities.cycles.waits import WAITS, Wait
from activities.kit.db import run
from activities.kit.i18n import gettext as _
from activities.kit.refusal import N_
from activities.kit.sql import Among
from activities.outbox import service as outbox
from activities.outbox.models import Notice
from activities.outbox.rules import Group
from activities.outbox.words import Page, words


def _page(params: Mapping[str, Any]) -> Page:
    if of_its_own := WAITS[params["sort"]].view:
        return of_its_own, {}
    view = "overviews.show" if params["sort"] == "grade" else "cycles.my_part"
    return view, {"public_id": params["cycle"]}


def _missing(params: Mapping[str, Any]) -> Mapping[str, str]:
    sort = WAITS[params["sort"]]
    return {"what": _(sort.told)}


words(
    "cycles.waiting",
    N_("The annual review of %(year)s waits for you"),
    N_("%(what)s It can be done until the end of %(day)s."),
    _page,
    Group.OWED,
    said=_missing,
)


def remind(member_ids: Iterable[int], cycle: Cycle, sort: Wait, today: date, now: datetime) -> int:
    """Once a person and day. Return how many were told."""
    key, ids = f"waits {sort.key} {cycle.id} {today.isoformat()}", set(member_ids)
    told = sa.select(Notice.member_id).where(Among(Notice.member_id), Notice.key == key)
    fresh = sorted(ids - {row.member_id for row in run(told, {"ids": list(ids)})})
    params = {"cycle": cycle.public_id, "sort": sort.key, "year": cycle.year}
    params["day"] = cycle.windows[sort.step].last.isoformat()
    outbox.post_once(now, "cycles.waiting", [(member_id, key, params) for member_id in fresh])
    return len(fresh)

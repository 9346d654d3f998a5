"""Put a notice into the outbox. Called inside the transaction of its cause; nothing is sent from a request."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from activities.kit.db import run
from activities.outbox.models import Notice

PUT = sa.insert(Notice)


def post(now: datetime, member_ids: Iterable[int], topic: str, **params: Any) -> None:
    """One notice for each member. `params` are plain JSON values, and never a secret."""
    post_each(now, topic, dict.fromkeys(member_ids, params))


def post_each(now: datetime, topic: str, params: Mapping[int, Mapping[str, Any]]) -> None:
    """One notice for each member, each with params of its own. One statement."""
    rows = [
        {"member_id": member_id, "topic": topic, "params": dict(own), "created_at": now, "due_at": now}
        for member_id, own in params.items()
    ]
    if rows:
        run(PUT, rows)

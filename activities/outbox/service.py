"""Put a notice into the outbox. Called inside the transaction of its cause; nothing is sent from a request."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from activities.kit.db import db
from activities.outbox.models import Notice


def post(now: datetime, member_ids: Iterable[int], topic: str, **params: Any) -> None:
    """One notice for each member. `params` are plain JSON values, and never a secret."""
    rows = [
        {"member_id": member_id, "topic": topic, "params": params, "created_at": now, "due_at": now}
        for member_id in member_ids
    ]
    if rows:
        db.session.execute(sa.insert(Notice), rows)

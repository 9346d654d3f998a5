"""Leave a trail. Called inside the transaction of the change it tells of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from enum import Enum
from typing import Any

import sqlalchemy as sa

from activities.audit.models import AuditEntry
from activities.kit.db import Base, run

APPEND = sa.insert(AuditEntry)


def leave(
    now: datetime,
    actor_id: int | None,
    verb: str,
    subject: type[Base],
    subject_id: int,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    reason: str = "",
) -> None:
    """Append one entry. `actor_id` is None where the system itself acted."""
    leave_all(now, actor_id, verb, subject, [(subject_id, before or {}, after or {})], reason=reason)


def leave_all(
    now: datetime,
    actor_id: int | None,
    verb: str,
    subject: type[Base],
    changes: Iterable[tuple[int, Mapping[str, Any], Mapping[str, Any]]],
    *,
    reason: str = "",
) -> None:
    """Append one entry for each change (row id, before, after) that one act made. One statement."""
    rows = [
        {
            "at": now, "actor_id": actor_id, "verb": verb, "subject": subject.__tablename__, "subject_id": subject_id,
            "before": plain(before), "after": plain(after), "reason": reason,
        }
        for subject_id, before, after in changes
    ]  # fmt: skip
    if rows:
        run(APPEND, rows)


def plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values as JSON can hold them."""
    return {name: _plain(value) for name, value in values.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value

"""Leave a trail. Called inside the transaction of the change it tells of."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from enum import Enum
from secrets import token_hex
from typing import Any, NamedTuple

import sqlalchemy as sa

from activities.audit import rules
from activities.audit.models import AuditEntry, AuditWord
from activities.kit.db import Base, run

APPEND = sa.insert(AuditEntry)
KEEP_WORDS = sa.insert(AuditWord)


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


class Private(NamedTuple):
    """A text about a person that the trail must be able to forget: it is stored beside the entry."""

    member_id: int
    text: str


def private(member_id: int, values: Mapping[str, Any], names: Collection[str]) -> dict[str, Any]:
    """Values of which these, where they are texts, are told so that they can be forgotten."""
    return {
        name: Private(member_id, str(value)) if name in names and value else value for name, value in values.items()
    }


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
    words: list[dict[str, Any]] = []
    rows = [
        {
            "at": now, "actor_id": actor_id, "verb": verb, "subject": subject.__tablename__, "subject_id": subject_id,
            "before": plain(before, words), "after": plain(after, words), "reason": reason,
        }
        for subject_id, before, after in changes
    ]  # fmt: skip
    if words:
        run(KEEP_WORDS, words)
    if rows:
        run(APPEND, rows)


def plain(values: Mapping[str, Any], words: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    """Values as JSON can hold them. What can be forgotten is put among `words`."""
    return {name: _plain(value, words) for name, value in values.items()}


def _plain(value: Any, words: list[dict[str, Any]] | None) -> Any:
    if isinstance(value, Private):
        assert words is not None  # who tells of a person keeps the words
        salt = token_hex(16)
        digest = rules.word_digest(salt, value.text)
        words.append({"digest": digest, "member_id": value.member_id, "salt": salt, "text": value.text})
        return {rules.WORD_KEY: digest}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value

"""Have the trail forget a person's words, without breaking its chain.

Words that stand beside the trail are deleted; the entries and the chain over them stay as they are. Entries from
before there were such words hold texts themselves: these are taken out, after the trail has told that they are and
what digest the rest has. So the place of such an entry cannot be recomputed any more, but it still stands in the
chain, and a verification counts it as erased, and never takes something else for it.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from datetime import datetime

import sqlalchemy as sa

from activities.audit import queries, rules
from activities.audit.models import AuditEntry, AuditWord
from activities.audit.service import leave
from activities.kit.db import db

PORTION = 500


def forget(member_id: int, subjects: Mapping[str, Collection[int]], actor_id: int | None, now: datetime) -> int:
    """Inside a transaction: delete the person's words, and take texts out of the entries about these rows, by table.
    Return how many entries lost something."""
    db.session.execute(sa.delete(AuditWord).where(AuditWord.member_id == member_id))
    return take_out(subjects, actor_id, now)


def take_out(subjects: Mapping[str, Collection[int]], actor_id: int | None, now: datetime) -> int:
    """Inside a transaction: take texts out of the entries about these rows, by table. Return how many lost some."""
    return sum(_take_out(entry, actor_id, now) for entry in _entries(subjects))


def _entries(subjects: Mapping[str, Collection[int]]) -> list[AuditEntry]:
    found: list[AuditEntry] = []
    for subject, row_ids in subjects.items():
        ids = sorted(row_ids)
        for start in range(0, len(ids), PORTION):
            query = sa.select(AuditEntry).where(
                AuditEntry.subject == subject, AuditEntry.subject_id.in_(ids[start : start + PORTION])
            )
            found += db.session.scalars(query.order_by(AuditEntry.id))
    return found


def _take_out(entry: AuditEntry, actor_id: int | None, now: datetime) -> bool:
    before, after = rules.without_words(entry.before), rules.without_words(entry.after)
    if (before, after, "") == (entry.before, entry.after, entry.reason):
        return False
    head = queries.raw(entry.id)[:6]
    left = rules.text(*(*head, json.dumps(before), json.dumps(after), ""))
    leave(now, actor_id, "erase", AuditEntry, entry.id, after={"left": rules.digest(left)})
    change = sa.update(AuditEntry).where(AuditEntry.id == entry.id).values(before=before, after=after, reason="")
    db.session.execute(change, execution_options={"synchronize_session": False})
    assert rules.text(*queries.raw(entry.id)) == left  # otherwise the trail would tell of another text than there is
    db.session.expire(entry)
    return True

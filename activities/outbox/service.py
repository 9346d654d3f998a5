"""Put a notice into the outbox. Called inside the transaction of its cause; nothing is sent from a request."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from activities.kit.db import db, run
from activities.outbox.models import Notice
from activities.outbox.words import WORDS

PUT = sa.insert(Notice)


def post(now: datetime, member_ids: Iterable[int], topic: str, **params: Any) -> None:
    """One notice for each member. `params` are plain JSON values, and never a secret."""
    post_each(now, topic, dict.fromkeys(member_ids, params))


def post_each(now: datetime, topic: str, params: Mapping[int, Mapping[str, Any]]) -> None:
    """One notice for each member, each with params of its own. One statement."""
    rows = [
        {
            "member_id": member_id, "topic": topic, "params": dict(own), "created_at": now,
            "read_at": now if is_for_mail_alone(topic) else None,
        }
        for member_id, own in params.items()
    ]  # fmt: skip
    if rows:
        run(PUT, rows)


def post_once(now: datetime, topic: str, notices: Iterable[tuple[int, str, Mapping[str, Any]]]) -> None:
    """Notices as (member, key, params): who has been told of a key already is not told again, whoever else tells at
    the same moment."""
    rows = [
        {"member_id": member_id, "topic": topic, "key": key, "params": dict(params), "created_at": now}
        for member_id, key, params in notices
    ]
    if rows:
        run(_put_once("member_id"), rows)


def post_to_group(now: datetime, hook_id: int, topic: str, key: str, **params: Any) -> None:
    """One notice for a chat group, once a key. Never with a person's name in it."""
    row = {"hook_id": hook_id, "topic": topic, "key": key, "params": params, "created_at": now, "read_at": now}
    run(_put_once("hook_id"), [row])


def _put_once(to: str) -> sa.Insert:
    """An insert that leaves out what is there already, in the words of the partial index that says so."""
    insert = sqlite.insert if db.engine.dialect.name == "sqlite" else postgresql.insert
    statement: sa.Insert = insert(Notice).on_conflict_do_nothing(
        index_elements=[to, "key"], index_where=sa.text("key IS NOT NULL")
    )
    return statement


def is_for_mail_alone(topic: str) -> bool:
    """Whether the inbox leaves it out."""
    return topic in WORDS and WORDS[topic].mail_only

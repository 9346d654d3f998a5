"""Entries of the trail with the words that stand beside them."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from activities.audit.models import AuditWord
from activities.kit.db import db


def spoken(said: dict[str, Any]) -> dict[str, Any]:
    """What an entry tells, each word in its place."""
    words = dict(db.session.execute(sa.select(AuditWord.digest, AuditWord.text)).all())
    return {name: words[value["word"]] if isinstance(value, dict) else value for name, value in said.items()}

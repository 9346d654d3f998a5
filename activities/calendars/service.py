"""A person's private calendar address: made on the first visit, replaced on demand."""

from __future__ import annotations

import secrets
from datetime import datetime

from activities.audit import service as audit
from activities.calendars import queries, tokens
from activities.calendars.models import Feed
from activities.kit.db import db, lock, transactional
from activities.people.models import Member


def feed_of(member_id: int, now: datetime) -> str:
    """The token of the person's feed. Writes only where there is none yet, or where its token can no longer be told."""
    return _present(member_id) or _first(member_id, now)


@transactional
def _first(member_id: int, now: datetime) -> str:
    lock(Member, member_id)
    return _present(member_id) or _replace(member_id, now)


@transactional
def rotate(member_id: int, now: datetime) -> str:
    """Revoke the person's address, which answers 410 from now on, and return the token of a new one."""
    lock(Member, member_id)
    return _replace(member_id, now)


def _present(member_id: int) -> str | None:
    """The token of the present feed; None as well once the secret key it was derived from has been replaced."""
    feed = queries.feed(member_id)
    token = tokens.derive(feed.nonce) if feed else ""
    return token if feed and tokens.digest(token) == feed.digest else None


def _replace(member_id: int, now: datetime) -> str:
    if old := queries.feed(member_id):
        old.revoked_at = now
        audit.leave(now, member_id, "revoke feed", Feed, old.id, after={"revoked_at": now})
    nonce = secrets.token_urlsafe(16)
    token = tokens.derive(nonce)
    feed = Feed(member_id=member_id, digest=tokens.digest(token), nonce=nonce, created_at=now)
    db.session.add(feed)
    db.session.flush()
    audit.leave(now, member_id, "make feed", Feed, feed.id)
    return token

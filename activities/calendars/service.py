"""A person's private calendar addresses: made, named, narrowed, replaced and stopped."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from activities.audit import service as audit
from activities.calendars import queries, tokens
from activities.calendars.marks import Mark
from activities.calendars.models import Feed
from activities.calendars.rules_feeds import MOST_FEEDS, Detail, Scope, TooManyFeeds
from activities.kit.columns import UtcDateTime
from activities.kit.db import db, lock, revise, transactional
from activities.kit.refusal import NotFound
from activities.people.models import Member


class Wanted(NamedTuple):
    """A feed to be made: of what, what its owner calls it, and how much it says. Whether its owner sees anything of
    what it is of is asked at every fetch."""

    scope: Scope
    subject: str = ""
    name: str = ""
    detail: Detail = Detail.FULL


@transactional
def make(member_id: int, wanted: Wanted, now: datetime) -> str:
    """Make a feed and return its public id. Raises TooManyFeeds."""
    lock(Member, member_id)
    if len(queries.feeds_of(member_id)) >= MOST_FEEDS:
        raise TooManyFeeds
    return _make(member_id, wanted, now).public_id


@transactional
def feed_of(member_id: int, now: datetime) -> str:
    """The token of the first feed of the person's duties, made where there is none, or where its token can no longer be
    told."""
    lock(Member, member_id)
    mine = [feed for feed in queries.feeds_of(member_id) if feed.scope is Scope.DUTIES]
    for feed in mine:
        if token := token_of(feed):
            return token
    for feed in mine:
        _revoke(feed, now)
    return tokens.derive(_make(member_id, Wanted(Scope.DUTIES), now).nonce)


@transactional
def change(member_id: int, feed_id: int, name: str, detail: Detail, now: datetime) -> None:
    """Name the feed, and set how much it says: then all of its entries change."""
    feed = _mine(member_id, feed_id)
    before, feed.name = {"name": feed.name}, name
    was, is_now = revise(feed, {"detail": detail}, now)
    if was or before["name"] != name:
        audit.leave(now, member_id, "change feed", Feed, feed.id, before=before | was, after={"name": name} | is_now)


@transactional
def rotate(member_id: int, feed_id: int, now: datetime) -> str:
    """Revoke the feed's address, which answers 410 from now on, and make one like it. Return its public id."""
    old = _mine(member_id, feed_id)
    _revoke(old, now)
    return _make(member_id, Wanted(old.scope, old.subject, old.name, old.detail), now).public_id


@transactional
def revoke(member_id: int, feed_id: int, now: datetime) -> None:
    """Stop the feed for good."""
    _revoke(_mine(member_id, feed_id), now)


@transactional
def keep_marks(marks: Mapping[str, Mark]) -> None:
    """Write when feeds were last asked for, by what kind of program, and since when their editions are there; what
    another process wrote later stays."""
    at = sa.bindparam("b_at", type_=UtcDateTime())
    is_later = sa.or_(Feed.fetched_at.is_(None), Feed.fetched_at < at)
    update = (
        sa.update(Feed)
        .where(Feed.digest == sa.bindparam("b_digest"), is_later)
        .values(
            fetched_at=at, fetched_by=sa.bindparam("b_by"), edition=sa.bindparam("b_edition"),
            edition_at=sa.bindparam("b_since"),
        )
    )  # fmt: skip
    rows = [
        {"b_digest": digest, "b_at": mark.at, "b_by": mark.by, "b_edition": mark.edition, "b_since": mark.since}
        for digest, mark in sorted(marks.items())
    ]
    db.session.connection().execute(update, rows)


def token_of(feed: Feed) -> str:
    """The feed's token; empty once the secret key it was derived from has been replaced."""
    token = tokens.derive(feed.nonce)
    return token if tokens.digest(token) == feed.digest else ""


def _mine(member_id: int, feed_id: int) -> Feed:
    """The person's feed, locked after the person. NotFound where it is revoked meanwhile."""
    lock(Member, member_id)
    feed = lock(Feed, feed_id)
    if feed.member_id != member_id or feed.revoked_at:
        raise NotFound
    return feed


def _revoke(feed: Feed, now: datetime) -> None:
    feed.revoked_at = now
    audit.leave(now, feed.member_id, "revoke feed", Feed, feed.id, after={"revoked_at": now})


def _make(member_id: int, wanted: Wanted, now: datetime) -> Feed:
    nonce = secrets.token_urlsafe(16)
    values: dict[str, Any] = wanted._asdict()
    feed = Feed(
        member_id=member_id, digest=tokens.digest(tokens.derive(nonce)), nonce=nonce, created_at=now, changed_at=now,
        **values,
    )  # fmt: skip
    db.session.add(feed)
    db.session.flush()
    audit.leave(now, member_id, "make feed", Feed, feed.id, after=values)
    return feed

"""Tokens: made once, replaced on demand, worthless without the secret key."""

from __future__ import annotations

import dataclasses
from threading import Thread

import pytest

from activities.audit.models import AuditEntry
from activities.calendars import feeds, tokens
from activities.calendars.models import Feed
from activities.calendars.service import feed_of, rotate
from activities.kit.db import db
from activities.kit.refusal import NotFound
from tests.cast import HOUR, NOW


def test_a_person_keeps_one_address(ctx, cast):
    assert feed_of(cast.lin.id, NOW) == feed_of(cast.lin.id, NOW + HOUR)
    assert feed_of(cast.lin.id, NOW) != feed_of(cast.wang.id, NOW)
    assert db.session.query(Feed).count() == 2


def test_rotating_revokes_the_old_address_and_leaves_a_trail(ctx, cast):
    old = feed_of(cast.lin.id, NOW)
    rotate(cast.lin.id, db.session.query(Feed).one().id, NOW + HOUR)
    new = feed_of(cast.lin.id, NOW)
    assert new != old
    with pytest.raises(feeds.Revoked):
        feeds.private(old, NOW)
    assert feeds.private(new, NOW).asked.member_id == cast.lin.id
    trail = db.session.query(AuditEntry).order_by(AuditEntry.id).all()
    assert [(entry.verb, entry.actor_id) for entry in trail] == [
        ("make feed", cast.lin.id), ("revoke feed", cast.lin.id), ("make feed", cast.lin.id)
    ]  # fmt: skip


def test_no_member_no_feed(ctx, cast):
    with pytest.raises(NotFound):
        feed_of(0, NOW)


def test_the_token_needs_the_secret_key(ctx, cast, monkeypatch):
    token = feed_of(cast.lin.id, NOW)
    other = dataclasses.replace(ctx.config["SETTINGS"], secret_key="another-secret-of-16")
    monkeypatch.setitem(ctx.config, "SETTINGS", other)
    (feed,) = db.session.query(Feed)
    assert tokens.derive(feed.nonce) != token
    replaced = feed_of(cast.lin.id, NOW + HOUR)
    assert feeds.private(replaced, NOW).asked.member_id == cast.lin.id
    with pytest.raises(feeds.Revoked):
        feeds.private(token, NOW)


def test_two_first_visits_at_once_make_one_address(app, cast):
    found: list[str] = []

    def visit() -> None:
        with app.app_context():
            found.append(feed_of(cast.lin.id, NOW))

    threads = [Thread(target=visit) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 6
    assert len(set(found)) == 1

"""The floor is a fair measure: it leaves in the database what we leave, and answers the bytes that we answer."""

from __future__ import annotations

import json
import os
import pickle
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from bench import floor, rush
from bench.capture import Request, ask, log_in
from bench.data import School
from bench.databases import filled
from bench.pages import PAGES, Page
from bench.stage import plain_address, rows


@pytest.fixture(scope="module")
def stage(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Flask, School, rush.Slots]]:
    if request.config.getoption("--database") == "sqlite":
        name, server = "sqlite", str(tmp_path_factory.mktemp("bench"))
    else:
        name, server = "postgresql", os.environ.get("TEST_DATABASE_URL") or request.getfixturevalue("postgres_server")
    with filled(name, server, 1) as (app, school):
        yield app, school, rush.Slots(app, school)


@pytest.fixture(scope="module")
def pages(stage: tuple[Flask, School, rush.Slots]) -> dict[str, Page]:
    app, school, _ = stage
    return {page.name: page for group in PAGES.values() for page in group(app, school)}


@pytest.fixture
def base(
    stage: tuple[Flask, School, rush.Slots], pages: dict[str, Page], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Flask]:
    app, school, slots = stage
    refused = rush.captured(app, log_in(app, list(school.rushers[:3])), slots)["refused"]
    script = floor.Script(plain_address(app), refused, {name: page.answer for name, page in pages.items()})
    (tmp_path / "script").write_bytes(pickle.dumps(script))
    monkeypatch.setenv("BENCH_SCRIPT", str(tmp_path / "script"))
    found = floor.create_app()
    yield found
    found.extensions["driver"].connection.close()


def left(app: Flask, slot: str) -> list[list[tuple[Any, ...]]]:
    """What the sign-ups for a slot left behind, but for ids and times."""
    of_slot, in_order = "FROM sign_up i JOIN slot s ON s.id = i.slot_id", "WHERE s.public_id = :slot ORDER BY i.ticket"
    people, counters, audit, notices = (
        rows(app, sql, slot=slot)
        for sql in (
            f"SELECT i.member_id, i.state, i.ticket, i.revision, i.seated_at IS NULL {of_slot} {in_order}",
            "SELECT taken, waiting, tickets, revision FROM slot s WHERE s.public_id = :slot",
            f"SELECT a.actor_id, a.verb, CAST(a.before AS text), CAST(a.after AS text), a.reason {of_slot}"
            f" JOIN audit_entry a ON a.subject = 'sign_up' AND a.subject_id = i.id {in_order}",
            f"SELECT n.member_id, n.topic, CAST(n.params AS text) {of_slot}"
            f" JOIN notice n ON n.member_id = i.member_id AND n.created_at = i.signed_up_at {in_order}",
        )
    )
    said = [(*notice[:-1], {**json.loads(notice[-1]), "slot": "", "when": ""}) for notice in notices]
    return [people, counters, audit, said]


def test_a_rush_leaves_the_same(stage: tuple[Flask, School, rush.Slots], base: Flask) -> None:
    app, school, slots = stage
    sessions = log_in(app, list(school.rushers[:3]))
    found = []
    for each in (app, base):
        slot = slots.fresh(1)
        first, second, _ = rush.requests(sessions, slot, {})
        *_, waits = rush.requests(sessions, slot, {"wait": "1"})
        found.append(([ask(each, request).status_code for request in (first, second, waits)], left(app, slot)))
    assert found[0] == found[1]
    codes, (people, _, audit, notices) = found[0]
    assert codes == [303, 409, 303]
    assert len(people) == len(audit) == len(notices) == 2


def test_a_forged_form_is_refused_by_both(stage: tuple[Flask, School, rush.Slots], base: Flask) -> None:
    app, school, slots = stage
    (cookie, token), *_ = log_in(app, [school.rushers[0]])
    forged = rush.requests([(cookie, token + "x")], slots.fresh(), {})[0]
    assert [ask(each, forged).status_code for each in (app, base)] == [400, 400]


def test_pages_are_replayed(pages: dict[str, Page], base: Flask) -> None:
    for name, page in pages.items():
        replay = ask(base, Request(f"/replay/{name}", page.answer.request.headers))
        assert (replay.status_code, replay.get_data()) == (page.answer.status, page.answer.body), name
        if "Cookie" in page.answer.request.headers:
            assert ask(base, Request(f"/replay/{name}")).status_code == 403, name


def test_a_feed_is_kept_or_not(pages: dict[str, Page]) -> None:
    for whose in ("person", "activity"):
        unchanged, kept, first = (pages[f"feed.{whose}.1000.{state}"].answer for state in ("304", "kept", "first"))
        assert (unchanged.status, unchanged.count, unchanged.body) == (304, 1, b"")
        assert (kept.status, kept.count, kept.body.count(b"BEGIN:VEVENT")) == (200, 1, 1000)
        assert (first.status, first.count, first.body) == (200, 2, kept.body)

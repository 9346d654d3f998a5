"""The draw's page and its data, and the command that recomputes it."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile

import pytest
import time_machine
from click.testing import CliRunner

from activities.cli import main
from activities.draws import queries, service
from activities.draws.models import Draw
from activities.duties.models import Slot
from activities.kit.db import db
from activities.people.models import Member
from tests.cast import HOUR, NOW, logged_in
from tests.draws.conftest import DRAWN, ask

ENGLISH = {"Accept-Language": "en"}


@pytest.fixture(autouse=True)
def at_noon():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def visitor(app, house):
    with app.app_context():
        member = db.session.get_one(Member, house.people[0])
    return logged_in(app, member)


@pytest.fixture
def facts(app, house) -> tuple[str, str, str]:
    """The draw's address, its seed and its hash."""
    with app.app_context():
        draw = queries.locked(house.draw)
        return f"/draws/{draw.public_id}", draw.seed, draw.seed_hash


def test_before_the_draw_the_page_shows_the_hash_and_never_the_seed(app, house, visitor, facts):
    address, seed, seed_hash = facts
    with time_machine.travel(NOW, tick=False):
        with app.app_context():
            ask(house, 1, 0)
            slot = db.session.get_one(Slot, house.first).public_id
        page = visitor.get(address, headers=ENGLISH).get_data(as_text=True)
        assert seed_hash in page
        assert "Your number is 2" in page
        pages = [page, visitor.get(f"{address}/data.json").get_data(as_text=True)]
        pages += [visitor.get(path).get_data(as_text=True) for path in (f"/slots/{slot}", "/slots", "/")]
        assert address in pages[2]
        assert not any(seed in text for text in pages)


def test_once_it_is_due_and_not_held_the_seed_stays_secret(app, house, visitor, facts):
    address, seed, _ = facts
    with time_machine.travel(DRAWN + HOUR, tick=False):
        assert seed not in visitor.get(address).get_data(as_text=True)


def test_after_the_draw_the_page_shows_the_seed_and_the_numbers(app, house, visitor, facts, statements):
    address, seed, seed_hash = facts
    with app.app_context():
        ask(house, *range(5))
        service.hold(house.draw, DRAWN)
    with time_machine.travel(DRAWN + HOUR, tick=False), statements.count() as sent:
        page = visitor.get(address, headers=ENGLISH).get_data(as_text=True)
    assert seed in page
    assert seed_hash in page
    assert "5 asked for 2 seats" in page
    assert "同学" not in page.split("<main")[1]
    assert len(sent) <= 7


def test_the_data_is_recomputed_by_the_command_alone(app, house, visitor, facts, tmp_path):
    with app.app_context():
        ask(house, *range(5))
        service.hold(house.draw, DRAWN)
    with time_machine.travel(DRAWN + HOUR, tick=False):
        answer = visitor.get(f"{facts[0]}/data.json")
    assert answer.mimetype == "application/json"
    file = tmp_path / "draw.json"
    file.write_bytes(answer.data)
    result = CliRunner().invoke(main, ["draw", "verify", str(file)])
    assert (result.exit_code, "5 entries, 2 seats" in result.output) == (0, True)
    data = json.loads(answer.data)
    data["entries"][0]["lot"] = "0" * 64
    file.write_text(json.dumps(data))
    result = CliRunner().invoke(main, ["draw", "verify", str(file)])
    assert result.exit_code == 1
    assert f"number {data['entries'][0]['number']}:" in result.output


def test_the_command_says_what_is_no_draw(tmp_path):
    for text in (b"{}", b"\xff\xfe", b"[1]"):
        file = tmp_path / "other"
        file.write_bytes(text)
        result = CliRunner().invoke(main, ["draw", "verify", str(file)])
        assert result.exit_code == 1
        assert "not the data of a draw" in result.output


def test_a_draw_of_another_unit_is_not_there(app, house, facts):
    zhao = logged_in(app, house.cast.zhao)
    assert zhao.get(facts[0]).status_code == zhao.get(f"{facts[0]}/data.json").status_code == 404


def test_the_seed_is_read_with_nothing_else(app, house):
    with app.app_context():
        draw = db.session.get_one(Draw, house.draw)
        assert "seed" not in draw.__dict__


def test_whoever_runs_the_application_holds_draws():
    """No page calls these verbs: they must be there all the same, in a process of its own."""
    code = """
from activities.app import create_app
from activities.config import Settings
from activities.outbox.jobs import JOBS
import pathlib, sys
settings = {"database_url": f"sqlite:///{sys.argv[1]}/jobs.db", "secret_key": "x" * 20, "base_url": "http://localhost"}
create_app(Settings(data=pathlib.Path(sys.argv[1]), **settings))
print(*(job.name for job in JOBS), sep=",")
"""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-c", code, folder]
        jobs = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip().split(",")
    assert {"announce draws", "hold draws", "close requests", "lapse offers"} <= set(jobs)

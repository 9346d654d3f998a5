"""The command line: what it refuses; and in processes of its own what it serves."""

from __future__ import annotations

import re
import shutil
import socket
from http.cookiejar import CookieJar
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, OpenerDirector, build_opener

import pytest
from click.testing import Result

from tests.serving import free_port, run, run_here, serving, working

SECRET = {"SECRET_KEY": "a-secret-of-this-test-alone-0123456789"}
DEMO = {"SECRET_KEY": "a-demo-secret-that-everyone-knows"}
PUBLIC = {"ACTIVITIES_BASE_URL": "https://activities.example.edu"}


@pytest.fixture(scope="module")
def migrated_once(tmp_path_factory):
    folder = tmp_path_factory.mktemp("migrated")
    done = run_here(folder, "db", "upgrade")
    assert done.exit_code == 0, done.output
    return folder


@pytest.fixture
def migrated_folder(migrated_once, tmp_path):
    return shutil.copytree(migrated_once, tmp_path / "data")


def refused(done: Result) -> str:
    """What a command says that will not do what it is told."""
    assert done.exit_code == 2
    assert isinstance(done.exception, SystemExit), done.exception
    assert not done.stdout
    return done.stderr


def test_a_bad_setting_ends_in_one_sentence(tmp_path):
    done = run(tmp_path, "check", ACTIVITIES_PROXIES="many")
    expected = "Error: ACTIVITIES_PROXIES is 'many': expected a whole number from 0 to 10.\n"
    assert (done.returncode, done.stdout, done.stderr) == (2, "", expected)


def test_an_absent_database_ends_in_one_sentence(tmp_path):
    said = refused(run_here(tmp_path, "db", "upgrade", DATABASE_URL="postgresql://nobody@127.0.0.1:1/none"))
    assert said.startswith("Error: The database cannot be reached: ")


def test_a_folder_that_cannot_be_made_ends_in_one_sentence(tmp_path):
    (tmp_path / "file").touch()
    assert "ACTIVITIES_DATA is" in refused(run_here(tmp_path / "file" / "data", "check"))


def test_serve_wants_a_secret_and_a_migrated_database(tmp_path):
    said = refused(run_here(tmp_path, "serve"))
    assert "SECRET_KEY is not set" in said
    assert "activities db upgrade" in said


@pytest.mark.parametrize("where", [["--host", "0.0.0.0"], []], ids=["listens outside", "is named outside"])
def test_serve_keeps_the_demo_secret_on_this_machine(migrated_folder, where):
    said = refused(run_here(migrated_folder, "serve", *where, **DEMO, **({} if where else PUBLIC)))
    assert "SECRET_KEY is the demo's" in said


def test_the_demo_keeps_to_this_machine(tmp_path):
    assert "serves this machine alone" in refused(run_here(tmp_path, "demo", "--host", "0.0.0.0"))
    assert "serves this machine alone" in refused(run_here(tmp_path, "demo", **PUBLIC))


def test_check_says_what_is_unsafe_and_what_is_missing(tmp_path):
    done = run_here(tmp_path, "check")
    assert done.exit_code == 1
    assert re.search(r"^unsafe   SECRET_KEY is not set", done.stdout, re.M)
    assert re.search(r"^missing  The database is not at the newest migration", done.stdout, re.M)


def test_check_is_content_with_safe_settings(migrated_folder):
    done = run_here(migrated_folder, "check", **SECRET, **PUBLIC)
    assert (done.exit_code, done.stdout.splitlines()[-1]) == (0, "The settings are safe to serve with.")


def test_an_administrator_is_made_with_a_link_to_hand_over(migrated_folder):
    done = run_here(migrated_folder, "create-admin", "T0001", "陈静", **SECRET)
    assert (done.exit_code, done.stdout.startswith("http://127.0.0.1:8000/enter/")) == (0, True), done.stderr
    unsigned = run_here(migrated_folder, "create-admin", "T0002", "顾云")
    assert (unsigned.exit_code, unsigned.stdout) == (1, "")
    assert "SECRET_KEY is not set" in unsigned.stderr


def test_help_names_every_command(tmp_path):
    said = run_here(tmp_path, "--help").stdout
    assert {"add-term", "check", "create-admin", "db", "fill-days", "demo", "import-roster", "serve", "worker"} <= set(
        re.findall(r"^  ([\w-]+)", said, re.M)
    )


# ── serving ─────────────────────────────────────────────────────────────────


def log_in(browser: OpenerDirector, base: str, number: str) -> str:
    page = browser.open(f"{base}/login").read().decode()
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert token, page
    form = urlencode({"csrf_token": token[1], "name": number, "password": "demo"}).encode()
    answer = browser.open(f"{base}/login", form)
    return str(answer.url)


def test_serve_answers_and_ends_when_told(migrated_folder):
    with serving(migrated_folder, "serve", port=free_port(), **SECRET) as server:
        pass
    assert server.ended_with == 0
    assert "listening on 127.0.0.1" in server.said


def test_a_worker_apart_ends_when_told_and_wants_a_migrated_database(migrated_folder, tmp_path):
    assert "activities db upgrade" in refused(run_here(tmp_path / "empty", "worker", **SECRET))
    assert "SECRET_KEY is not set" in refused(run_here(migrated_folder, "worker"))  # its letters hold signed links
    assert run_here(migrated_folder, "worker", "--once", **SECRET).exit_code == 0
    with working(migrated_folder, **SECRET) as worker:
        pass
    assert worker.ended_with == 0
    with serving(migrated_folder, "serve", "--no-worker", port=free_port(), **SECRET) as server:
        pass
    assert server.ended_with == 0


def test_a_taken_port_ends_in_one_sentence(migrated_folder):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = run(migrated_folder, "serve", "--port", str(taken.getsockname()[1]), **SECRET)
    assert (done.returncode, done.stderr.startswith("Error: 127.0.0.1:")) == (2, True)
    assert done.stderr.endswith(": choose another --port.\n")


def test_the_demo_started_again_loses_nothing_and_stays_on_this_machine(tmp_path):
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    browser = build_opener(HTTPCookieProcessor(CookieJar()))
    with serving(tmp_path, "demo", port=port) as server:
        assert log_in(browser, base, "member") == f"{base}/"
    first = server.said
    with serving(tmp_path, "demo", port=port) as server:
        assert browser.open(f"{base}/").url == f"{base}/"  # still the same person, on the same data
    second = server.said
    assert "Loading the demo" in first
    assert "Loading the demo" not in second
    assert " INFO activities.security " in first
    for said in (first, second):
        assert base in said
        assert all(number in said for number in ("member", "organizer", "secretary", "admin"))
    for words in (("--host", "0.0.0.0"), ()):
        said = refused(run_here(tmp_path, "serve", *words, **SECRET, **PUBLIC))
        assert "The database holds demo accounts" in said

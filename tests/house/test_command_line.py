"""The command line in processes of its own: what it refuses, and what it serves."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, OpenerDirector, build_opener

import pytest

# Its databases are its own, so that one run is enough.
pytestmark = pytest.mark.own_database

SECRET = {"SECRET_KEY": "a-secret-of-this-test-alone-0123456789"}
DEMO = {"SECRET_KEY": "a-demo-secret-that-everyone-knows"}
PUBLIC = {"ACTIVITIES_BASE_URL": "https://activities.example.edu"}
COMMAND = [str(Path(sys.executable).with_name("activities"))]


def environ(folder: Path, **settings: str) -> dict[str, str]:
    """This process's environment with these settings and no others."""
    kept = {k: v for k, v in os.environ.items() if k in ("PATH", "HOME", "PYTHONPATH", "LANG")}
    return {**kept, "ACTIVITIES_DATA": str(folder), **settings}


def run(folder: Path, *words: str, **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *words], env=environ(folder, **settings), capture_output=True, text=True, timeout=120
    )


@pytest.fixture
def migrated_folder(tmp_path):
    done = run(tmp_path, "db", "upgrade")
    assert done.returncode == 0, done.stderr
    return tmp_path


def refused(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    return done.stderr


def test_a_bad_setting_ends_in_one_sentence(tmp_path):
    said = refused(run(tmp_path, "check", ACTIVITIES_PROXIES="many"))
    assert said == "Error: ACTIVITIES_PROXIES is 'many': expected a whole number from 0 to 10.\n"


def test_an_absent_database_ends_in_one_sentence(tmp_path):
    said = refused(run(tmp_path, "db", "upgrade", DATABASE_URL="postgresql://nobody@127.0.0.1:1/none"))
    assert said.startswith("Error: The database cannot be reached: ")


def test_a_folder_that_cannot_be_made_ends_in_one_sentence(tmp_path):
    (tmp_path / "file").touch()
    assert "ACTIVITIES_DATA is" in refused(run(tmp_path / "file" / "data", "check"))


def test_serve_wants_a_secret_and_a_migrated_database(tmp_path):
    said = refused(run(tmp_path, "serve"))
    assert "SECRET_KEY is not set" in said
    assert "activities db upgrade" in said


@pytest.mark.parametrize("where", [["--host", "0.0.0.0"], []], ids=["listens outside", "is named outside"])
def test_serve_keeps_the_demo_secret_on_this_machine(migrated_folder, where):
    said = refused(run(migrated_folder, "serve", *where, **DEMO, **({} if where else PUBLIC)))
    assert "SECRET_KEY is the demo's" in said


def test_the_demo_keeps_to_this_machine(tmp_path):
    assert "serves this machine alone" in refused(run(tmp_path, "demo", "--host", "0.0.0.0"))
    assert "serves this machine alone" in refused(run(tmp_path, "demo", **PUBLIC))


def test_check_says_what_is_unsafe_and_what_is_missing(tmp_path):
    done = run(tmp_path, "check")
    assert done.returncode == 1
    assert re.search(r"^unsafe   SECRET_KEY is not set", done.stdout, re.M)
    assert re.search(r"^missing  The database is not at the newest migration", done.stdout, re.M)


def test_check_is_content_with_safe_settings(migrated_folder):
    done = run(migrated_folder, "check", **SECRET, **PUBLIC)
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "The settings are safe to serve with.")


def test_help_names_every_command(tmp_path):
    said = run(tmp_path, "--help").stdout
    assert {"check", "create-admin", "db", "deliver", "demo", "import-roster", "serve"} <= set(re.findall(r"^  ([\w-]+)", said, re.M))


# ── serving ─────────────────────────────────────────────────────────────────


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@dataclass
class Server:
    """A running server; what it said and how it ended are known when it has."""

    process: subprocess.Popen[str]
    said: str = ""

    @property
    def ended_with(self) -> int | None:
        return self.process.returncode


@contextmanager
def serving(folder: Path, *words: str, port: int, **settings: str) -> Iterator[Server]:
    """A server, ready to answer, told to end after the block."""
    process = subprocess.Popen(
        [*COMMAND, *words, "--port", str(port)],
        env=environ(folder, **settings), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    server = Server(process)
    try:
        wait_until_ready(process, f"http://127.0.0.1:{port}/readyz")
        yield server
        process.send_signal(signal.SIGTERM)
        server.said = process.communicate(timeout=60)[0]
    finally:
        process.kill()


def wait_until_ready(server: subprocess.Popen[str], address: str) -> None:
    end = time.monotonic() + 180
    while time.monotonic() < end and server.poll() is None:
        try:
            with build_opener().open(address, timeout=5):
                return
        except (URLError, ConnectionError):
            time.sleep(0.1)
    server.kill()
    raise AssertionError(server.communicate()[0])


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


def test_a_taken_port_ends_in_one_sentence(migrated_folder):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        said = refused(run(migrated_folder, "serve", "--port", str(taken.getsockname()[1]), **SECRET))
    assert "choose another --port" in said


def test_the_demo_started_again_loses_nothing_and_stays_on_this_machine(tmp_path):
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    browser = build_opener(HTTPCookieProcessor(CookieJar()))
    with serving(tmp_path, "demo", port=port) as server:
        assert log_in(browser, base, "member") == f"{base}/"
    first = server.said
    began = time.monotonic()
    with serving(tmp_path, "demo", port=port) as server:
        ready_after = time.monotonic() - began
        assert browser.open(f"{base}/").url == f"{base}/"  # still the same person, on the same data
    second = server.said
    assert "Loading the demo" in first
    assert "Loading the demo" not in second
    assert ready_after < 20
    for said in (first, second):
        assert base in said
        assert all(number in said for number in ("member", "organizer", "secretary", "admin"))
    for words in (("--host", "0.0.0.0"), ()):
        said = refused(run(tmp_path, "serve", *words, **SECRET, **PUBLIC))
        assert "The database holds demo accounts" in said

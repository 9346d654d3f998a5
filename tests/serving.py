"""The command as it is installed, in processes of their own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO
from urllib.error import URLError
from urllib.request import build_opener

from click.testing import CliRunner, Result

from activities.cli import main

COMMAND = [str(Path(sys.executable).with_name("activities"))]


def environ(folder: Path, **settings: str) -> dict[str, str]:
    """This process's environment with these settings and no others."""
    kept = {k: v for k, v in os.environ.items() if k in ("PATH", "HOME", "PYTHONPATH", "LANG")}
    return {**kept, "ACTIVITIES_DATA": str(folder), **settings}


def run(folder: Path, *words: str, **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *words], env=environ(folder, **settings), capture_output=True, text=True, timeout=120
    )


def run_here(folder: Path, *words: str, **settings: str) -> Result:
    """The same in this process, where nothing hangs on how a process begins and ends: that takes seconds each time."""
    present = environ(folder, **settings)
    return CliRunner().invoke(main, words, env={**dict.fromkeys(os.environ), **present})


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@dataclass
class Server:
    """A running server; what it said and how it ended are known when it has."""

    process: subprocess.Popen[bytes]
    said: str = ""

    @property
    def ended_with(self) -> int | None:
        return self.process.returncode


@contextmanager
def serving(folder: Path, *words: str, port: int, **settings: str) -> Iterator[Server]:
    """A server, ready to answer, told to end after the block."""
    with TemporaryFile("w+") as log:  # a pipe that nobody reads would stop a server that has much to say
        process = subprocess.Popen(
            [*COMMAND, *words, "--port", str(port)], env=environ(folder, **settings), stdout=log, stderr=log
        )
        server = Server(process)
        try:
            wait_until_ready(process, f"http://127.0.0.1:{port}/readyz")
            yield server
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=60)
        finally:
            process.kill()
            process.wait()
            log.seek(0)
            server.said = log.read()
            sys.stderr.write(server.said)  # shown where the test fails


@contextmanager
def working(folder: Path, **settings: str) -> Iterator[Server]:
    """A worker that has begun, told to end after the block unless it was killed in it."""
    with TemporaryFile("w+") as log:
        process = subprocess.Popen([*COMMAND, "worker"], env=environ(folder, **settings), stdout=log, stderr=log)
        worker = Server(process)
        try:
            wait_until_said(process, log, "working for")
            yield worker
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=60)
        finally:
            process.kill()
            process.wait()
            log.seek(0)
            worker.said = log.read()
            sys.stderr.write(worker.said)


def wait_until_said(process: subprocess.Popen[bytes], log: IO[str], what: str) -> None:
    end = time.monotonic() + 180
    while time.monotonic() < end and process.poll() is None:
        log.seek(0)
        if what in log.read():
            return
        time.sleep(0.02)
    raise AssertionError(f"never said: {what}")


def wait_until_ready(server: subprocess.Popen[bytes], address: str) -> None:
    end = time.monotonic() + 180
    while time.monotonic() < end and server.poll() is None:
        try:
            with build_opener().open(address, timeout=5):
                return
        except (URLError, ConnectionError):
            time.sleep(0.1)
    raise AssertionError("no server came up")

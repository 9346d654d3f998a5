"""Ours and the floor, served alike."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection
from tempfile import TemporaryFile

# Of a socket that both share, one worker often takes all connections; each of its own gets about half of them.
GUNICORN = ("--workers", "2", "--threads", "4", "--worker-class", "gthread", "--reuse-port", "--log-level", "error")


@contextmanager
def serving(server: str, factory: str, environ: Mapping[str, str]) -> Iterator[int]:
    """Serve `module:factory` with these variables; the port, as soon as it answers."""
    port = free_port()
    command = [sys.executable, "-m", *_command(server, factory, port)]
    with TemporaryFile() as log, subprocess.Popen(command, env=os.environ | dict(environ), stderr=log) as process:
        try:
            _wait_for(port, process)
            yield port
        except RuntimeError:
            log.seek(0)
            print(log.read().decode(errors="replace")[-3000:], file=sys.stderr)
            raise
        finally:
            process.terminate()


def _command(server: str, factory: str, port: int) -> tuple[str, ...]:
    if server == "gunicorn":
        return "gunicorn", *GUNICORN, "--bind", f"127.0.0.1:{port}", f"{factory}()"
    return "waitress", "--threads", "8", "--listen", f"127.0.0.1:{port}", "--call", factory


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    """Return once several requests in a row are answered, by whichever worker."""
    until, answered = time.monotonic() + 60, 0
    while answered < 10:
        if process.poll() is not None or time.monotonic() > until:
            raise RuntimeError(f"no server came up: {process.args!r}")
        try:
            connection = HTTPConnection("127.0.0.1", port, timeout=10)
            connection.request("GET", "/healthz")
            connection.getresponse().read()
            answered += 1
        except OSError:
            time.sleep(0.05)

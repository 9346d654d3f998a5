"""Strangers' files are read in a process of their own, which has so much time and memory and then ends: no file,
however it was made, holds the service up. A module that reads them is both sides: asked by the service, and run as a
program, to which the question comes in a line of JSON, and then the file."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from typing import Any

# Seconds of computing, and memory.
SECONDS, MEMORY = 10, 1024 * 1024 * 1024
# Where the machine is busy, the process waits; where it hangs, nobody waits for it for ever.
LONGEST = 60.0


class Unread(Exception):  # noqa: N818
    """It did not end in time, or broke over the file."""


def ask(module: str, data: bytes, seconds: int = SECONDS, **question: Any) -> bytes:
    """What the module says of the file. Raises Unread."""
    head = json.dumps({"seconds": seconds, **question}).encode()
    try:
        return subprocess.run(  # noqa: S603 - our own module
            [sys.executable, "-m", module], input=head + b"\n" + data, capture_output=True, timeout=LONGEST, check=True
        ).stdout
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
        raise Unread from None


def asked() -> tuple[dict[str, Any], bytes]:
    """In that process: the question and the file, with the limits set."""
    question: dict[str, Any] = json.loads(sys.stdin.buffer.readline())
    seconds = question["seconds"]
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    return question, sys.stdin.buffer.read()

"""Programs of the command line that are written in Python, each in a process of its own that begins with them loaded:
to load one takes ten times as long as what it does for us."""

from __future__ import annotations

import multiprocessing
import os
import sys
from importlib.metadata import entry_points
from pathlib import Path

_LOADED = multiprocessing.get_context("forkserver")
_LOADED.set_forkserver_preload(["khal.cli", "vdirsyncer.cli.tasks"])


def run(folder: Path, program: str, *words: str) -> str:
    """What a program that is installed beside us says. It does not see this machine's settings."""
    process = _LOADED.Process(target=_be, args=(folder, program, words))
    process.start()
    process.join(300)
    process.kill()
    assert process.exitcode == 0, (folder / "stderr").read_text()
    return (folder / "stdout").read_text()


def _be(folder: Path, program: str, words: tuple[str, ...]) -> None:
    """In the new process: be this program."""
    os.environ.clear()
    os.environ.update({"HOME": str(folder), "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"})
    sys.argv = [program, *words]
    [entry] = entry_points(group="console_scripts", name=program)
    with (folder / "stdout").open("w") as sys.stdout, (folder / "stderr").open("w") as sys.stderr:
        sys.exit(entry.load()())

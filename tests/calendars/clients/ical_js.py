"""ical.js, the library of Thunderbird and Nextcloud, run by Node."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from datetime import datetime
from functools import cache
from pathlib import Path

from tests.calendars.clients import Entry, fetch

VERSION = "2.2.1"
HOW = "no Node with npm here, or npm cannot fetch ical.js: on Debian `apt-get install nodejs npm`"
KEPT = Path(sys.prefix) / "npm" / f"ical.js-{VERSION}"
MODULE = Path("node_modules/ical.js/dist/ical.js")


@cache
def is_here() -> bool:
    """Whether it is installed beside this Python, or can be now."""
    return bool(shutil.which("node")) and ((KEPT / MODULE).exists() or (bool(shutil.which("npm")) and _install()))


def _install() -> bool:
    """In a folder that takes its place at once, since other processes may be testing too."""
    KEPT.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=KEPT.parent) as folder:
        new = Path(folder) / "new"
        new.mkdir()
        command = ["npm", "install", "--prefix", new, "--no-save", "--no-audit", "--no-fund", "--ignore-scripts"]
        done = subprocess.run([*command, f"ical.js@{VERSION}"], capture_output=True, text=True)
        if done.returncode == 0 and not KEPT.exists():
            try:
                new.rename(KEPT)
            except OSError:
                sys.stderr.write("another process was faster\n")
        sys.stderr.write(done.stderr)
    return (KEPT / MODULE).exists()


def read(address: str) -> set[Entry]:
    done = subprocess.run(
        ["node", Path(__file__).with_name("ical_js.mjs"), KEPT / MODULE],
        input=fetch(address), stdout=subprocess.PIPE, check=True, timeout=120,
    )  # fmt: skip
    return {
        Entry(uid, datetime.fromisoformat(starts_at), datetime.fromisoformat(ends_at), summary)
        for uid, starts_at, ends_at, summary in json.loads(done.stdout)
    }

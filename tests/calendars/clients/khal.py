"""khal, a calendar of the command line, after vdirsyncer has synchronised the subscription into its folder.

vdirsyncer gives what it takes from a subscription UIDs of its own, made of the content. Which entry it is tells its
URL or, where the feed says only when one is busy, its time.
"""

from __future__ import annotations

import json
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import icalendar

from tests.calendars.clients import Entry, fetch, in_utc
from tests.calendars.clients.programs import run

HOW = "`make test` installs khal and vdirsyncer"
SYNC = """
[general]
status_path = "{folder}/status"
[pair feed]
a = "web"
b = "here"
collections = null
[storage web]
type = "http"
url = "{address}"
[storage here]
type = "filesystem"
path = "{folder}/events"
fileext = ".ics"
"""
SHOW = """
[calendars]
[[feed]]
path = {folder}/events
[sqlite]
path = {folder}/khal.db
[locale]
local_timezone = UTC
default_timezone = UTC
timeformat = %H:%M
dateformat = %Y-%m-%d
longdateformat = %Y-%m-%d
datetimeformat = %Y-%m-%dT%H:%M
longdatetimeformat = %Y-%m-%dT%H:%M
"""
FIELDS = ("url", "start-long", "end-long", "title")
ENDS = ("DTSTART", "DTEND")
YEAR = timedelta(days=365)


def is_here() -> bool:
    return True


def read(address: str) -> set[Entry]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "events").mkdir()
        for file, content in (("sync", SYNC), ("show", SHOW)):
            (folder / file).write_text(content.format(folder=folder, address=address))
        for verb in ("discover", "sync"):
            run(folder, "vdirsyncer", "--config", str(folder / "sync"), verb)
        events = icalendar.Calendar.from_ical(fetch(address)).walk("VEVENT")
        shown = run(
            folder, "khal", "--config", str(folder / "show"), "list", "--once",
            *(f"--json={field}" for field in FIELDS), *_around(events),
        )  # fmt: skip
        stored = len(list((folder / "events").iterdir()))
    uids = {_which(event.get("URL"), *(in_utc(event[end].dt) for end in ENDS)): str(event["UID"]) for event in events}
    entries = [entry for line in shown.splitlines() for entry in json.loads(line)]
    assert len(entries) == stored == len(uids), "vdirsyncer or khal has lost some"
    found = set()
    for entry in entries:
        starts_at, ends_at = _moment(entry["start-long"]), _moment(entry["end-long"])
        found.add(Entry(uids[_which(entry["url"], starts_at, ends_at)], starts_at, ends_at, entry["title"]))
    return found


def _around(events: list[icalendar.Component]) -> tuple[str, str]:
    """A year more on either side than they take, in which khal looks through every day."""
    ends = [in_utc(event[end].dt) for event in events for end in ENDS]
    return f"{min(ends) - YEAR:%Y-%m-%d}", f"{max(ends) + YEAR:%Y-%m-%d}"


def _which(url: object, *ends: datetime) -> object:
    return str(url) if url else ends


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)

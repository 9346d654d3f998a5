"""Feeds kept on disk outlive a release, but not one that says anything otherwise."""

from __future__ import annotations

from pathlib import Path

import pytest

from activities.calendars.writing import release
from tests.calendars.reading import fetch


@pytest.mark.parametrize("name", ["rules.py", "calendars/writing.py", "translations/zh_Hans/LC_MESSAGES/messages.mo"])
def test_other_code_and_another_catalogue_are_another_release(tmp_path: Path, name):
    file = tmp_path / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(b"Busy")
    (tmp_path / "beside.txt").write_bytes(b"one")
    first = release(tmp_path)
    release.cache_clear()
    (tmp_path / "beside.txt").write_bytes(b"another")
    assert release(tmp_path) == first
    release.cache_clear()
    file.write_bytes(b"Occupied")
    assert release(tmp_path) != first


def test_another_release_is_another_edition(client, cast, monkeypatch):
    address = f"/activities/{cast.sweeping.public_id}.ics"
    old = fetch(client, address)
    monkeypatch.setattr("activities.calendars.feeds.release", lambda _: "another")
    assert fetch(client, address).headers["ETag"] != old.headers["ETag"]

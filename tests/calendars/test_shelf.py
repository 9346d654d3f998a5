"""Feeds kept on disk: whole or not at all, in no more room than there is, and never in the way."""

from __future__ import annotations

import os
from pathlib import Path
from threading import Thread

import pytest

from activities.calendars.shelf import Shelf


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "feeds", room=3000, least=100)


def put(shelf: Shelf, name: str, size: int = 1000, at: int = 0) -> None:
    """Put there so many seconds after the beginning."""
    shelf.put(name, size, lambda: bytes(size))
    os.utime(shelf.folder / name, (at, at))


def test_what_is_kept_is_found_by_another_process(shelf):
    assert shelf.get("one") is None
    shelf.put("one", 1000, lambda: b"1" * 1000)
    assert Shelf(shelf.folder, 3000, 100).get("one") == b"1" * 1000


def test_nobody_else_on_the_machine_may_read_it(shelf):
    put(shelf, "one")
    assert shelf.folder.stat().st_mode & 0o777 == 0o700
    assert (shelf.folder / "one").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("size", [0, 99, 3001])
def test_what_is_quickly_made_and_what_is_too_large_is_not_kept(shelf, size):
    shelf.put("one", size, lambda: bytes(size))
    assert shelf.get("one") is None


def test_what_was_put_there_longest_ago_goes_first(shelf):
    for at, name in enumerate("abc", start=1):
        put(shelf, name, at=at)
    shelf.put("d", 1000, lambda: bytes(1000))
    assert [name for name in "abcd" if shelf.get(name)] == ["b", "c", "d"]


def test_what_was_left_half_written_goes_like_the_rest(shelf):
    put(shelf, ".left", at=1)
    for at, name in enumerate("abc", start=2):
        put(shelf, name, at=at)
    assert sorted(path.name for path in shelf.folder.iterdir()) == ["a", "b", "c"]


def test_where_nothing_can_be_written_nothing_is_kept(tmp_path):
    (tmp_path / "file").write_text("in the way")
    shelf = Shelf(tmp_path / "file" / "feeds", 3000, 100)
    shelf.put("one", 1000, lambda: bytes(1000))
    assert shelf.get("one") is None


def test_whoever_reads_while_it_is_written_reads_all_or_nothing(shelf):
    found: set[bytes | None] = set()

    def read() -> None:
        for _ in range(300):
            found.add(shelf.get("one"))

    threads = [Thread(target=read) for _ in range(3)]
    threads += [
        Thread(target=lambda: [shelf.put("one", 2000, lambda: b"1" * 2000) for _ in range(100)]) for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found <= {None, b"1" * 2000}
    assert shelf.get("one") == b"1" * 2000

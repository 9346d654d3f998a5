"""Bytes kept in memory never take more room than they are given."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from activities.calendars.kept import Kept


def test_what_was_not_asked_for_longest_goes_first():
    kept = Kept(room=3 * 500)
    for key in "abc":
        kept.put(key, bytes(100))
    kept.get("a")
    kept.put("d", bytes(100))
    assert [key for key in "abcd" if kept.get(key)] == ["a", "c", "d"]


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 9000)), max_size=60))
def test_the_room_is_never_exceeded_and_nothing_else_is_returned(entries):
    kept = Kept(room=8000)
    for key, size in entries:
        assert kept.put((key, size), bytes(size)) == bytes(size)
        assert kept.used <= kept.room
        assert kept.get((key, size)) in (None, bytes(size))
    if entries and entries[-1][1] < 3000:
        assert kept.get(entries[-1]) == bytes(entries[-1][1])

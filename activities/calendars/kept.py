"""Bytes kept in memory by what they show: what changes gets another key, so nothing is ever made invalid."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from threading import Lock

# A key, its parts and its place in the dictionary, roughly.
_ENTRY = 400


class Kept:
    """At most `room` octets; what was not asked for longest goes first. Threads may share it."""

    def __init__(self, room: int) -> None:
        self.room = room
        self.used = 0
        self._values: OrderedDict[Hashable, bytes] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable) -> bytes | None:
        with self._lock:
            value = self._values.get(key)
            if value is not None:
                self._values.move_to_end(key)
            return value

    def put(self, key: Hashable, value: bytes) -> bytes:
        """Keep the value, if it leaves room for others, and return it."""
        size = len(value) + _ENTRY
        if size > self.room // 2:
            return value
        with self._lock:
            if key in self._values:
                return value
            self._values[key] = value
            self.used += size
            while self.used > self.room:
                self.used -= len(self._values.popitem(last=False)[1]) + _ENTRY
        return value

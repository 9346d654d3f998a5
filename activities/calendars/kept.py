"""What is kept in memory of feeds, by what it shows or under whose name it may be followed further."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable, Sized
from threading import Lock
from typing import Any, TypeVar

Value = TypeVar("Value", bound=Sized)

# A key, its parts and its place in the dictionary, roughly.
_ENTRY = 400


class Kept:
    """At most `room` octets, as many in each value as it is long; what was not asked for longest goes first. Threads
    may share it."""

    def __init__(self, room: int) -> None:
        self.room = room
        self.used = 0
        self._values: OrderedDict[Hashable, Sized] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable) -> Any:
        with self._lock:
            value = self._values.get(key)
            if value is not None:
                self._values.move_to_end(key)
            return value

    def put(self, key: Hashable, value: Value) -> Value:
        """Keep the value in place of an earlier one, if it leaves room for others, and return it."""
        size = len(value) + _ENTRY
        if size > self.room // 2:
            return value
        with self._lock:
            if (earlier := self._values.pop(key, None)) is not None:
                self.used -= len(earlier) + _ENTRY
            self._values[key] = value
            self.used += size
            while self.used > self.room:
                self.used -= len(self._values.popitem(last=False)[1]) + _ENTRY
        return value

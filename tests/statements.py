"""Counting statements."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa


class Statements:
    """Every statement an engine executes, BEGIN and PRAGMA aside."""

    def __init__(self, engine: sa.Engine) -> None:
        self.engine = engine
        self.seen: list[str] = []
        sa.event.listen(engine, "before_cursor_execute", self._note)

    def _note(self, _c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA")):
            self.seen.append(statement)

    @contextmanager
    def count(self) -> Iterator[list[str]]:
        """The statements of the block, filled in when it ends."""
        start = len(self.seen)
        counted: list[str] = []
        yield counted
        counted.extend(self.seen[start:])

    def close(self) -> None:
        sa.event.remove(self.engine, "before_cursor_execute", self._note)

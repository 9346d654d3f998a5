"""What columns hold beyond what databases know: moments, words, flags, lines."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from enum import IntFlag, StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect


class UtcDateTime(sa.TypeDecorator[datetime]):
    """Aware UTC in Python; `timestamptz` on PostgreSQL, UTC without zone on SQLite."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else _utc(value)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC)

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], Any] | None:
        """One call for each, where SQLite keeps text: what is stored in bulk has several in each row."""
        return _as_text if dialect.name == "sqlite" else super().bind_processor(dialect)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime | None] | None:
        """Pages and calendars read them by the ten thousand: one call for each, where SQLite gives text."""
        return _in_utc if dialect.name == "sqlite" else super().result_processor(dialect, coltype)


def _utc(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError(f"{value!r} has no time zone")
    return value.astimezone(UTC)


def _as_text(value: datetime | None) -> str | None:
    return None if value is None else _utc(value).replace(tzinfo=None).isoformat(" ", "microseconds")


def _in_utc(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text + "+00:00")


class Words(sa.TypeDecorator[StrEnum]):
    """A StrEnum stored as its value."""

    impl = sa.String(32)
    cache_ok = True

    def __init__(self, words: type[StrEnum]) -> None:
        super().__init__()
        self.words = words

    def process_bind_param(self, value: StrEnum | str | None, dialect: Dialect) -> str | None:
        return None if value is None else str(self.words(value))

    def process_result_value(self, value: str | None, dialect: Dialect) -> StrEnum | None:
        return None if value is None else self.words(value)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[str | None], StrEnum | None]:
        """A look into a table, since these too are read by the ten thousand."""
        known: dict[str | None, StrEnum | None] = {None: None, **{str(word): word for word in self.words}}
        return known.__getitem__


class Flags(sa.TypeDecorator[IntFlag]):
    """An IntFlag stored as its number, so that SQL can ask `column & bit`."""

    impl = sa.Integer
    cache_ok = True

    def __init__(self, flags: type[IntFlag]) -> None:
        super().__init__()
        self.flags = flags

    def process_bind_param(self, value: IntFlag | int | None, dialect: Dialect) -> int | None:
        return None if value is None else int(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> IntFlag | None:
        return None if value is None else self.flags(value)


class Lines(sa.TypeDecorator[tuple[str, ...]]):
    """Several single lines in one text, each between line ends, so that SQL can look for one as it stands."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: Iterable[str] | None, dialect: Dialect) -> str | None:
        return None if value is None else "".join(f"\n{line}\n" for line in value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> tuple[str, ...]:
        return tuple(line for line in value.split("\n") if line) if value else ()

"""Timetables that people have brought: when they are busy, and never with what."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from activities.kit.db import Base
from activities.kit.sql import RowsAsJson
from activities.people.models import Member
from activities.timetables.rules import Span

Moment = sa.SQLColumnExpression[datetime]


class Timetable(Base):
    """A person's class timetable, from a file or from an address that is looked at again and again. The file itself is
    not kept. `read_at`: when the spans that are kept were read; `read_from` to `read_to`: of which days."""

    __tablename__ = "timetable"

    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"), unique=True)
    read_at: Mapped[datetime | None]
    read_from: Mapped[date | None]
    read_to: Mapped[date | None]
    # Sealed (`sealing`), for an address is as good as a password; of it only the host is ever shown. None: a file.
    address: Mapped[str | None]
    host: Mapped[str] = mapped_column(sa.String(255), default="")
    # What its server said of the version that was read last, to be asked whether it still holds.
    etag: Mapped[str | None]
    last_modified: Mapped[str | None]
    # When it is looked at next, when it was last, and what went wrong then: a refusal's key and facts.
    next_at: Mapped[datetime | None] = mapped_column(index=True)
    asked_at: Mapped[datetime | None]
    trouble: Mapped[dict[str, Any] | None]


class BusySpan(Base):
    """A time at which the person is busy. Those of one timetable neither overlap nor touch."""

    __tablename__ = "busy_span"
    __table_args__ = (
        sa.CheckConstraint("ends_at > starts_at", name="ends_after_start"),
        sa.Index("ix_busy_span_timetable_id_ends_at", "timetable_id", "ends_at"),
    )

    timetable_id: Mapped[int] = mapped_column(sa.ForeignKey("timetable.id", ondelete="CASCADE"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]


class Spans(sa.TypeDecorator[tuple[Span, ...] | None]):
    """The spans of a timetable, read along with their person; None: no timetable was brought."""

    impl = sa.JSON
    cache_ok = True

    def process_result_value(self, value: list[Any] | None, dialect: sa.Dialect) -> tuple[Span, ...] | None:  # noqa: ARG002
        if not value:
            return None
        return tuple(sorted(Span(_moment(starts), _moment(ends)) for starts, ends in value if starts))


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def busy_within(first: Moment, last: Moment) -> sa.ColumnElement[Any]:
    """The spans of a statement's `Member` that touch a time: to be read along with whatever asks for the person."""
    touches = sa.and_(
        BusySpan.timetable_id == Timetable.id, BusySpan.ends_at > first, BusySpan.starts_at < last
    )  # fmt: skip
    query = sa.select(RowsAsJson(BusySpan.starts_at, BusySpan.ends_at)).select_from(Timetable)
    query = query.outerjoin(BusySpan, touches).where(Timetable.member_id == Member.id)
    return sa.type_coerce(query.scalar_subquery(), Spans)


def is_busy(member_id: int | sa.ScalarSelect[int], starts_at: Moment, ends_at: Moment) -> sa.Exists:
    """Whether a person's timetable has something at a time: `rules.clash` in SQL."""
    return sa.exists().where(
        Timetable.member_id == member_id, BusySpan.timetable_id == Timetable.id, BusySpan.ends_at > starts_at,
        BusySpan.starts_at < ends_at,
    )  # fmt: skip

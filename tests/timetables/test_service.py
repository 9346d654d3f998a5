"""Bringing a timetable, and taking it away."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from activities.audit.models import AuditEntry
from activities.kit.db import db
from activities.kit.refusal import Refusal
from activities.terms.models import Term
from activities.terms.rules import Span as TermSpan
from activities.timetables import queries
from activities.timetables.models import BusySpan, Timetable
from activities.timetables.rules import days_read
from activities.timetables.service import bring_file, forget
from tests.cast import DAY, NOW, store
from tests.timetables.calendars import calendar, said

AT_TEN = "UID:secret-uid\nSUMMARY:高等数学\nLOCATION:A101\nDTSTART:20261125T100000\nDTEND:20261125T110000"


def kept(member) -> list[str]:
    timetable = queries.of_member(member.id)
    return said(queries.spans(timetable.id, queries.window(NOW))) if timetable else []


def test_a_file_is_kept_as_bare_spans(ctx, cast):
    assert bring_file(cast.lin.id, calendar(AT_TEN), NOW) == 1
    assert kept(cast.lin) == ["25 10:00–11:00"]
    assert kept(cast.wang) == []
    with db.engine.connect() as connection:
        everything = [
            repr(row) for table in ("timetable", "busy_span", "audit_entry")
            for row in connection.execute(sa.text(f"SELECT * FROM {table}"))
        ]  # fmt: skip
    assert everything
    assert not any(word in row for row in everything for word in ("高等", "secret", "A101"))


def test_another_file_takes_its_place(ctx, cast):
    bring_file(cast.lin.id, calendar(AT_TEN), NOW)
    bring_file(cast.lin.id, calendar(AT_TEN.replace("1125T", "1126T")), NOW + DAY)
    assert kept(cast.lin) == ["26 10:00–11:00"]
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Timetable)) == 1


def test_it_is_deleted_with_all_that_is_kept(ctx, cast):
    bring_file(cast.lin.id, calendar(AT_TEN), NOW)
    forget(cast.lin.id, NOW)
    forget(cast.lin.id, NOW)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(BusySpan)) == 0
    trail = db.session.scalars(sa.select(AuditEntry.verb).where(AuditEntry.subject == "timetable")).all()
    assert sorted(trail) == ["bring timetable", "forget timetable"]


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.one_of(st.binary(max_size=30), st.integers(0, 150).map(lambda size: calendar(AT_TEN)[:size])))
def test_a_file_that_is_broken_changes_nothing(ctx, cast, data):
    bring_file(cast.lin.id, calendar(AT_TEN), NOW)
    before = queries.of_member(cast.lin.id).read_at
    with pytest.raises(Refusal):
        bring_file(cast.lin.id, data, NOW + DAY)
    assert kept(cast.lin) == ["25 10:00–11:00"]
    assert queries.of_member(cast.lin.id).read_at == before


# ── which days are read ─────────────────────────────────────────────────────

AUTUMN = TermSpan("秋", date(2026, 9, 7), 18)
SPRING = TermSpan("春", date(2027, 3, 1), 18)
NEXT_AUTUMN = TermSpan("次秋", date(2027, 9, 6), 18)


@pytest.mark.parametrize(
    ("today", "terms", "last"),
    [
        (date(2026, 11, 25), [SPRING, AUTUMN, NEXT_AUTUMN], date(2027, 7, 4)),
        (date(2026, 11, 25), [AUTUMN], date(2027, 1, 10)),
        (date(2027, 1, 20), [AUTUMN, SPRING, NEXT_AUTUMN], date(2028, 1, 9)),
        (date(2027, 1, 10), [AUTUMN, SPRING], date(2027, 7, 4)),
        (date(2026, 11, 25), [], date(2026, 11, 25) + timedelta(weeks=26)),
        (date(2026, 11, 25), [TermSpan("远", date(2040, 1, 2), 18)], date(2026, 11, 23) + timedelta(weeks=60)),
    ],
)
def test_it_is_read_to_the_end_of_the_next_term(today, terms, last):
    first, found = days_read(today, terms)
    assert (first, found) == (today - timedelta(today.weekday()), last)


def test_the_window_comes_from_the_terms(ctx, cast):
    store(Term(name="秋", starts_on=AUTUMN.starts_on, weeks=18))
    db.session.commit()
    bring_file(cast.lin.id, calendar(AT_TEN + "\nRRULE:FREQ=WEEKLY"), NOW)
    timetable = queries.of_member(cast.lin.id)
    assert (timetable.read_from, timetable.read_to) == (date(2026, 11, 23), date(2027, 1, 10))
    spans = queries.spans(timetable.id, queries.window(NOW))
    assert len(spans) == 7
    assert all(two.starts_at - one.starts_at == 7 * DAY for one, two in pairwise(spans))

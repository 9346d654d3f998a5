"""Teaching weeks, as read from the terms."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from activities.kit.db import db
from activities.terms.models import Term
from activities.terms.queries import week_of, weeks_of

MONDAY = date(2026, 9, 7)


@pytest.fixture
def term(ctx):
    db.session.add(Term(name="2026 秋", starts_on=MONDAY, weeks=18))
    db.session.add(Term(name="2027 春", starts_on=MONDAY + timedelta(weeks=25), weeks=18))
    db.session.commit()


@pytest.mark.parametrize(
    ("day", "week"),
    [
        (MONDAY - timedelta(1), None),
        (MONDAY, 1),
        (MONDAY + timedelta(6), 1),
        (MONDAY + timedelta(7), 2),
        (date(2026, 11, 25), 12),
        (MONDAY + timedelta(weeks=18, days=-1), 18),
        (MONDAY + timedelta(weeks=18), None),
        (MONDAY + timedelta(weeks=25), 1),
    ],
)
def test_a_day_has_the_number_of_its_teaching_week(term, day, week):
    assert week_of(day) == week


def test_many_days_cost_one_statement(term, statements):
    days = [MONDAY + timedelta(n) for n in range(400)]
    with statements.count() as sent:
        weeks = weeks_of(days)
    assert len(sent) == 1
    assert len(weeks) == 2 * 18 * 7


def test_no_days_ask_nothing(ctx, statements):
    with statements.count() as sent:
        assert weeks_of([]) == {}
    assert not sent

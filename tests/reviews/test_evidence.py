"""The year by evidence: what is final and what waits stand apart, on the page and in the workbook."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from activities.duties.kinds import Evidence
from activities.kit.db import db
from activities.kit.roles import Role
from activities.records.models import Record
from activities.reviews import queries
from activities.reviews.rules import Filters, Order, read_filters
from tests.cast import NOW, english, grant
from tests.reviews.year import mark


@pytest.fixture
def mixed(ctx, cast):
    """Of Lin: an hour from a list, two that Chen countersigned, and four that wait."""
    made = {
        minutes: mark(cast.lin, f"2026-11-0{n}", by=cast.ou, post=cast.lake, minutes=minutes)
        for n, minutes in enumerate((60, 120, 240), 1)
    }
    later = {"evidence": Evidence.TYPED_LATER, "note": "忘了", "is_final": False}
    query = sa.update(Record).where(Record.id.in_([made[120].id, made[240].id])).values(**later)
    db.session.execute(query)
    signed = {"is_final": True, "countersigned_by_id": cast.chen.id}
    db.session.execute(sa.update(Record).where(Record.id == made[120].id).values(**signed))
    db.session.commit()
    return cast


CASES = [
    ("", (180, 240, 3)),
    ("organizer_tick", (60, 0, 1)),
    ("typed_later", (120, 240, 2)),
    ("countersigned", (120, 0, 1)),
    ("imported", (0, 0, 0)),
    ("nonsense", (180, 240, 3)),
]


@pytest.mark.parametrize(("evidence", "expected"), CASES)
def test_figures_are_narrowed_by_evidence(mixed, evidence, expected):
    filters = read_filters({"evidence": evidence})
    scope = queries.scope([mixed.first.path], 2026, filters, NOW)
    lines = {line.name: line.figures for line in queries.lines(scope.chosen, 2026, filters, Order())}
    assert mixed.wang.name in lines  # people stay, only what is counted changes
    figures = lines[mixed.lin.name]
    assert (figures.minutes[0], figures.provisional[0], figures.attended) == expected
    sums = queries.minutes(scope.branches, 2026, filters)[mixed.first.id]
    assert (sums.minutes[0], sums.provisional[0]) == expected[:2]
    assert sum(queries.attendances(scope.chosen, 2026, filters).values()) == expected[2]


def test_the_same_number_of_statements_with_and_without(mixed, statements):
    counts = []
    for filters in (Filters(), Filters(evidence=Evidence.COUNTERSIGNED)):
        scope = queries.scope([mixed.first.path], 2026, filters, NOW)
        with statements.count() as sent:
            queries.minutes(scope.branches, 2026, filters)
            list(queries.lines(scope.chosen, 2026, filters, Order(), limit=10))
        counts.append(len(sent))
    assert counts == [2, 2]


def test_the_page_says_what_waits(app, mixed):
    grant(mixed.chen, Role.SECRETARY, mixed.first)
    db.session.commit()
    page = english(app, mixed.chen).get("/review/2026?evidence=typed_later").text
    assert "+ 4 provisional" in page
    assert "and 4.0 h provisional" in page
    assert "evidence=typed_later" in page

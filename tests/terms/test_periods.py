"""Class periods: what they can be, and the rows of the grid they make."""

from __future__ import annotations

from datetime import date, time

import pytest

from activities.audit.models import AuditEntry
from activities.kit.db import db
from activities.kit.refusal import ChangedMeanwhile, NotFound
from activities.terms import periods, queries, service
from activities.terms.models import Term
from activities.terms.periods import (
    MOST_PERIODS,
    USUAL,
    Period,
    Stretch,
    fingerprint,
    stretch_of,
    stretches,
    why_not_periods,
)
from tests.cast import NOW, Cast, logged_in

WINTER = (Period(time(8, 30), time(9, 15)), Period(time(9, 25), time(10, 10)))
MONDAY = date(2026, 9, 7)


def span(text: str, name: str = "") -> Period:
    first, last = map(time.fromisoformat, text.split("-"))
    return Period(first, last, name)


def test_the_usual_day_is_shown_in_pairs_with_its_long_breaks():
    rows = [(row.starts.isoformat("minutes"), row.first, row.last, row.name) for row in stretches(USUAL)]
    assert rows == [
        ("08:00", 1, 2, ""),
        ("10:05", 3, 4, ""),
        ("11:40", 0, 0, ""),
        ("14:00", 5, 6, ""),
        ("16:05", 7, 8, ""),
        ("17:40", 0, 0, ""),
        ("19:00", 9, 10, ""),
        ("20:35", 0, 0, "Self-study"),
        ("22:30", 0, 0, ""),
    ]


@pytest.mark.parametrize(
    ("entered", "expected"),
    [
        ([], []),
        ([span("08:00-08:45")], [(8, 1, 1), (8, 0, 0)]),
        # Where breaks are all alike, a lesson still has two halves.
        (
            [span("08:00-08:45"), span("08:55-09:40"), span("09:50-10:35"), span("10:45-11:30"), span("11:40-12:25")],
            [(8, 1, 2), (9, 3, 4), (11, 5, 5), (12, 0, 0)],
        ),
        # What has a name stands alone and is not counted.
        ([span("07:00-07:50", "早读"), span("08:00-08:45"), span("08:50-09:35")], [(7, 0, 0), (8, 1, 2), (9, 0, 0)]),
        # Twenty minutes part two lessons, an hour has a row of its own.
        (
            [span("08:00-08:45"), span("09:05-09:50"), span("10:50-11:35")],
            [(8, 1, 1), (9, 2, 2), (9, 0, 0), (10, 3, 3), (11, 0, 0)],
        ),
    ],
)  # fmt: skip
def test_rows_of_a_day(entered, expected):
    assert [(row.starts.hour, row.first, row.last) for row in stretches(tuple(entered))] == expected


@pytest.mark.parametrize(("moment", "row"), [("07:00", 0), ("08:00", 0), ("10:04", 0), ("11:40", 2), ("23:59", 8)])
def test_a_moment_belongs_to_the_last_row_that_has_begun(moment, row):
    assert stretch_of(stretches(USUAL), time.fromisoformat(moment)) == row
    assert stretch_of([Stretch(time(8))], time(7)) == 0


@pytest.mark.parametrize(
    ("entered", "refusal"),
    [
        (USUAL, None),
        ([], periods.NoPeriods(MOST_PERIODS)),
        ([Period(time(h), time(h, 30)) for h in range(21)], periods.NoPeriods(MOST_PERIODS)),
        ([span("09:00-09:00")], periods.PeriodBackwards(0)),
        ([span("08:00-08:45"), span("09:00-08:50")], periods.PeriodBackwards(1)),
        ([span("08:00-08:45"), span("08:44-09:30")], periods.PeriodsOverlap(1)),
        ([span("10:00-10:45"), span("08:00-08:45")], periods.PeriodsOverlap(1)),
        ([span("08:00-08:45"), span("08:45-09:30")], None),
        ([span("08:00-08:45", "x" * 21)], periods.PeriodNameTooLong(0, 20)),
    ],
)
def test_periods_come_in_order_and_do_not_overlap(entered, refusal):
    assert why_not_periods(entered) == refusal


# ── kept in the database ────────────────────────────────────────────────────


def test_the_periods_in_force_come_with_the_week_in_one_statement(ctx, cast: Cast, statements):
    db.session.add(Term(name="2026 秋", starts_on=MONDAY, weeks=18))
    db.session.commit()
    assert queries.week_and_periods(MONDAY) == (1, USUAL)
    service.add_periods(cast.gu.id, date(2026, 10, 8), WINTER, NOW)
    service.add_periods(cast.gu.id, date(2027, 5, 1), USUAL[:2], NOW)
    for day, expected in (
        (MONDAY, (1, USUAL)),
        (date(2026, 10, 7), (5, USUAL)),
        (date(2026, 10, 8), (5, WINTER)),
        (date(2027, 4, 30), (None, WINTER)),
        (date(2027, 5, 1), (None, USUAL[:2])),
    ):
        with statements.count() as sent:
            assert queries.week_and_periods(day) == expected, day
        assert len(sent) == 1
        assert queries.periods_on(day) == expected[1]


def test_periods_are_entered_changed_and_removed_and_leave_a_trail(ctx, cast: Cast):
    service.add_periods(cast.gu.id, MONDAY, WINTER, NOW)
    with pytest.raises(periods.PeriodsThere):
        service.add_periods(cast.gu.id, MONDAY, USUAL, NOW)
    service.change_periods(cast.gu.id, MONDAY, fingerprint(WINTER), WINTER, NOW)
    service.change_periods(cast.gu.id, MONDAY, fingerprint(WINTER), WINTER[:1], NOW)
    with pytest.raises(ChangedMeanwhile):
        service.change_periods(cast.gu.id, MONDAY, fingerprint(WINTER), USUAL, NOW)
    with pytest.raises(ChangedMeanwhile):
        service.remove_periods(cast.gu.id, MONDAY, fingerprint(WINTER), NOW)
    assert queries.periods_on(MONDAY) == WINTER[:1]
    service.remove_periods(cast.gu.id, MONDAY, fingerprint(WINTER[:1]), NOW)
    assert queries.all_periods() == {}
    with pytest.raises(NotFound):
        service.remove_periods(cast.gu.id, MONDAY, "", NOW)
    trail = db.session.query(AuditEntry).order_by(AuditEntry.id)
    assert [(entry.verb, entry.after) for entry in trail] == [
        ("add periods", {"since": "2026-09-07", "periods": ["08:30–09:15", "09:25–10:10"]}),
        ("change periods", {"since": "2026-09-07", "periods": ["08:30–09:15"]}),
        ("remove periods", {}),
    ]


def test_only_who_keeps_the_calendar_keeps_the_periods(ctx, cast: Cast):
    for actor in (cast.lin, cast.ou, cast.chen):
        with pytest.raises(NotFound):
            service.add_periods(actor.id, MONDAY, WINTER, NOW)
    assert queries.all_periods() == {}


# ── pages ───────────────────────────────────────────────────────────────────


def typed(*rows: tuple[str, str, str], **fields: str) -> dict[str, str]:
    values = {f"rows-{n}-{name}": "" for n in range(MOST_PERIODS) for name in ("starts", "ends", "name")}
    for n, row in enumerate(rows):
        values |= dict(zip((f"rows-{n}-starts", f"rows-{n}-ends", f"rows-{n}-name"), row, strict=True))
    return values | fields


@pytest.fixture
def gu(app, cast, monkeypatch):
    monkeypatch.setattr("activities.kit.i18n.DEFAULT", "en")
    return logged_in(app, cast.gu)


def test_periods_are_typed_with_empty_rows_left_out(app, gu):
    page = gu.get("/terms/periods/new").text
    assert 'value="08:00"' in page
    assert 'value="Self-study"' in page
    rows = (("08:30", "09:15", ""), ("", "", ""), ("20:30", "22:30", " 晚自习 "))
    assert gu.submit("/terms/periods/new", **typed(*rows, since="2026-10-08")).location == "/terms/periods"
    with app.app_context():
        assert queries.periods_since(date(2026, 10, 8)) == (WINTER[0], span("20:30-22:30", "晚自习"))
    shown = gu.get("/terms/periods").text
    assert "From Thu 8 Oct 2026 on" in shown
    assert "晚自习" in shown


@pytest.mark.parametrize(
    ("rows", "since", "field", "sentence"),
    [
        ([("08:30", "09:15", "")], "", "since", "Choose a day."),
        ([("08:30", "09:15", "")], "1999-10-08", "since", "Enter a year between 2000"),
        ([("08:30", "", "")], "2026-10-08", "rows-0-ends", "Enter a time."),
        ([("", "09:15", "")], "2026-10-08", "rows-0-starts", "Enter a time."),
        ([("", "", "x")], "2026-10-08", "rows-0-starts", "Enter a time."),
        ([("25:00", "26:00", "")], "2026-10-08", "rows-0-starts", "Enter a time, for example 16:00."),
        ([("", "", ""), ("09:15", "08:30", "")], "2026-10-08", "rows-1-starts", "ends before it begins"),
        ([("08:30", "09:15", ""), ("09:00", "10:00", "")], "2026-10-08", "rows-1-starts", "begins before the one"),
        ([], "2026-10-08", "since", "A day has 1 to 20 periods."),
    ],
)
def test_refused_periods_come_back_as_typed(app, gu, rows, since, field, sentence):
    answer = gu.submit("/terms/periods/new", **typed(*rows, since=since))
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text
    assert sentence in answer.text
    for row in rows:
        assert all(f'value="{value}"' in answer.text for value in row if value)
    with app.app_context():
        assert queries.all_periods() == {}


def test_who_saves_periods_second_sees_what_is_there(app, cast, gu):
    with app.app_context():
        service.add_periods(cast.gu.id, MONDAY, WINTER, NOW)
    answer = gu.submit("/terms/periods/2026-09-07", **typed(("08:00", "08:45", ""), fingerprint="old"))
    assert answer.status_code == 422
    assert "Someone else has changed this meanwhile." in answer.text
    assert "08:30–09:15" in answer.text
    again = typed(("08:00", "08:45", ""), fingerprint=fingerprint(WINTER))
    assert gu.submit("/terms/periods/2026-09-07", **again).status_code == 303
    with app.app_context():
        assert queries.periods_since(MONDAY) == (span("08:00-08:45"),)


def test_the_grid_stands_in_the_schools_own_periods(app, cast, gu):
    with app.app_context():
        service.add_periods(cast.gu.id, MONDAY, (span("12:00-12:45"), span("12:50-13:35")), NOW)
    page = logged_in(app, cast.lin).get("/slots?week=2026-11-25").text
    assert "Periods 1–2<br>12:00" in page

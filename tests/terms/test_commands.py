"""Terms and special days as an installation enters them."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa

from activities.audit.models import AuditEntry
from activities.kit.db import db
from activities.terms import changes, service
from activities.terms.commands import add_term, fill_days
from activities.terms.models import SpecialDay, Term
from activities.terms.official import OfficialDay
from activities.terms.queries import special_days, week_of
from tests.cast import NOW

YEAR = date(2026, 1, 1), date(2026, 12, 31)
LONG_AFTER = 2090  # no notice will be known for long


@pytest.fixture
def run(app):
    return lambda command, *arguments: app.test_cli_runner().invoke(command, arguments)


def test_a_term_is_entered_and_counts_its_weeks(run, app):
    assert run(add_term, " 2026 秋 ", "2026-09-07", "18").exit_code == 0
    with app.app_context():
        assert db.session.execute(sa.select(Term.name, Term.weeks)).one() == ("2026 秋", 18)
        assert week_of(date(2026, 9, 14)) == 2
        assert db.session.scalars(sa.select(AuditEntry.verb)).all() == ["add term"]
    # The next one may begin the day after.
    assert run(add_term, "2027 春", "2027-01-11", "18").exit_code == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ["春", "2026-09-08", "18"],
        ["春", "2026-09-07", "0"],
        ["春", "2026-09-07", "31"],
        ["春", "2026-09-07", "9" * 30],
        ["春", "1999-12-27", "18"],
        ["春", "9999-12-27", "18"],
        [" ", "2026-09-07", "18"],
        ["x" * 101, "2026-09-07", "18"],
        ["秋", "2027-03-01", "18"],
        ["春", "2026-12-28", "18"],
        ["春", "2026-08-31", "2"],
    ],
)
def test_what_cannot_be_a_term_is_refused_with_a_sentence(run, app, arguments):
    run(add_term, "秋", "2026-09-07", "18")
    result = run(add_term, *arguments)
    assert (result.exit_code, result.stderr.count("\n")) == (1, 1)
    assert result.stderr.startswith("Error: ")
    with app.app_context():
        assert db.session.scalars(sa.select(Term.name)).all() == ["秋"]


def test_a_year_is_filled_once(run, app):
    assert run(fill_days, "2026").exit_code == 0
    with app.app_context():
        days = special_days(*YEAR)
        assert days[date(2026, 10, 1)].off
        assert not days[date(2026, 10, 10)].off
        assert all(day.confirmed for day in days.values())
        assert service.fill_days(None, 2026, NOW) == 0


def test_a_year_without_a_notice_is_unconfirmed_until_it_is_out(run, app, monkeypatch):
    plain, noticed = (run(fill_days, str(year)).stdout.count("\n") for year in (LONG_AFTER, 2026))
    assert (plain, noticed) == (2, 1)
    first, second = date(LONG_AFTER, 10, 1), date(LONG_AFTER, 10, 8)
    out = [OfficialDay(day, "国庆节", off=True, confirmed=True) for day in (first, second)]
    with app.app_context():
        assert not any(day.confirmed for day in special_days(date(LONG_AFTER, 1, 1), date(LONG_AFTER, 12, 31)).values())
        monkeypatch.setattr(changes, "official_days", lambda years: out)
        service.fill_days(None, LONG_AFTER, NOW)
        days = special_days(date(LONG_AFTER, 1, 1), date(LONG_AFTER, 12, 31))
        assert [(day, days[day].confirmed) for day in sorted(days)] == [(first, True), (second, True)]


def test_a_day_edited_by_hand_is_kept(ctx):
    db.session.add(SpecialDay(day=date(2026, 10, 1), name="校庆", off=False, acts_as=date(2026, 10, 2)))
    db.session.add(SpecialDay(day=date(2026, 11, 11), name="运动会", off=True))
    db.session.commit()
    service.fill_days(None, 2026, NOW)
    days = special_days(*YEAR)
    assert (days[date(2026, 10, 1)].name, days[date(2026, 11, 11)].name) == ("校庆", "运动会")


@pytest.mark.parametrize("year", ["1999", "2100", "-1", "9" * 30])
def test_a_year_out_of_range_is_refused(run, year):
    result = run(fill_days, "--", year)
    assert (result.exit_code, result.stderr.count("\n")) == (1, 1)

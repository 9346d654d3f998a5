"""One record's history, and one's own records."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from activities.kit.db import db
from activities.records.models import Record
from activities.records.rules import Attendance, Mark
from activities.records.service import record_attendance
from tests.cast import HOUR, NOW, logged_in, make_activity, make_post, make_slot

pytestmark = pytest.mark.usefixtures("at_noon")

# ── one record ──────────────────────────────────────────────────────────────


@pytest.fixture
def record(app, cast, recorded) -> str:
    """The address of Lin's record, corrected once."""
    with app.app_context():
        marks = {cast.lin.id: Mark(Attendance.LATE, 60, 30)}
        record_attendance(cast.ou.id, recorded.id, marks, recorded.ends_at, reason="came <late>")
        public_id = db.session.scalar(sa.select(Record.public_id).where(Record.member_id == cast.lin.id))
        return f"/records/{public_id}"


def test_the_history_is_told_in_sentences(app, cast, record):
    for who in (cast.lin, cast.ou):
        page = logged_in(app, who).get(record).text
        assert "陈静 recorded: Present, 1.5 hours." in page
        assert "欧阳慧敏 corrected it: from “Present, 1.5 hours” to “30 min late, 1 hour”." in page
        assert "Reason: came &lt;late&gt;" in page


def test_a_record_is_for_its_member_and_the_organizers(app, cast, record):
    for who in (cast.wang, cast.zhao, cast.gu):
        assert logged_in(app, who).get(record).status_code == 404
    for wrong in ("1", "0", "-1", "x" * 300, "%F0%9F%98%80"):
        assert logged_in(app, cast.lin).get(f"/records/{wrong}").status_code == 404


def test_a_history_takes_a_fixed_number_of_statements(app, cast, record, statements):
    visitor = logged_in(app, cast.lin)
    with statements.count() as sent:
        visitor.get(record)
    assert len(sent) <= 3


# ── my records ──────────────────────────────────────────────────────────────


@pytest.fixture
def years(app, cast):
    """Sixty records of Lin: an hour of cleaning a day, every fifth of study, five of them in the year before."""
    with app.app_context():
        study = make_post(make_activity("理论学习", cast.first, "study"), "A101")
        rows = []
        for n in range(60):
            day = NOW - timedelta(days=n if n < 55 else 365 + n)
            slot = make_slot(study if n % 5 == 0 else cast.lake, day - HOUR)
            rows.append(
                {
                    "slot_id": slot.id, "member_id": cast.lin.id, "attendance": Attendance.PRESENT, "minutes": 60,
                    "minutes_late": 0, "ledger": "learning" if n % 5 == 0 else "service", "day": day.date(),
                    "evidence": "organizer_tick", "is_final": True,
                    "recorded_by_id": cast.ou.id, "recorded_at": NOW, "changed_at": NOW,
                }
            )  # fmt: skip
        db.session.execute(sa.insert(Record), rows)
        db.session.commit()


def lines(page: str) -> int:
    return page.count('<th scope="row">')


def test_my_records_come_newest_first_in_pages(app, cast, years):
    visitor = logged_in(app, cast.lin)
    first, second = (visitor.get(f"/records?page={n}").text for n in (1, 2))
    assert (lines(first), lines(second)) == (50, 10)
    assert first.index("25 Nov") < first.index("24 Nov")
    assert "page=2" in first
    assert "page=3" not in second


def test_my_records_are_filtered_by_year_and_ledger(app, cast, years):
    visitor = logged_in(app, cast.lin)
    assert lines(visitor.get("/records?year=2025").text) == 5
    assert lines(visitor.get("/records?ledger=learning").text) == 12
    page = visitor.get("/records?year=2026&ledger=learning").text
    assert lines(page) == 11
    assert "ledger=service" in page


def test_ledgers_are_summed_apart(app, cast, years):
    page = logged_in(app, cast.lin).get("/records?year=2026").text
    figures = re.findall(r"<dt>([^<]+)</dt><dd>([\d.]+) ", page)
    assert figures == [("Volunteer service", "44"), ("Post duty", "0"), ("Study", "11"), ("Organisational life", "0")]


def test_whoever_has_no_records_is_told_what_to_do(app, cast):
    page = logged_in(app, cast.lin).get("/records").text
    assert "Nothing has been recorded of you yet." in page


def test_nobody_sees_anothers_records_there(app, cast, years):
    assert lines(logged_in(app, cast.wang).get("/records").text) == 0


def test_my_records_take_a_fixed_number_of_statements(app, cast, years, statements):
    visitor = logged_in(app, cast.lin)
    with statements.count() as sent:
        visitor.get("/records")
    assert len(sent) <= 5


@pytest.mark.parametrize(
    "query",
    ["year=abc", "year=99999999999999999999", "year=0", "year=1999", "page=0", "page=-5", "page=99999999999999999999",
     "page=x", "ledger=money", "ledger=%20", "year=&page=&ledger="],
)  # fmt: skip
def test_odd_filters_are_no_error(app, cast, years, query):
    assert logged_in(app, cast.lin).get(f"/records?{query}").status_code == 200

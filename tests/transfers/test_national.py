"""Volunteer service for the national system, to the minute, and nothing that is none."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
import time_machine
from python_calamine import CalamineWorkbook

from activities.duties.kinds import Evidence, Ledger
from activities.kit.db import db
from activities.outbox.models import Notice
from activities.people.sheet import read
from activities.records.models import Record
from activities.transfers.national import CALCULATES, EVIDENCE, HEADINGS, as_csv
from activities.transfers.rules_cells import Field, guess
from activities.transfers.rules_refusals import NothingNew
from tests.cast import NOW, english
from tests.certificates.orders import recorded
from tests.transfers.test_service import bring

DAYS = "first=2026-01-01&last=2026-12-31"


@pytest.fixture(autouse=True)
def at_noon():
    with time_machine.travel(NOW, tick=False):
        yield


def table(app, member, kind="csv", days=DAYS) -> list[list[str]]:
    answer = english(app, member).get(f"/hours/export.{kind}?{days}")
    assert answer.status_code == 200
    if kind == "csv":
        assert answer.data.startswith(b"\xef\xbb\xbf")
        return list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"), newline="")))
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.data))
    answer.close()
    return [[str(cell) for cell in line] for line in book.get_sheet_by_index(0).to_python()]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_each_record_is_a_row_to_the_minute(app, cast, kind):
    with app.app_context():
        slot = recorded(cast, cast.lin, 77)
        public_id = db.session.scalars(sa.select(Record.public_id)).one()
        place = slot.post.name
    found = table(app, cast.chen, kind)
    assert found[0] == list(HEADINGS)
    minutes = "77" if kind == "csv" else "77.0"
    assert found[1] == [
        "林可欣", "2301001", "第一支部", "东湖责任区清扫", "2026-11-23", "12:00", "14:00", place, place, minutes,
        "第一支部", "欧阳慧敏", "组织者点名", public_id,
    ]  # fmt: skip


def test_the_sum_is_that_of_the_records(app, cast):
    with app.app_context():
        for days, minutes in ((2, 77), (3, 61), (4, 120)):
            recorded(cast, cast.lin, minutes, days)
        recorded(cast, cast.wang, 33, 5)
    found = table(app, cast.chen)[1:]
    assert sum(int(line[9]) for line in found) == 291
    page = english(app, cast.chen).get("/hours/export").get_data(as_text=True)
    assert "<b>4 records</b>·2 people" in page
    assert "4 h 51 min" in page


@pytest.mark.parametrize(
    "change",
    [{"ledger": Ledger.DUTY}, {"ledger": Ledger.LEARNING}, {"is_final": False}, {"day": date(2025, 12, 31)}],
)
def test_what_is_no_volunteer_service_or_not_final_stays(app, cast, change):
    with app.app_context():
        recorded(cast, cast.lin, 77)
        db.session.execute(sa.update(Record).values(**change))
        db.session.commit()
    assert len(table(app, cast.chen)) == 1


def test_only_ones_own_people(app, cast):
    with app.app_context():
        recorded(cast, cast.lin, 77)
    assert english(app, cast.ou).get(f"/hours/export.csv?{DAYS}").status_code == 404


def test_days_the_wrong_way_round_are_said(app, cast):
    chen = english(app, cast.chen)
    answer = chen.get("/hours/export?first=2026-11-24&last=2026-11-23")
    assert answer.status_code == 422
    assert "The last day is before the first" in answer.get_data(as_text=True)
    assert chen.get("/hours/export.csv?first=2026-11-24&last=2026-11-23").status_code == 404


@pytest.mark.any_database
@pytest.mark.parametrize("sign", CALCULATES)
def test_nothing_that_was_typed_is_calculated(sign):
    data = b"".join(as_csv([(f"{sign}1+1", 5)])).decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(data, newline="")))[1] == [f"'{sign}1+1", "5"]


@pytest.mark.any_database
def test_our_own_importer_understands_the_headings():
    sheet = read(b"".join(as_csv([("x",) * len(HEADINGS)])), "a.csv")[0]
    found = guess(sheet.rows[0].cells)
    assert set(found) >= {Field.NUMBER, Field.NAME, Field.DAY, Field.START, Field.END, Field.MINUTES, Field.ACTIVITY}
    assert HEADINGS[found[Field.MINUTES]] == "服务时长（分钟）"


@pytest.mark.any_database
def test_every_evidence_has_its_word():
    assert set(EVIDENCE) == set(Evidence)


def test_it_takes_one_statement_whatever_there_is(app, cast, statements):
    with app.app_context():
        for days in range(2, 8):
            recorded(cast, cast.lin, 30, days)
    chen = english(app, cast.chen)
    with statements.count() as sent:
        chen.get(f"/hours/export.csv?{DAYS}").get_data()
    assert len(sent) <= 2, sent


# ── what is told of an import ───────────────────────────────────────────────


def test_whose_hours_are_imported_is_told_once_an_import(ctx, cast):
    bring(cast)
    with pytest.raises(NothingNew):
        bring(cast)
    query = sa.select(Notice.member_id, Notice.params).where(Notice.topic == "transfers.imported")
    told = dict(db.session.execute(query).all())
    assert {who: params["minutes"] for who, params in told.items()} == {
        cast.lin.id: 120, cast.wang.id: 90, cast.zhao.id: 120,
    }  # fmt: skip
    assert len(db.session.execute(query).all()) == 3
    assert timedelta(minutes=sum(params["minutes"] for params in told.values())) == timedelta(minutes=330)

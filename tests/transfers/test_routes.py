"""The pages on which hours are imported."""

from __future__ import annotations

from io import BytesIO

import pytest
import sqlalchemy as sa
import time_machine

from activities.kit.db import db
from activities.records.models import Record
from activities.transfers.models import HoursImport
from tests.cast import NOW, english
from tests.people.rosters import csv_file
from tests.transfers.test_service import FILE, HEADINGS


@pytest.fixture(autouse=True)
def at_noon():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def chen(app, cast):
    return english(app, cast.chen)


@pytest.fixture
def sent(cast, chen):
    """Send a file; return the answer."""

    def send(data=FILE, name="a.csv"):
        return chen.submit("/hours/imports", unit=cast.school.public_id, file=(BytesIO(data), name))

    return send


def shown(chen, answer, **fields):
    """The preview at which an answer points, and what its form holds."""
    path = answer.location
    page = chen.get(path).text
    digest = page.split('name="digest" value="')[1].split('"')[0]
    columns = dict.fromkeys(("minutes", "hours", "start", "end", "ledger"), "-")
    columns |= {name: str(n) for n, name in enumerate(("number", "name", "day", "span", "activity", "place"))}
    return path, page, {"kind": "practice_team", "digest": digest, **columns, **fields}


def test_a_file_is_shown_imported_and_taken_back(app, chen, sent):
    path, page, form = shown(chen, sent())
    assert "3 records would be made" in page
    assert "图书馆整理" in page
    answer = chen.submit(path, **form)
    assert answer.status_code == 303
    page = chen.get("/hours/imports").text
    assert "3 records are imported" in page
    assert "Take all 3 records back" in page
    with app.app_context():
        batch = db.session.scalars(sa.select(HoursImport)).one()
    assert chen.submit(f"/hours/imports/{batch.public_id}/undo").status_code == 303
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Record)) == 0
    assert chen.get(path).status_code == 404


def test_unknown_headings_are_asked_for_once(chen, sent):
    data = csv_file([("a", "b", "c", "d", "e", "f"), *[line.split(",") for line in FILE.decode().splitlines()[1:]]])
    path = sent(data).location
    assert "Choose a column for" in chen.get(path).text
    _, _, form = shown(chen, sent(data))
    assert chen.submit(path, **form).status_code == 404  # a newer file took its place
    path, _, form = shown(chen, sent(data))
    page = chen.submit(path, **form, look="1").text
    form["digest"] = page.split('name="digest" value="')[1].split('"')[0]
    assert chen.submit(path, **form).status_code == 303
    assert "Choose a column for" not in chen.get(sent(data).location).text


def test_bad_rows_hold_an_import_back(chen, sent):
    data = csv_file([HEADINGS, ("2301001", "", "昨天", "1:00-2:00", "x", ""), ("2301001", "", "46331", "1-2", "x", "")])
    path, page, form = shown(chen, sent(data))
    assert "Row 2" in page
    assert "A day such as 2026-11-25." in page
    answer = chen.submit(path, **form)
    assert answer.status_code == 422
    assert "2 rows cannot be imported" in answer.text


@pytest.mark.parametrize("junk", ["x", "-1", "9" * 20, "ä"], ids=["x", "less", "huge", "ä"])
def test_no_form_makes_an_error_of_ours(chen, sent, junk):
    path, _, form = shown(chen, sent())
    for name in form:
        assert chen.submit(path, **{**form, name: junk}).status_code in (303, 404, 409, 422)


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"\xff\xfe\x00\x00x"], ids=repr)
def test_hostile_files_come_back_with_a_sentence(sent, data):
    assert sent(data).status_code == 422


def test_the_preview_takes_as_many_statements_for_many_rows(chen, sent, statements):
    few = sent().location
    with statements.count() as one:
        chen.get(few)
    rows = [("2301001", "", str(46000 + n), "8:00-9:00", "图书馆", "") for n in range(200)]
    many = sent(csv_file([HEADINGS, *rows])).location
    with statements.count() as two:
        chen.get(many)
    assert len(one) == len(two)

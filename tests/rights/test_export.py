"""What one takes along: all that is kept about one, and nothing about anybody else."""

from __future__ import annotations

import json
from io import BytesIO
from zipfile import ZipFile

import pytest
import time_machine
from icalendar import Calendar
from jsonschema import Draft202012Validator, FormatChecker

from activities.kit.db import Base
from activities.people import consents
from activities.people.rules_consents import Purpose
from activities.rights.sections import LEFT_OUT, SECTIONS
from activities.signups.service import sign_up
from tests.cast import NOW, english
from tests.certificates.orders import asked_for, certified, recorded
from tests.corrections.requests import correction_of_lin


@pytest.fixture(autouse=True)
def at_noon():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def lived(app, cast):
    """Lin and Wang have done things here."""
    with app.app_context():
        correction_of_lin(cast)
        certified(cast)
        recorded(cast, cast.wang, 77)
        asked_for(cast)
        sign_up(cast.lin.id, cast.slot.id, NOW)
        consents.agree(cast.lin.id, Purpose.NAME_ON_NOTICE, NOW)


def taken(app, member) -> ZipFile:
    answer = english(app, member).submit("/account/data/export")
    assert answer.status_code == 200
    return ZipFile(BytesIO(answer.data))


def test_it_keeps_to_the_schema_that_is_in_it(app, cast, lived):
    archive = taken(app, cast.lin)
    schema, data = (json.loads(archive.read(name)) for name in ("schema.json", "data.json"))
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema, format_checker=FormatChecker()).validate(data)
    filled = {name for name in SECTIONS if data[name]}
    assert filled >= {
        "person",
        "consents",
        "sign_ups",
        "records",
        "corrections",
        "certificates",
        "notices",
        "what_i_did",
    }
    assert data["person"][0]["name"] == "林可欣"


def test_a_schema_refuses_what_it_does_not_know(app, cast, lived):
    archive = taken(app, cast.lin)
    schema, data = (json.loads(archive.read(name)) for name in ("schema.json", "data.json"))
    validator = Draft202012Validator(schema)
    assert not validator.is_valid({**data, "records": [{**data["records"][0], "secret": 1}]})
    assert not validator.is_valid({name: data[name] for name in data if name != "records"})


def test_the_calendar_and_the_certificates_go_along(app, cast, lived):
    archive = taken(app, cast.lin)
    calendar = Calendar.from_ical(archive.read("duties.ics"))
    assert [event["summary"] for event in calendar.walk("VEVENT")]
    assert archive.read("certificates/2026-000001.pdf").startswith(b"%PDF")
    assert archive.testzip() is None


def test_it_holds_nothing_of_others(app, cast, lived):
    data = taken(app, cast.lin).read("data.json").decode()
    assert "王一诺" not in data
    assert "2301002" not in data
    assert 77 not in [record["minutes"] for record in json.loads(data)["records"]]


def test_who_has_done_nothing_gets_what_there_is(app, cast):
    archive = taken(app, cast.zhao)
    assert archive.namelist() == ["data.json", "schema.json", "duties.ics"]
    Draft202012Validator(json.loads(archive.read("schema.json"))).validate(json.loads(archive.read("data.json")))


def test_it_is_made_a_few_times_an_hour(app, cast):
    lin = english(app, cast.lin)
    assert [lin.submit("/account/data/export").status_code for _ in range(7)] == [200] * 6 + [429]


def test_it_takes_a_statement_a_section(app, cast, lived, statements):
    lin = english(app, cast.lin)
    lin.submit("/account/data/export").get_data()  # the first time the certificate's file is remembered
    with statements.count() as sent:
        lin.submit("/account/data/export").get_data()
    assert len(sent) <= len(SECTIONS) + 7, sent


@pytest.mark.any_database
def test_every_table_that_names_a_person_is_handed_out_or_said_why_not():
    naming = {
        table.name for table in Base.metadata.tables.values()
        if any(key.column.table.name == "member" for column in table.columns for key in column.foreign_keys)
    }  # fmt: skip
    told = {section.whose.class_.__tablename__ for section in SECTIONS.values()} | {"leave", "odd_note"}
    assert naming - told == set(LEFT_OUT), naming - told ^ set(LEFT_OUT)

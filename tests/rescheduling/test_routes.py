"""The pages between changing a day and what becomes of its slots."""

from __future__ import annotations

import re
from datetime import date
from html import unescape

import pytest
import time_machine

from activities.duties.models import Slot
from activities.duties.rules import SlotState
from activities.kit.db import db
from activities.outbox.models import Notice
from activities.signups.service import sign_up
from activities.terms.models import SpecialDay, Term
from activities.terms.queries import special_days
from tests.cast import DAY, HOUR, NOW, Visitor, logged_in, make_slot

HOLIDAY = {"day": "2026-11-26", "name": "校庆", "what": "off", "acts_as": ""}
FIELD = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')


@pytest.fixture(autouse=True)
def in_november(monkeypatch):
    monkeypatch.setattr("activities.kit.i18n.DEFAULT", "en")
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def gu(app, cast) -> Visitor:
    with app.app_context():
        sign_up(cast.lin.id, cast.slot.id, NOW - HOUR)
        sign_up(cast.wang.id, cast.slot.id, NOW - HOUR)
    return logged_in(app, cast.gu)


def again(page: str) -> dict[str, str]:
    """A page's hidden fields, but for the token."""
    return {unescape(k): unescape(v) for k, v in FIELD.findall(page) if k != "csrf_token"}


def words(page: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", "", page)).split())


def days(app) -> list[date]:
    with app.app_context():
        return sorted(special_days(date(2026, 1, 1), date(2026, 12, 31)))


def slot(app, cast) -> Slot:
    with app.app_context():
        return db.session.get(Slot, cast.slot.id)


def topics(app) -> list[str]:
    with app.app_context():
        return [n.topic for n in db.session.query(Notice).order_by(Notice.id) if n.topic != "signups.seated"]


def test_a_day_without_slots_is_saved_at_once(app, gu):
    assert gu.submit("/terms/days/new", **HOLIDAY | {"day": "2026-12-01"}).location == "/terms?year=2026"
    assert days(app) == [date(2026, 12, 1)]


def test_a_day_with_slots_asks_what_becomes_of_them_and_saves_nothing(app, cast, gu):
    answer = gu.submit("/terms/days/new", **HOLIDAY)
    page = words(answer.text)
    assert answer.status_code == 200
    assert "1 slot is on days that change" in page
    assert "2 people are on them. Nothing is saved yet." in page
    assert "东湖责任区清扫" in page
    assert again(answer.text)["name"] == "校庆"
    assert days(app) == []


def test_the_slots_can_be_left(app, cast, gu):
    kept = again(gu.submit("/terms/days/new", **HOLIDAY).text)
    assert gu.submit("/terms/days/new", **kept, fate="keep", reason="", to="").status_code == 303
    assert "1 slot stays as it is." in gu.get("/terms").text
    assert days(app) == [date(2026, 11, 26)]
    assert topics(app) == ["rescheduling.keep"]


def test_cancelling_is_confirmed_with_everyone_counted(app, cast, gu):
    kept = again(gu.submit("/terms/days/new", **HOLIDAY).text)
    refused = gu.submit("/terms/days/new", **kept, fate="cancel", reason=" ", to="")
    assert refused.status_code == 422
    assert "Say why, so that everyone on them knows." in refused.text
    shown = gu.submit("/terms/days/new", **kept, fate="cancel", reason="校庆", to="")
    page = words(shown.text)
    assert "Cancel 1 slot?" in page
    assert "2 people are on them and are told." in page
    assert "Cancel them and tell 2 people" in page
    assert days(app) == []
    assert gu.submit("/terms/days/new", **again(shown.text)).location == "/terms?year=2026"
    assert "1 slot is cancelled. 2 people are told." in gu.get("/terms").text
    assert slot(app, cast).state is SlotState.CANCELLED
    assert sorted(topics(app)) == ["rescheduling.cancel", "signups.cancelled", "signups.cancelled"]


def test_moving_shows_what_cannot_be_moved_and_why(app, cast, gu):
    with app.app_context():
        make_slot(cast.lake, NOW + 3 * DAY)
        db.session.commit()
    kept = again(gu.submit("/terms/days/new", **HOLIDAY).text)
    for to, sentence in (
        ("", "Choose a day."),
        ("2026-11-26", "the day the slots are on already"),
        ("x", "Enter a day"),
    ):
        answer = gu.submit("/terms/days/new", **kept, fate="move", reason="", to=to)
        assert answer.status_code == 422
        assert 'href="#to"' in answer.text
        assert sentence in answer.text
    stays = words(gu.submit("/terms/days/new", **kept, fate="move", reason="", to="2026-11-28").text)
    assert "None of them can be moved to that day." in stays
    assert "This post already has a slot that starts Sat 28 Nov 12:00." in stays
    shown = gu.submit("/terms/days/new", **kept, fate="move", reason="", to="2026-11-29")
    assert "Move them and tell 2 people" in shown.text
    assert gu.submit("/terms/days/new", **again(shown.text)).status_code == 303
    assert slot(app, cast).starts_at == NOW + 4 * DAY
    assert days(app) == [date(2026, 11, 26)]


def test_who_signed_up_meanwhile_is_shown_before_anything_is_done(app, cast, gu):
    kept = again(gu.submit("/terms/days/new", **HOLIDAY).text)
    shown = gu.submit("/terms/days/new", **kept, fate="cancel", reason="校庆", to="")
    with app.app_context():
        sign_up(cast.ou.id, cast.slot.id, NOW - HOUR, or_wait=True)
    answer = gu.submit("/terms/days/new", **again(shown.text))
    assert answer.status_code == 409
    assert "have changed since you looked" in answer.text
    assert "Cancel them and tell 3 people" in answer.text
    assert days(app) == []
    assert gu.submit("/terms/days/new", **again(answer.text)).status_code == 303


def test_a_refused_day_comes_back_before_slots_are_asked_about(gu):
    answer = gu.submit("/terms/days/new", **HOLIDAY | {"acts_as": "2026-11-27"})
    assert answer.status_code == 422
    assert 'href="#acts_as"' in answer.text


def test_the_slots_left_on_a_day_are_found_from_its_page(app, cast, gu):
    with app.app_context():
        db.session.add(SpecialDay(day=date(2026, 11, 26), name="校庆", off=True))
        db.session.commit()
    assert 'href="/terms/days/2026-11-26/slots"' in gu.get("/terms/days/2026-11-26").text
    page = words(gu.get("/terms/days/2026-11-26/slots").text)
    assert "1 slot is planned on this day" in page
    assert "Nothing is saved yet" not in page
    shown = gu.submit("/terms/days/2026-11-26/slots", fate="cancel", reason="校庆", to="")
    assert gu.submit("/terms/days/2026-11-26/slots", **again(shown.text)).status_code == 303
    assert "No slot to come stands on this day." in gu.get("/terms/days/2026-11-26/slots").text


def test_a_shorter_term_asks_for_the_weeks_that_fall_out(app, cast, gu):
    with app.app_context():
        db.session.add(Term(name="2026 秋", starts_on=date(2026, 9, 7), weeks=18))
        db.session.commit()
    opened = again(gu.get("/terms/2026-09-07").text)
    opened = opened or {
        "fingerprint": re.search(r'name="fingerprint"[^>]*value="([^"]+)"', gu.get("/terms/2026-09-07").text)[1]
    }
    shorter = {"name": "2026 秋", "starts_on": "2026-09-07", "weeks": "11", **opened}
    assert "1 slot is on days that change" in words(gu.submit("/terms/2026-09-07", **shorter).text)
    assert gu.submit("/terms/2026-09-07", **shorter | {"weeks": "12"}).status_code == 303


def test_a_year_that_is_filled_over_slots_asks_too(app, cast, gu):
    with app.app_context():
        make_slot(cast.lake, NOW + 37 * DAY)  # 1 January
        db.session.commit()
    page = gu.submit("/terms/years/2027/fill")
    assert "1 slot is on days that change" in words(page.text)
    done = gu.submit("/terms/years/2027/fill", fate="keep", reason="", to="")
    assert done.location == "/terms?year=2027"
    assert "days changed." in gu.get("/terms?year=2027").text

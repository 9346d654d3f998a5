"""The self-review: drafts kept, counted as people count, handed in, taken back, and reminded of once."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
import time_machine

from activities.cycles import pages
from activities.cycles import service as keeping
from activities.cycles.rules_refusals import NotOpen, StepNotOpen, StepOver
from activities.essays import queries, service
from activities.essays.models import Essay
from activities.essays.rules import FarTooLong, HandedIn, NotHandedIn, TooLong, TooShort, characters
from activities.kit.db import db
from activities.kit.refusal import ChangedMeanwhile, NotFound
from activities.outbox.models import Notice
from tests.cast import DAY, NOW, english
from tests.cycles.opened import opened, the_cycle

# The school's review from 2026-11-25 on: five working days of evidence, then the self-review until 12-15.
THEN = NOW + 8 * DAY
TEXT = "这一年我参加了十二次志愿服务。" * 3


@pytest.fixture(autouse=True)
def while_it_is_open():
    with time_machine.travel(THEN, tick=False):
        yield


@pytest.fixture
def cycle(ctx, cast):
    opened(cast, least=10, most=100)
    return the_cycle()


def kept(member) -> Essay | None:
    query = sa.select(Essay).where(Essay.member_id == member.id)
    return db.session.execute(query, execution_options={"populate_existing": True}).scalars().one_or_none()


@pytest.mark.parametrize(
    ("text", "expected"), [("", 0), ("志愿 服务\n\n一年", 6), ("a b\u3000c", 3), ("𠮷野家", 3), ("，。", 2)]
)
def test_characters_are_counted_without_blanks(text, expected):
    assert characters(text) == expected


class TestWriting:
    def test_drafts_are_kept_one_after_the_other(self, cast, cycle):
        assert service.save(cast.lin.id, cycle.id, 0, "初", THEN) == 1
        assert service.save(cast.lin.id, cycle.id, 1, TEXT, THEN) == 2
        with pytest.raises(ChangedMeanwhile):
            service.save(cast.lin.id, cycle.id, 1, "另一个窗口", THEN)
        assert kept(cast.lin).text == TEXT
        assert queries.handed_in(cycle.id) == {}

    def test_what_is_handed_in_is_as_long_as_is_asked(self, cast, cycle):
        for text, refusal in (("短", TooShort), ("长" * 101, TooLong)):
            revision = service.save(cast.lin.id, cycle.id, kept(cast.lin).revision if kept(cast.lin) else 0, text, THEN)
            with pytest.raises(refusal):
                service.hand_in(cast.lin.id, cycle.id, revision, THEN)
            assert kept(cast.lin).text == text
        with pytest.raises(FarTooLong):
            service.save(cast.lin.id, cycle.id, kept(cast.lin).revision, "长" * 20_001, THEN)

    def test_it_is_handed_in_and_taken_back_while_the_step_is_open(self, cast, cycle):
        service.save(cast.lin.id, cycle.id, 0, TEXT, THEN)
        with pytest.raises(ChangedMeanwhile):
            service.hand_in(cast.lin.id, cycle.id, 0, THEN)
        service.hand_in(cast.lin.id, cycle.id, 1, THEN)
        assert queries.handed_in(cycle.id) == {cast.first.id: 1}
        with pytest.raises(HandedIn):
            service.save(cast.lin.id, cycle.id, 1, "改", THEN)
        service.take_back(cast.lin.id, cycle.id, THEN)
        with pytest.raises(NotHandedIn):
            service.take_back(cast.lin.id, cycle.id, THEN)
        service.save(cast.lin.id, cycle.id, 2, TEXT, THEN)
        service.hand_in(cast.lin.id, cycle.id, 3, THEN)
        with pytest.raises(StepOver):
            service.take_back(cast.lin.id, cycle.id, THEN + 20 * DAY)

    def test_outside_its_days_it_is_not_written(self, cast, cycle):
        with pytest.raises(StepNotOpen):
            service.save(cast.lin.id, cycle.id, 0, TEXT, NOW)
        with pytest.raises(StepOver):
            service.save(cast.lin.id, cycle.id, 0, TEXT, THEN + 20 * DAY)
        keeping.reopen(cast.chen.id, cycle.id, "essay", (THEN + 20 * DAY).date(), "有人出差", THEN + 19 * DAY)
        service.save(cast.lin.id, cycle.id, 0, TEXT, THEN + 19 * DAY)

    def test_who_takes_no_part_writes_none(self, cast, cycle):
        with pytest.raises(NotFound):
            service.save(cast.wang.id, cycle.id, 0, TEXT, THEN)
        keeping.remove_person(cast.chen.id, cycle.id, cast.lin.id, "转出", THEN)
        with pytest.raises(NotFound):
            service.save(cast.lin.id, cycle.id, 0, TEXT, THEN)
        keeping.call_off(cast.chen.id, cycle.id, "填错", THEN)
        with pytest.raises((NotFound, NotOpen)):
            service.save(cast.zhao.id, cycle.id, 0, TEXT, THEN)


class TestReminding:
    def test_who_has_not_handed_in_is_told_once_before_the_end(self, cast, cycle):
        last = cycle.windows["essay"].last
        assert last == date(2026, 12, 15)  # a Tuesday: two working days before its end is the Monday
        service.save(cast.lin.id, cycle.id, 0, TEXT, THEN)
        service.hand_in(cast.lin.id, cycle.id, 1, THEN)
        told = sa.select(Notice.member_id).where(Notice.topic == "cycles.due_soon")
        monday = NOW + 19 * DAY
        for moment, expected in ((monday - DAY, 0), (monday, 4), (monday + DAY, 4)):
            service.remind(moment)
            assert len(db.session.scalars(told).all()) == expected
        assert cast.lin.id not in db.session.scalars(told).all()
        keeping.reopen(cast.chen.id, cycle.id, "essay", last + timedelta(days=7), "有人出差", monday)
        service.remind(monday + 7 * DAY)
        assert len(db.session.scalars(told).all()) == 8

    def test_what_is_asked_is_asked_until_it_is_done(self, cast, cycle):
        assert [ask.step for ask in self.asked(cast.lin, THEN)] == ["essay"]
        assert self.asked(cast.lin, NOW) == []
        service.save(cast.lin.id, cycle.id, 0, TEXT, THEN)
        service.hand_in(cast.lin.id, cycle.id, 1, THEN)
        assert self.asked(cast.lin, THEN) == []

    @staticmethod
    def asked(member, now):
        from flask import current_app

        with current_app.test_request_context():
            return pages.asked_of(member, now)


class TestThePages:
    @pytest.fixture
    def page(self, app, cast):
        with app.app_context():
            public_id = opened(cast, least=10, most=100)
        return f"/my-review/{public_id}"

    def test_it_is_written_kept_and_handed_in(self, app, cast, page):
        lin = english(app, cast.lin)
        assert "Write your self-review and hand it in until Tue 15 Dec." in lin.get(page).text
        assert "Nothing is left for you to do here" not in lin.get(page).text
        assert lin.submit(f"{page}/essay", text="draft", revision=0).status_code == 303
        shown = lin.get(f"{page}/essay").text
        assert 'name="revision" type="hidden" value="1"' in shown
        assert re.search(r"<b data-count>5</b> / 100", shown)
        short = lin.submit(f"{page}/hand-in", text="short", revision=1)
        assert (short.status_code, "It has 5 characters; at least 10" in short.text) == (422, True)
        assert lin.submit(f"{page}/hand-in", text=TEXT, revision=2).status_code == 303
        assert "Take it back and change it" in lin.get(f"{page}/essay").text
        assert "Nothing is left for you to do here" in lin.get(page).text
        assert lin.submit(f"{page}/take-back").status_code == 303

    def test_a_draft_from_another_window_loses_nothing(self, app, cast, page):
        lin = english(app, cast.lin)
        lin.submit(f"{page}/essay", text="from the phone", revision=0)
        answer = lin.submit(f"{page}/essay", text="from the laptop", revision=0)
        assert answer.status_code == 422
        assert all(one in answer.text for one in ("from the phone", "from the laptop", "Another draft was kept"))
        assert lin.submit(f"{page}/essay", text="both", revision=1).status_code == 303

    def test_its_script_keeps_it_while_it_is_typed(self, app, cast, page):
        lin = english(app, cast.lin)
        assert lin.submit(f"{page}/draft", text="quietly", revision=0).json == {"revision": 1, "said": "Kept at 12:00"}
        assert lin.submit(f"{page}/draft", text="stale", revision=0).status_code == 409
        assert lin.submit(f"{page}/draft", text="x" * 21_000, revision=1).status_code == 409

    def test_nobody_else_has_this_page(self, app, cast, page):
        assert english(app, cast.wang).get(f"{page}/essay").status_code == 404

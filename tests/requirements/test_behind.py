"""Who is falling behind, seen by those who can help; telling them, by hand and once a month."""

from __future__ import annotations

import io
from datetime import date, datetime

import pytest
import sqlalchemy as sa
import time_machine
from python_calamine import CalamineWorkbook

from activities.audit.models import AuditEntry
from activities.duties.rules import SlotState, WayIn
from activities.kit.clock import at
from activities.kit.db import db
from activities.kit.refusal import NotAllowed
from activities.kit.roles import Role
from activities.outbox.models import Notice
from activities.people.models import Member
from activities.people.rules import Stages, Standings
from activities.people.service import acting
from activities.requirements import behind, exempting, pages, queries, telling
from activities.requirements.rules import Exempted
from activities.requirements.rules_exempting import Ground, Why
from activities.signups.rules import Offer
from activities.timetables.models import BusySpan, Timetable
from tests.cast import (
    DAY,
    HOUR,
    NOW,
    english,
    grant,
    logged_in,
    make_activity,
    make_member,
    make_post,
    make_slot,
    store,
)
from tests.requirements.asked import END, SERVICE, SWEEPING, asked_by, attended, seat

JANUARY = date(2026, 1, 1)


@pytest.fixture(autouse=True)
def at_noon():
    with time_machine.travel(NOW, tick=False):
        yield


def names(cast, line: str = "", unit: str = "") -> list[str]:
    found = behind.overview([cast.school.path], 2026, unit, line, NOW)
    return [one.person.name for one in found.people]


def told(topic: str) -> list[int]:
    return list(db.session.scalars(sa.select(Notice.member_id).where(Notice.topic == topic).order_by(Notice.id)))


@pytest.mark.usefixtures("ctx")
class TestWhoIsBehind:
    def test_by_unit_class_and_name_whatever_the_amount(self, cast):
        asked_by(cast.school, cast.chen, SERVICE)
        make_member("2301003", "安宁", cast.first, class_name="营销2301")
        attended(cast, cast.sweeping, minutes=1000, who=cast.wang)
        attended(cast, cast.sweeping, minutes=1190, days=8)  # Lin is not behind
        assert names(cast) == ["陈静", "顾云", "欧阳慧敏", "安宁", "王一诺", "赵明"]

    def test_what_is_promised_counts_as_if_it_were_done(self, cast):
        asked_by(cast.first, cast.chen, SERVICE._replace(amount=120))
        assert "林可欣" in names(cast)
        seat(cast.slot, cast.lin)
        assert "林可欣" not in names(cast)

    def test_who_is_exempted_is_not_behind(self, cast):
        asked_by(cast.first, cast.chen, SERVICE)
        db.session.commit()
        exempting.exempt(cast.chen.id, cast.lin.id, Exempted(JANUARY, END), Why(Ground.AWAY), NOW)
        assert "林可欣" not in names(cast)
        assert "王一诺" in names(cast)

    def test_one_line_is_looked_at_by_itself(self, cast):
        asked_by(cast.first, cast.chen, SERVICE, SWEEPING)
        for days in (7, 8):
            attended(cast, cast.sweeping, days=days)
        assert "林可欣" in names(cast, SERVICE.key)
        assert "林可欣" not in names(cast, SWEEPING.key)

    def test_units_are_counted_by_those_asked_and_those_behind(self, cast):
        asked_by(cast.first, cast.chen, SERVICE._replace(amount=60))
        attended(cast, cast.sweeping)
        [unit] = behind.overview([cast.school.path], 2026, "", "", NOW).units
        assert (unit.name, unit.asked, unit.behind) == ("第一支部", 3, 2)


@pytest.mark.usefixtures("ctx")
class TestManyAtOnce:
    def test_they_stand_as_each_of_them_does(self, cast):
        asked_by(cast.school, cast.chen, SERVICE)
        asked_by(cast.first, cast.chen, SWEEPING, stages=Stages.ACTIVIST)
        attended(cast, cast.sweeping)
        attended(cast, cast.sweeping, days=8, who=cast.wang, final=False)
        db.session.commit()
        exempting.exempt(cast.chen.id, cast.lin.id, Exempted(JANUARY, date(2026, 6, 30)), Why(Ground.AWAY), NOW)
        people = [cast.lin, cast.wang, cast.zhao]
        found = behind.year_of([one.id for one in people], 2026, NOW)
        assert [one.name for one in found.people] == ["林可欣", "王一诺", "赵明"]
        for one in people:
            own = queries.own_year(one, 2026, NOW)
            assert (found.stands[one.id].lines, found.stands[one.id].version) == (own.lines, own.version)
        assert found.stands[cast.lin.id].exempted == [Exempted(JANUARY, date(2026, 6, 30))]

    def test_what_they_did_is_told_where_nothing_is_asked_too(self, cast):
        attended(cast, cast.sweeping)
        found = behind.year_of([cast.lin.id], 2026, NOW)
        assert not found.stands
        assert found.did[cast.lin.id][SERVICE.key].final == 120

    def test_it_takes_six_statements_however_many_they_are(self, cast, statements):
        asked_by(cast.school, cast.chen, SERVICE)
        db.session.commit()
        for people in ([cast.lin.id], [cast.lin.id, cast.wang.id, cast.zhao.id, cast.ou.id]):
            with statements.count() as seen:
                behind.year_of(people, 2026, NOW)
            assert len(seen) == 6


@pytest.mark.usefixtures("ctx")
class TestTelling:
    def test_those_chosen_are_told_once_a_day_with_their_next_slots(self, cast):
        asked_by(cast.school, cast.chen, SERVICE)
        db.session.commit()
        chosen = [cast.lin.public_id, cast.zhao.public_id]
        assert [telling.tell(cast.chen.id, chosen, 2026, NOW) for _ in range(2)] == [2, 0]
        trail = sa.select(sa.func.count()).where(AuditEntry.verb == "tell what is owed")
        assert db.session.scalar(trail) == 2
        assert telling.tell(cast.chen.id, [*chosen, cast.wang.public_id], 2026, NOW) == 1
        db.session.execute(sa.delete(Notice).where(Notice.member_id == cast.wang.id))
        assert told("requirements.told") == [cast.lin.id]
        assert told("requirements.told_alone") == [cast.zhao.id]  # no slot that Zhao may take
        notice = db.session.scalars(sa.select(Notice).where(Notice.member_id == cast.lin.id)).one()
        assert [one["slot"] for one in notice.params["list"]] == [cast.slot.public_id]
        assert notice.params["owed"] == [[SERVICE.key, 1200]]

    def test_nobody_outside_ones_units_and_nobody_who_owes_nothing_is_told(self, cast):
        asked_by(cast.school, cast.chen, SERVICE._replace(amount=60))
        attended(cast, cast.sweeping)
        grant(cast.wang, Role.SECRETARY, cast.first)
        db.session.commit()
        assert telling.tell(cast.wang.id, [cast.zhao.public_id, cast.lin.public_id], 2026, NOW) == 0
        with pytest.raises(NotAllowed):
            telling.tell(cast.ou.id, [cast.lin.public_id], 2026, NOW)

    def test_many_are_offered_the_slots_that_each_of_their_pages_shows(self, cast):
        offered = next_slots(cast)
        assert {who.name: [offer.post for offer in offers] for who, offers in offered.items()} == {
            "林可欣": ["任何人", "周末", "下周"], "王一诺": ["积极分子", "周末", "下周"],
            "赵明": ["全院", "二支部"], "欧阳慧敏": ["教工", "任何人", "周末"],
        }  # fmt: skip
        for who, offers in offered.items():
            shown = [card.offer for some in pages.slots_for(who, 2026, [SERVICE], NOW).values() for card in some]
            assert [one.id for one in offers] == [one.id for one in sorted(shown, key=lambda one: one.starts_at)][:3]

    def test_it_takes_the_same_statements_however_many_are_told(self, cast, statements):
        asked_by(cast.school, cast.chen, SERVICE)
        few = [make_member(f"24{n}", f"新{n}", cast.first) for n in range(2)]
        many = [make_member(f"25{n}", f"新{n}", cast.first) for n in range(12)]
        db.session.commit()

        def sent(people: list[Member]) -> int:
            with statements.count() as seen:
                telling.tell(cast.chen.id, [one.public_id for one in people], 2026, NOW)
            return len(seen)

        assert sent(few) == sent(many)

    @pytest.mark.parametrize(
        ("day", "told_on", "is_told"),
        [(1, 1, True), (3, 1, True), (4, 1, False), (14, 15, False), (15, 15, True), (15, 0, False)],
    )
    def test_once_a_month_who_still_owes_is_told(self, cast, day, told_on, is_told):
        asked_by(cast.first, cast.chen, SERVICE, told_on=told_on)
        attended(cast, cast.sweeping, minutes=1200)  # Lin has done it
        db.session.commit()
        noon = at(date(2026, 12, day), datetime.min.time().replace(hour=12))
        for _ in range(2):
            telling.tell_monthly(noon)
        assert told("requirements.monthly") == ([cast.ou.id, cast.wang.id] if is_told else [])

    def test_once_a_month_many_are_told_in_as_many_statements_as_few(self, cast, statements):
        asked_by(cast.first, cast.chen, SERVICE, told_on=1)
        db.session.commit()
        counts = []
        for month, more in ((11, 0), (12, 5)):
            for n in range(more):
                make_member(f"m{n}", f"同学{n}", cast.first)
            db.session.commit()
            with statements.count() as seen:
                telling.tell_monthly(at(date(2026, month, 1), datetime.min.time().replace(hour=12)))
            counts.append(len(seen))
        assert counts[0] == counts[1]
        assert len(told("requirements.monthly")) == 3 + 8


def next_slots(cast) -> dict[Member, list[Offer]]:
    """Slots that some of the cast see, may take and have time for, and others not."""
    for member in (cast.lin, cast.wang, cast.zhao, cast.ou):
        seat(make_slot(make_post(cast.sweeping, f"在岗{member.id}"), NOW + DAY, hours=2), member)
    here = [
        ("已满", {}, {"capacity": 1, "taken": 1}), ("积极分子", {"stages": Stages.ACTIVIST}, {}),
        ("教工", {"standings": Standings.TEACHER}, {}), ("指派", {"way_in": WayIn.ASSIGNMENT}, {}),
        ("任何人", {}, {}), ("周末", {}, {}), ("下周", {}, {}), ("再下周", {}, {}),
    ]  # fmt: skip
    for days, (name, of, fields) in enumerate(here, start=3):
        post = make_post(make_activity(name, cast.first, "cleaning", **of), name, capacity=2)
        make_slot(post, NOW + days * DAY, **fields)
    make_slot(make_post(make_activity("同时", cast.first, "cleaning"), "同时", capacity=2), NOW + DAY)
    make_slot(
        make_post(make_activity("全院", cast.school, "cleaning", eligible_unit_id=cast.second.id), "全院"),
        NOW + 3 * DAY,
    )
    make_slot(make_post(make_activity("二支部", cast.second, "cleaning"), "二支部"), NOW + 4 * DAY)
    make_slot(make_post(make_activity("学习", cast.first, "study"), "学习"), NOW + 3 * DAY)
    cast.slot.state = SlotState.CANCELLED
    timetable = store(Timetable(member_id=cast.wang.id))  # has a lesson while anybody may sweep
    lesson = NOW + 7 * DAY
    store(BusySpan(timetable_id=timetable.id, starts_at=lesson, ends_at=lesson + HOUR))
    db.session.commit()
    members = [acting(who.id) for who in (cast.lin, cast.wang, cast.zhao, cast.ou)]
    found = pages.next_for(members, {who.id: [SERVICE] for who in members}, 2026, 3, NOW)
    return {who: found[who.id] for who in members}


class TestThePages:
    @pytest.fixture
    def chen(self, app, cast):
        with app.app_context():
            asked_by(cast.school, cast.chen, SERVICE)
            db.session.commit()
        return english(app, cast.chen)

    def test_people_are_chosen_and_told(self, app, cast, chen):
        page = chen.get("/behind/2026").text
        assert f'value="{cast.lin.public_id}"' in page
        assert "Volunteer service: 18.03 hours behind" in page
        answer = chen.submit("/behind/2026/tell", who=[cast.lin.public_id], line=SERVICE.key)
        assert answer.location.endswith("/behind/2026?line=hours:service")
        chen.submit("/behind/2026/tell", who=[cast.lin.public_id])
        assert "Nobody new is told" in chen.get("/behind/2026").text
        with app.app_context():
            assert told("requirements.told") == [cast.lin.id]

    def test_a_unit_and_a_person_are_looked_at_from_there(self, cast, chen):
        page = chen.get(f"/behind/2026?unit={cast.second.public_id}").text
        assert "赵明" in page
        assert "林可欣" not in page
        assert "Still owed: <b>20 hours</b>" in chen.get(f"/behind/2026/people/{cast.zhao.public_id}").text
        assert chen.get("/behind/2026?unit=nowhere").status_code == 404

    def test_the_workbook_has_a_row_a_person_and_line(self, cast, chen):
        answer = chen.get(f"/behind/2026.xlsx?unit={cast.second.public_id}")
        rows = CalamineWorkbook.from_filelike(io.BytesIO(answer.data)).get_sheet_by_index(0).to_python()
        assert rows[1][:7] == ["第二支部", "会计2302", "赵明", "2302001", "Volunteer service", "hours", 20]
        assert len(rows) == 2

    def test_it_takes_the_same_statements_however_many_people(self, app, cast, chen, statements):
        def sent() -> int:
            with statements.count() as seen:
                assert chen.get("/behind/2026").status_code == 200
            return len(seen)

        few = sent()
        with app.app_context():
            for n in range(8):
                who = make_member(f"24{n}", f"新{n}", cast.first)
                attended(cast, cast.sweeping, days=n + 1, who=who)
            db.session.commit()
        assert sent() == few <= 8

    def test_a_secretary_of_a_branch_sees_that_branch_alone(self, app, cast, chen):
        with app.app_context():
            grant(db.session.merge(cast.wang), Role.SECRETARY, db.session.merge(cast.first))
            db.session.commit()
        wang = logged_in(app, cast.wang)
        page = wang.get("/behind/2026").text
        assert "林可欣" in page
        assert "赵明" not in page
        assert wang.get(f"/behind/2026/people/{cast.zhao.public_id}").status_code == 404


def test_nothing_is_there_where_nothing_is_asked(app, cast):
    assert "Nothing is asked of anybody" in english(app, cast.chen).get("/behind/2026").text

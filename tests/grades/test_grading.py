"""Grades: by a person, never by oneself, no more excellent than the share, in versions; opinions of who is asked."""

from __future__ import annotations

import re
from fractions import Fraction

import pytest
import sqlalchemy as sa
import time_machine
from sqlalchemy.exc import IntegrityError

from activities.cycles import queries as cycles
from activities.cycles import service as keeping
from activities.cycles.models import CycleUnit, Participant
from activities.cycles.rules import Grade
from activities.cycles.rules_refusals import NoRoom, OwnGrade, StepNotOpen, StepOver
from activities.cycles.rules_settings import Settings
from activities.grades import queries, service
from activities.grades.models import GradeVersion
from activities.grades.rules import AskedAlready, NoneLeft, NotTheirs, OwnOpinion, SayWhy, TooLate
from activities.kit.db import db
from activities.kit.refusal import ChangedMeanwhile, NotFound
from activities.outbox.models import Notice
from activities.people.joining import join
from activities.people.models import AccountLink, Member
from activities.people.rules import Stage
from tests.cast import DAY, at_once, english, make_member
from tests.closings.closed import another, close, grade_all
from tests.cycles.opened import GRADING, appoint, opened, the_cycle
from tests.house.test_races import race

EXCELLENT, GOOD, POOR, UNGRADED = Grade.EXCELLENT, Grade.GOOD, Grade.POOR, Grade.UNGRADED

pytestmark = pytest.mark.usefixtures("while_grades_are_given")


@pytest.fixture
def cycle(ctx, cast):
    """With three full members of the first branch, of whom one may be excellent, and one on probation."""
    make_member("2301011", "钱多", cast.first)
    make_member("2301012", "孙悦", cast.first, stage=Stage.PROBATIONARY)
    db.session.commit()
    opened(cast)
    return the_cycle()


def part_of(name: str) -> Participant:
    query = sa.select(Participant).join(Participant.member).where(Participant.member.has(name=name))
    return db.session.execute(query, execution_options={"populate_existing": True}).scalars().one()


def give(who, cycle, name: str, grade: Grade, reason: str = "", now=GRADING, seen: int | None = None) -> None:
    member_id = part_of(name).member_id
    count = len(queries.versions_of(part_of(name).id)) if seen is None else seen
    service.give(who.id, cycle.id, member_id, count, grade, "表现稳定。", reason, now)


def excellent(cycle, unit) -> tuple[int, int]:
    query = sa.select(CycleUnit).where(CycleUnit.cycle_id == cycle.id, CycleUnit.unit_id == unit.id)
    one = db.session.execute(query, execution_options={"populate_existing": True}).scalars().one()
    return one.excellent, one.most


class TestGrading:
    def test_a_grade_is_a_persons_and_stays_in_versions(self, cast, cycle):
        give(cast.chen, cycle, "林可欣", GOOD)
        give(cast.chen, cycle, "林可欣", EXCELLENT, "补交的证明属实")
        part = part_of("林可欣")
        assert (part.grade, part.graded_by_id) == (EXCELLENT, cast.chen.id)
        versions = queries.versions_of(part.id)
        assert [(one.grade, one.reason, one.count) for one in versions] == [
            (EXCELLENT, "补交的证明属实", 2),
            (GOOD, "", 1),
        ]
        assert queries.graded(cycle.id) == {cast.first.id: 1}

    def test_no_more_are_excellent_than_the_share(self, cast, cycle):
        give(cast.chen, cycle, "林可欣", EXCELLENT)
        assert excellent(cycle, cast.first) == (1, 1)
        with pytest.raises(NoneLeft):
            give(cast.chen, cycle, "钱多", EXCELLENT)
        give(cast.chen, cycle, "林可欣", GOOD, "调整")
        give(cast.chen, cycle, "钱多", EXCELLENT)
        assert excellent(cycle, cast.first) == (1, 1)
        version = cycles.versions(cycle.id)[0]
        with pytest.raises(NoRoom):
            keeping.set_settings(cast.chen.id, cycle.id, version.id, Settings(share=Fraction(1, 9)), "减", GRADING)

    def test_what_speaks_against_one(self, cast, cycle):
        with pytest.raises(OwnGrade):
            give(cast.chen, cycle, "陈静", GOOD)
        with pytest.raises(NotTheirs):
            give(cast.chen, cycle, "孙悦", GOOD)
        with pytest.raises(NotTheirs):
            give(cast.chen, cycle, "林可欣", UNGRADED)
        give(cast.chen, cycle, "孙悦", UNGRADED)
        give(cast.chen, cycle, "林可欣", GOOD)
        with pytest.raises(SayWhy):
            give(cast.chen, cycle, "林可欣", POOR)
        with pytest.raises(ChangedMeanwhile):
            give(cast.chen, cycle, "林可欣", POOR, "又", seen=0)
        with pytest.raises(StepNotOpen):
            give(cast.chen, cycle, "钱多", GOOD, now=GRADING - 20 * DAY)
        with pytest.raises(StepOver):
            give(cast.chen, cycle, "钱多", GOOD, now=GRADING + 20 * DAY)

    def test_nobody_grades_outside_their_units_nor_their_second_account(self, cast, cycle):
        for who in (cast.lin, cast.ou, cast.gu):
            with pytest.raises(NotFound):
                give(who, cycle, "赵明", GOOD)
        appoint(cast.wang, cast.first)
        with pytest.raises(NotFound):
            give(cast.wang, cycle, "赵明", GOOD)
        give(cast.wang, cycle, "钱多", GOOD)
        for one in (cast.wang, cast.lin):
            db.session.add(AccountLink(member_id=one.id, person_id=cast.lin.id))
        db.session.commit()
        with pytest.raises(OwnGrade):
            give(cast.wang, cycle, "林可欣", GOOD)

    def test_who_is_removed_leaves_their_place_among_the_excellent(self, cast, cycle):
        with at_once():
            for n in range(3):
                make_member(f"230105{n}", f"后来{n}", cast.first)
        db.session.commit()
        for n in range(3):
            keeping.add_person(cast.chen.id, cycle.id, member_of(f"后来{n}"), "转入", GRADING)
        give(cast.chen, cycle, "后来0", EXCELLENT)
        assert excellent(cycle, cast.first) == (1, 2)
        keeping.remove_person(cast.chen.id, cycle.id, part_of("后来0").member_id, "转出", GRADING)
        assert excellent(cycle, cast.first) == (0, 1)
        assert part_of("后来0").grade is None

    def test_the_database_refuses_a_grade_without_a_person_and_one_too_many(self, cast, cycle):
        for statement in (
            "UPDATE review_participant SET grade = 'good'",
            "UPDATE review_participant SET grade = 'good', graded_by_id = member_id",
            "UPDATE review_participant SET grade = 'ungraded', graded_by_id = :chen WHERE graded AND id <> 0",
            "UPDATE review_unit SET excellent = most + 1",
        ):
            query = sa.text(statement)
            with pytest.raises(IntegrityError):
                db.session.execute(query, {"chen": cast.chen.id} if ":chen" in statement else {})
            db.session.rollback()

    def test_of_those_who_grade_at_once_no_more_are_excellent_than_may_be(self, app, cast, cycle):
        with at_once():
            for n in range(9):
                make_member(f"230106{n}", f"同学{n}", cast.second)
        db.session.commit()
        ids = [member_of(f"同学{n}") for n in range(9)]
        for member_id in ids:
            keeping.add_person(cast.chen.id, cycle.id, member_id, "转入", GRADING)
        cycle_id = cycle.id
        verbs = [
            lambda member_id=member_id: service.give(cast.chen.id, cycle_id, member_id, 0, EXCELLENT, "好", "", GRADING)
            for member_id in ids
        ]
        results = race(app, verbs)
        db.session.rollback()  # and see what they did
        assert [type(one) for one in results if one is not None] == [NoneLeft] * 6
        assert excellent(cycle, cast.second) == (3, 3)

    def test_of_two_who_grade_one_person_at_once_one_does(self, app, cast, cycle):
        cycle_id = cycle.id
        verbs = [
            lambda grade=grade: service.give(cast.chen.id, cycle_id, cast.lin.id, 0, grade, "好", "", GRADING)
            for grade in (GOOD, POOR, EXCELLENT)
        ]
        results = race(app, verbs)
        db.session.rollback()  # and see what they did
        assert [type(one) for one in results if one is not None] == [ChangedMeanwhile] * 2
        assert db.session.scalar(sa.select(sa.func.count()).select_from(GradeVersion)) == 1


def member_of(name: str) -> int:
    return db.session.scalars(sa.select(Member.id).where(Member.name == name)).one()


class TestOpinions:
    def test_who_is_asked_by_name_writes_one(self, cast, cycle):
        then = GRADING - 10 * DAY
        service.ask_opinion(cast.chen.id, cycle.id, cast.lin.id, cast.ou.id, then)
        with pytest.raises(AskedAlready):
            service.ask_opinion(cast.chen.id, cycle.id, cast.lin.id, cast.ou.id, then)
        with pytest.raises(OwnOpinion):
            service.ask_opinion(cast.chen.id, cycle.id, cast.lin.id, cast.lin.id, then)
        [asked] = queries.opinions_asked_of(cast.ou.id)
        told = db.session.scalars(sa.select(Notice.member_id).where(Notice.topic == "cycles.opinion_asked"))
        assert list(told) == [cast.ou.id]
        with pytest.raises(NotFound):
            service.write_opinion(cast.wang.id, asked.id, "冒充", then)
        service.write_opinion(cast.ou.id, asked.id, "踏实。", then)
        service.write_opinion(cast.ou.id, asked.id, "踏实，肯帮人。", GRADING)
        with pytest.raises(TooLate):
            service.write_opinion(cast.ou.id, asked.id, "晚了", GRADING + 20 * DAY)
        [opinion] = queries.opinions_on(asked.participant_id)
        assert opinion.text == "踏实，肯帮人。"


class TestAccountsOfOnePerson:
    def test_what_one_gave_another_is_taken_away_and_decided_anew(self, cast, cycle):
        appoint(cast.wang, cast.first)
        give(cast.wang, cycle, "林可欣", EXCELLENT)
        give(cast.wang, cycle, "钱多", GOOD)
        join(cast.gu.id, cast.wang.id, cast.lin.id, GRADING)
        assert (part_of("林可欣").grade, part_of("钱多").grade) == (None, GOOD)
        assert excellent(cycle, cast.first) == (0, 1)
        give(cast.chen, cycle, "林可欣", GOOD, "由他人评定")
        assert part_of("林可欣").graded_by_id == cast.chen.id

    def test_an_opinion_of_oneself_goes(self, cast, cycle):
        for name in ("林可欣", "钱多"):
            service.ask_opinion(cast.chen.id, cycle.id, part_of(name).member_id, cast.wang.id, GRADING)
        for asked in queries.opinions_asked_of(cast.wang.id):
            service.write_opinion(cast.wang.id, asked.id, "踏实。", GRADING)
        join(cast.gu.id, cast.wang.id, cast.lin.id, GRADING)
        assert [len(queries.opinions_on(part_of(name).id)) for name in ("林可欣", "钱多")] == [0, 1]


class TestThePages:
    @pytest.fixture
    def at(self, app, cast):
        with app.app_context():
            for n in range(3):
                make_member(f"230101{n}", f"钱{n}", cast.first)
            db.session.commit()
            return f"/cycles/{opened(cast)}"

    def test_a_person_is_graded_on_their_page(self, app, cast, at):
        chen = english(app, cast.chen)
        page = f"{at}/people/{cast.lin.public_id}"
        assert "Excellent: 0 of 1 given, 1 left" in chen.get(page).text
        typed = {"opinion": "Steady.", "grade": "excellent", "seen": 0}
        assert chen.submit(f"{page}/grade", **typed).status_code == 303
        stale = chen.submit(f"{page}/grade", **typed)
        assert (stale.status_code, "Now: Excellent, by 陈静." in stale.text) == (422, True)
        assert chen.submit(f"{page}/grade", **typed | {"grade": "best"}).status_code == 422
        unit = chen.get(f"{at}/units/{cast.first.public_id}").text
        assert "Excellent: 1 of 1 given, 0 left" in unit
        assert chen.get(f"{at}/people/{cast.chen.public_id}").status_code == 404  # one's own
        other = chen.submit(f"{at}/people/{cast.ou.public_id}/grade", **typed)
        assert (other.status_code, "may be excellent, and that many are" in other.text) == (422, True)

    def test_of_oneself_the_unit_says_no_grade_before_the_review_is_closed(self, app, cast, at):
        unit, others = f"{at}/units/{cast.first.public_id}", "This is you: somebody else decides."
        with app.app_context():
            second = another(cast)
            appoint(cast.lin, cast.first)
            grade_all(cast, second, the_cycle())
            assert others in english(app, cast.lin).get(unit).text
            close(cast, second, the_cycle())
        page = english(app, cast.lin).get(unit).text
        own = page.split(f"{cast.lin.name} <")[1].split("</li>")[0]
        assert (others in page, "Qualified" in own) == (False, True)

    def test_from_one_person_the_way_goes_on_to_the_next_who_has_no_grade_until_none_is_left(self, app, cast, at):
        chen, seen = english(app, cast.chen), []
        page = f"{at}/people/{cast.lin.public_id}"
        while "/people/" in page:
            seen.append(page)
            left = 5 - len(seen) + 1
            assert f"{left} {'people' if left > 1 else 'person'} of the unit" in chen.get(page).text
            page = chen.submit(f"{page}/grade", opinion="Steady.", grade="good", seen=0, next=1).location
        with app.app_context():
            others = sa.select(sa.func.count(Participant.id)).where(Participant.grade.is_(None))
            left = db.session.scalar(others.where(Participant.unit_id == cast.first.id))
        assert len(seen) == len(set(seen)) == 5
        assert (left, page) == (0, f"{at}/units/{cast.first.public_id}")
        assert "Nobody else of the unit waits for you." in chen.get(page).text

    def test_the_page_of_the_review_leads_to_those_on_whom_nobody_has_decided_while_that_is_to_be_done(
        self, app, cast, at
    ):
        for moment, is_there in ((GRADING - 9 * DAY, False), (GRADING, True), (GRADING + 20 * DAY, False)):
            with time_machine.travel(moment, tick=False):
                steps = english(app, cast.chen).get(at).text.split('id="units"')[0]
            assert (f'href="{at}/overview/people"' in steps) == is_there, moment

    def test_of_two_forms_that_ask_for_a_reason_each_label_names_its_own_field(self, app, cast, at):
        chen, page = english(app, cast.chen), f"{at}/people/{cast.lin.public_id}"
        chen.submit(f"{page}/grade", opinion="Steady.", grade="good", seen=0)
        ids = re.findall(r' id="([^"]+)"', chen.get(page).text)
        assert sorted(ids) == sorted(set(ids))
        assert 'href="#leave-reason"' in chen.submit(f"{page}/remove", reason="").text

    def test_opinions_are_asked_for_and_written(self, app, cast, at):
        chen, ou = english(app, cast.chen), english(app, cast.ou)
        page = f"{at}/people/{cast.lin.public_id}"
        assert chen.submit(f"{page}/ask", number="nobody").status_code == 422
        assert chen.submit(f"{page}/ask", number="T001").status_code == 303
        with app.app_context():
            [asked] = queries.opinions_asked_of(cast.ou.id)
        assert "Write your opinion on 林可欣" in ou.get("/").text
        assert ou.submit(f"/my-review/opinions/{asked.public_id}", text="").status_code == 422
        assert ou.submit(f"/my-review/opinions/{asked.public_id}", text="Helps others.").status_code == 303
        assert "Write your opinion on 林可欣" not in ou.get("/").text
        assert "Helps others." in chen.get(page).text
        assert english(app, cast.lin).get(f"/my-review/opinions/{asked.public_id}").status_code == 404

    def test_who_is_asked_finds_it_among_their_reviews_and_can_change_it(self, app, cast, at):
        ou = english(app, cast.ou)
        assert "Opinions you are asked for" not in ou.get("/my-review/").text
        english(app, cast.chen).submit(f"{at}/people/{cast.lin.public_id}/ask", number="T001")
        page = ou.get("/my-review/").text
        assert "Write your opinion on 林可欣" in page
        address = re.search(r'href="(/my-review/opinions/[^"]+)"', page).group(1)
        ou.submit(address, text="Helps others.")
        page = ou.get("/my-review/").text
        assert ("Write your opinion on" in page, address in page, "Written Thu" in page) == (False, True, True)
        with time_machine.travel(GRADING + 20 * DAY, tick=False):
            assert address in ou.get("/my-review/").text

    def test_a_units_people_are_searched_and_sorted_by_as_many_statements_for_many(self, app, cast, at, statements):
        chen = english(app, cast.chen)
        path = f"{at}/units/{cast.first.public_id}"
        assert "林可欣" not in chen.get(f"{path}?search=钱&sort=name&only=grade").text
        assert "林可欣" in chen.get(f"{path}?search=%25&only=essay").text + chen.get(f"{path}?sort=x&page=x").text
        with statements.count() as few:
            chen.get(path)
        with app.app_context():
            for n in range(5):
                make_member(f"23010{n}9", f"晚{n}", cast.first)
            db.session.commit()
            for n in range(5):
                keeping.add_person(cast.chen.id, the_cycle().id, member_of(f"晚{n}"), "转入", GRADING)
        with statements.count() as many:
            chen.get(path)
        assert len(many) == len(few)

    def test_neither_order_nor_filter_tells_the_grade_of_who_looks(self, app, cast, at):
        chen = english(app, cast.chen)
        unit = f"{at}/units/{cast.first.public_id}"
        with app.app_context():
            appoint(cast.lin, cast.first)
        lin, seen = english(app, cast.lin), {}
        for grade in ("good", "excellent", "poor"):
            of_lin = f"{at}/people/{cast.lin.public_id}/grade"
            before = lin.get(f"{unit}?only=grade").text
            seen[grade] = [re.findall(r"钱\d|林可欣", lin.get(f"{unit}?sort=grade").text)]
            chen.submit(of_lin, opinion="Steady.", grade=grade, seen=len(seen) - 1, reason="Anew")
            seen[grade].append(re.findall(r"钱\d|林可欣", lin.get(f"{unit}?sort=grade").text))
            assert lin.get(f"{unit}?only=grade").text.count("row-p") == before.count("row-p") == 4
        assert len({tuple(order) for orders in seen.values() for order in orders}) == 1

    def test_no_number_tells_who_looks_that_they_are_excellent_themselves(self, app, cast, at):
        unit, seen = f"{at}/units/{cast.first.public_id}", set()
        with app.app_context():
            appoint(cast.lin, cast.first)
            ou = f"{at}/people/{cast.ou.public_id}"
        lin, chen = english(app, cast.lin), english(app, cast.chen)
        for grade in ("good", "excellent"):
            reason = "" if grade == "good" else "Anew"
            given = {"opinion": "Steady.", "grade": grade, "seen": int(grade != "good"), "reason": reason}
            assert chen.submit(f"{at}/people/{cast.lin.public_id}/grade", **given).status_code == 303
            pages = "".join(lin.get(page).text for page in (unit, ou, at))
            seen.add((pages.count("0 others; 1 at most, you among them"), re.findall(r">(\d)/1<", pages)[0]))
            assert "1 left" not in pages + lin.get(f"{at}/overview").text
        assert seen == {(2, "0")}
        assert "1 of 1 given, 0 left" in chen.get(unit).text

    def test_somebody_is_removed_with_a_reason(self, app, cast, at):
        chen = english(app, cast.chen)
        page = f"{at}/people/{cast.lin.public_id}"
        assert chen.submit(f"{page}/remove", reason="").status_code == 422
        assert chen.submit(f"{page}/remove", reason="Moved away").status_code == 303
        assert chen.get(page).status_code == 404

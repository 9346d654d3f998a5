"""The overview of a review: how far units are, who is waited for and told, how grades are spread."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
import time_machine

from activities.audit.models import AuditEntry
from activities.cycles import service as keeping
from activities.cycles.models import Participant
from activities.cycles.rules import Grade
from activities.cycles.rules_refusals import NotOpen, StepNotOpen
from activities.cycles.waits import WAITS
from activities.essays import service as essays
from activities.grades import service as grades
from activities.kit.db import db
from activities.kit.refusal import NotFound
from activities.outbox.models import Notice
from activities.overviews import pages, queries, service
from activities.overviews.queries import Wanted
from activities.overviews.rules import ORDER, in_all, spreads
from activities.people.models import Member
from activities.people.rules import Stage
from activities.people.service import acting
from tests.cast import DAY, NOW, at_once, english, make_member, make_unit
from tests.cycles.opened import GRADING, appoint, change, opened, the_cycle
from tests.peers.reviewing import drawn, handed_in, reviews, step

# While self-reviews are written, by the template.
WRITING = NOW + 10 * DAY

pytestmark = pytest.mark.usefixtures("while_grades_are_given")


@pytest.fixture
def cycle(ctx, cast):
    make_member("2301011", "钱多", cast.first)
    make_member("2301012", "孙悦", cast.first, stage=Stage.PROBATIONARY)
    db.session.commit()
    opened(cast)
    return the_cycle()


def give(who, cycle, member, grade):
    grades.give(who.id, cycle.id, member.id, 0, grade, "表现稳定。", "", GRADING)


def told(key: str = "cycles.waiting") -> list[int]:
    return list(db.session.scalars(sa.select(Notice.member_id).where(Notice.topic == key)))


class TestSpreads:
    def test_pieces_stand_side_by_side_and_fill_the_bar(self):
        [one] = spreads([("第一支部", {Grade.EXCELLENT: 1, Grade.GOOD: 1, None: 1})])
        assert [(piece.grade, piece.count) for piece in one.pieces] == [
            (Grade.EXCELLENT, 1),
            (Grade.GOOD, 1),
            (None, 1),
        ]
        assert [piece.x for piece in one.pieces] == [0, 33.33, 66.67]
        assert sum(piece.width for piece in one.pieces) == 100

    @pytest.mark.parametrize(
        ("counts", "share"),
        [
            ({}, 0), ({None: 3}, 0), ({Grade.UNGRADED: 2}, 0), ({Grade.EXCELLENT: 1, Grade.GOOD: 3}, 25),
            ({Grade.EXCELLENT: 1, Grade.UNGRADED: 7, None: 9}, 100),
        ],
    )  # fmt: skip
    def test_a_share_is_one_of_those_who_are_graded(self, counts, share):
        assert spreads([("", counts)])[0].share(Grade.EXCELLENT) == share

    def test_units_add_up(self):
        found = in_all({1: {Grade.GOOD: 2, None: 1}, 2: {Grade.GOOD: 3}})
        assert (found[Grade.GOOD], found[None], set(found)) == (5, 1, set(ORDER))


@pytest.mark.usefixtures("ctx")
class TestWhatIsSeen:
    def test_the_steps_by_unit(self, cast, cycle):
        essays.save(cast.lin.id, cycle.id, 0, "我" * 400, WRITING)
        essays.hand_in(cast.lin.id, cycle.id, 1, WRITING)
        give(cast.chen, cycle, cast.lin, Grade.EXCELLENT)
        give(cast.chen, cycle, cast.zhao, Grade.GOOD)
        page = pages.of_cycle(acting(cast.chen.id), cycle, GRADING)
        first = next(row for row in page["rows"] if row.unit.unit_id == cast.first.id)
        steps = [step.key for step, _standing in page["steps"]]
        cells, totals = dict(zip(steps, first.cells, strict=True)), dict(zip(steps, page["totals"], strict=True))
        assert {key: (cells[key].done, cells[key].everyone) for key in ("essay", "grade")} == {
            "essay": (1, 4), "grade": (1, 4),
        }  # fmt: skip
        assert {key: (totals[key].done, totals[key].missing) for key in ("essay", "grade")} == {
            "essay": (1, 6), "grade": (2, 5),
        }  # fmt: skip
        assert page["total"].counts[Grade.EXCELLENT] == 1

    def test_ones_own_grade_is_in_no_number_and_no_list(self, cast, cycle):
        appoint(cast.lin, cast.first)
        give(cast.chen, cycle, cast.lin, Grade.EXCELLENT)
        chen, lin = acting(cast.chen.id), acting(cast.lin.id)
        assert queries.tallies(chen, cycle)[cast.first.id] == {Grade.EXCELLENT: 1, None: 3}
        assert queries.tallies(lin, cycle) == {cast.first.id: {None: 3}}
        wanted = Wanted(None, Grade.EXCELLENT, 1)
        assert [one.member.name for one in queries.people(chen, cycle, wanted)] == ["林可欣"]
        assert queries.people(lin, cycle, wanted) == []

    def test_a_branch_secretary_sees_the_branch(self, cast, cycle):
        appoint(cast.wang, cast.first)
        wang = acting(cast.wang.id)
        page = pages.of_cycle(wang, cycle, GRADING)
        assert [row.unit.unit_id for row in page["rows"]] == [cast.first.id]
        assert set(queries.tallies(wang, cycle)) == {cast.first.id}
        with pytest.raises(NotFound):
            queries.unit_of(wang, cycle, cast.second.public_id)

    def test_years_before_are_those_that_were_closed(self, cast, cycle):
        opened(cast, cast.first, year=2025)
        that_year = (Participant.year == 2025, Participant.member_id == cast.lin.id)
        graded = {"grade": Grade.GOOD, "graded_by_id": cast.chen.id}
        db.session.execute(sa.update(Participant).where(*that_year).values(**graded))
        db.session.commit()
        assert queries.closed_years(acting(cast.chen.id), cycle) == {}
        close = "UPDATE review_cycle SET state = 'closed', ended_at = :now, ended_by_id = :one, close_asked_at = :now,"
        values = {"now": NOW, "one": cast.chen.id, "other": cast.gu.id}
        db.session.execute(sa.text(f"{close} close_asked_by_id = :other WHERE year = 2025"), values)
        db.session.commit()
        assert queries.closed_years(acting(cast.chen.id), cycle) == {2025: {Grade.GOOD: 1, None: 3}}


@pytest.mark.usefixtures("ctx")
class TestReminding:
    def test_who_has_not_handed_in_is_told_once_a_day(self, cast, cycle):
        essays.save(cast.lin.id, cycle.id, 0, "我" * 400, WRITING)
        essays.hand_in(cast.lin.id, cycle.id, 1, WRITING)
        change(cast.ou, active=False)
        assert service.remind(cast.chen.id, cycle.id, "essay", WRITING) == 4
        assert service.remind(cast.chen.id, cycle.id, "essay", WRITING) == 0
        assert not {cast.lin.id, cast.ou.id, cast.chen.id} & set(told())
        assert service.remind(cast.chen.id, cycle.id, "essay", WRITING + DAY) == 4
        deeds = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.verb == "remind")).all()
        assert [deed.after for deed in deeds] == [{"step": "essay", "people": 4}] * 2

    def test_a_branch_secretary_reminds_the_branch(self, cast, cycle):
        appoint(cast.wang, cast.first)
        assert service.remind(cast.wang.id, cycle.id, "essay", WRITING) == 4
        assert cast.zhao.id not in told()

    def test_of_missing_grades_the_nearest_secretary_is_told(self, cast, cycle):
        appoint(cast.wang, cast.first)
        appoint(cast.zhao, cast.school)
        assert service.remind(cast.chen.id, cycle.id, "grade", GRADING) == 2
        assert set(told()) == {cast.wang.id, cast.zhao.id}  # the other branches have none of their own
        for name in ("林可欣", "欧阳慧敏", "钱多"):
            member = db.session.scalars(sa.select(Member).where(Member.name == name)).one()
            give(cast.chen, cycle, member, Grade.GOOD)
        sun = db.session.scalars(sa.select(Member).where(Member.name == "孙悦")).one()
        give(cast.chen, cycle, sun, Grade.UNGRADED)
        assert service.remind(cast.chen.id, cycle.id, "grade", GRADING + DAY) == 1

    def test_of_the_secretarys_own_grade_who_is_nearest_above_is_told(self, cast, cycle):
        """Nobody grades themselves."""
        appoint(cast.lin, cast.first)
        appoint(cast.zhao, cast.school)
        by_unit = WAITS["grade"].who(cycle.id)
        assert dict(db.session.execute(by_unit).all())[cast.first.id] == cast.lin.id
        for part in db.session.scalars(sa.select(Participant).where(Participant.unit_id == cast.first.id)).all():
            if part.member_id != cast.lin.id:
                give(cast.chen, cycle, part.member, Grade.GOOD if part.graded else Grade.UNGRADED)
        waited = {who for unit, who in db.session.execute(by_unit) if unit == cast.first.id}
        assert waited == {cast.chen.id, cast.zhao.id}

    def test_who_was_asked_for_an_opinion_is_told_until_it_is_written(self, cast, cycle):
        grades.ask_opinion(cast.chen.id, cycle.id, cast.lin.id, cast.ou.id, GRADING)
        assert service.remind(cast.chen.id, cycle.id, "opinion", GRADING) == 1
        assert told() == [cast.ou.id]

    def test_peer_reviews_are_waited_for_from_who_has_one_to_write(self, cast, ctx):
        drawn(cast)
        for one in reviews(by=cast.lin):
            handed_in(one)
        writers = {one.member_id for one in reviews()} - {cast.lin.id, cast.chen.id}
        assert service.remind(cast.chen.id, the_cycle().id, "peers", step("peers")) == len(writers)
        assert set(told()) == writers

    def test_what_speaks_against_it(self, cast, cycle):
        for who in (cast.lin, cast.ou, cast.gu):
            with pytest.raises(NotFound):
                service.remind(who.id, cycle.id, "essay", WRITING)
        with pytest.raises(NotFound):
            service.remind(cast.chen.id, cycle.id, "nothing", WRITING)
        with pytest.raises(StepNotOpen):
            service.remind(cast.chen.id, cycle.id, "grade", WRITING)
        keeping.call_off(cast.chen.id, cycle.id, "撤回", WRITING)
        with pytest.raises(NotOpen):
            service.remind(cast.chen.id, cycle.id, "essay", WRITING)


class TestThePages:
    @pytest.fixture
    def at(self, app, cast):
        with app.app_context():
            make_member("2301011", "钱多", cast.first)
            db.session.commit()
            address = f"/cycles/{opened(cast)}"
            give(cast.chen, the_cycle(), cast.lin, Grade.EXCELLENT)
            return address

    def test_a_number_leads_to_the_people(self, app, cast, at):
        chen = english(app, cast.chen)
        page = chen.get(f"{at}/overview").text
        assert "Overview of the review of 2026" in page
        link = f"{at}/overview/people?grade=excellent&amp;unit={cast.first.public_id}"
        assert link in page
        assert "林可欣" in chen.get(link.replace("&amp;", "&")).text
        assert "林可欣" not in chen.get(f"{at}/overview/people").text
        for wrong in (f"{at}/overview/people?grade=best", f"{at}/overview/people?unit=x", f"{at}/waiting/essay"):
            assert chen.get(wrong).status_code == 404

    def test_one_click_reminds_and_says_how_many(self, app, cast, at):
        with time_machine.travel(WRITING, tick=False):
            chen = english(app, cast.chen)
            assert "钱多" in chen.get(f"{at}/waiting/essay").text
            answer = chen.submit(f"{at}/waiting/essay")
            assert answer.status_code == 303
            page = chen.get(answer.location).text
            assert "5 people are told." in page
            page = chen.get(chen.submit(f"{at}/waiting/essay").location).text
            assert "Nobody is left to tell" in page
            assert "waits for you" in english(app, cast.lin).get("/inbox").text
            assert "reminded 5 people: Self-review" in chen.get(at).text

    def test_it_takes_as_many_statements_for_many_as_for_few(self, app, cast, at, statements):
        chen = english(app, cast.chen)
        pages = (f"{at}/overview", f"{at}/overview/people", f"{at}/waiting/grade")
        few = []
        for page in pages:
            with statements.count() as counted:
                assert chen.get(page).status_code == 200
            few.append(len(counted))
        with app.app_context():
            cycle_id = the_cycle().id
            units = [make_unit(f"{n}支部", parent=cast.school) for n in range(6)]
            db.session.flush()
            with at_once():
                people = [make_member(f"23{n:05}", f"同学{n}", units[n % 6]) for n in range(60)]
            db.session.commit()
            for one in people[:12]:
                keeping.add_person(cast.chen.id, cycle_id, one.id, "转入", GRADING)
        for page, before in zip(pages, few, strict=True):
            with statements.count() as counted:
                chen.get(page)
            assert len(counted) == before

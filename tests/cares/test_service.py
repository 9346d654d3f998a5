"""Opinions on activists: by who cares for them alone, never written over unseen, told of, frozen with the review."""

from __future__ import annotations

import json
from datetime import time

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, IntegrityError

from activities.audit.models import AuditEntry
from activities.cares import kept_queries, queries, service
from activities.cares.asking import ask_all
from activities.cares.rules import NoDraftAgain
from activities.closings import freezing, verifying
from activities.closings import service as closing
from activities.cycles import service as keeping
from activities.cycles.rules import hash_of
from activities.cycles.rules_refusals import StepOver
from activities.cycles.snapshots import snapshot_of
from activities.grades.models import Opinion
from activities.grades.queries import opinions_asked_of
from activities.grades.rules import TooLate
from activities.kit.clock import at
from activities.kit.db import db
from activities.kit.refusal import ChangedMeanwhile, NotFound
from activities.outbox.models import Notice
from activities.overviews.service import remind
from activities.pairings import service as pairings
from activities.pairings.queries import of_carer
from activities.pairings.rules import Sort
from activities.people import joining
from activities.people.models import Member
from activities.people.service import acting
from activities.rights import export
from activities.rights.retention import run as forget
from tests.cares.guided import TEXT, guided, kept, the_opinions
from tests.cast import DAY, NOW, make_member
from tests.closings.closed import OVER, another, close, grade_all
from tests.cycles.opened import GRADING, appoint, change, the_cycle
from tests.house.test_races import race
from tests.pairings.paired import mentored, paired


@pytest.fixture
def cycle(ctx, cast):
    guided(cast)
    return the_cycle()


def told(topic: str) -> list[int]:
    return list(db.session.scalars(sa.select(Notice.member_id).where(Notice.topic == topic).order_by(Notice.member_id)))


def candidate() -> Member:
    return db.session.scalars(sa.select(Member).where(Member.name == "何一")).one()


def progress(who, cycle) -> list[tuple[str, int, int, int, int]]:
    found = kept_queries.progress(acting(who.id), cycle)
    return [(one.unit.name, one.people, one.alone, one.asked, one.written) for one in found]


class TestWriting:
    def test_a_draft_is_kept_handed_in_and_handed_in_anew(self, cast, cycle):
        assert kept(cast.ou, cast.wang, text="", hand_in=False) == 1
        assert kept(cast.ou, cast.wang, hand_in=False) == 2
        assert the_opinions()[0].handed_in_at is None
        assert kept(cast.ou, cast.wang) == 3
        with pytest.raises(NoDraftAgain):
            kept(cast.ou, cast.wang, hand_in=False)
        assert kept(cast.ou, cast.wang, text="再补充一点。", now=GRADING) == 4
        with pytest.raises(TooLate):
            kept(cast.ou, cast.wang, text="晚了", now=GRADING + 20 * DAY)
        [one] = the_opinions()
        assert (one.text, one.sort, one.stage, one.handed_in_at) == (
            "再补充一点。", Sort.CLASS_TEACHER, cast.wang.stage, GRADING,
        )  # fmt: skip
        query = sa.select(AuditEntry.verb, AuditEntry.after).where(AuditEntry.subject == "review_care")
        entries = db.session.execute(query.order_by(AuditEntry.id)).all()
        assert [verb for verb, _ in entries] == ["keep a draft", "keep a draft", "hand in", "hand in anew"]
        assert all(set(after) == {"characters"} for _, after in entries)

    def test_nothing_is_written_over_unseen(self, cast, cycle):
        kept(cast.ou, cast.wang)
        for seen in (0, 2):
            with pytest.raises(ChangedMeanwhile):
                kept(cast.ou, cast.wang, text="没看见", revision=seen)
        assert [one.text for one in the_opinions()] == [TEXT]

    def test_nobody_writes_who_does_not_care_for_the_person(self, cast, cycle):
        applicant = db.session.scalars(sa.select(Member).where(Member.name == "申请人")).one()
        for by, person in ((cast.lin, cast.wang), (cast.chen, cast.wang), (cast.ou, cast.lin), (cast.ou, applicant)):
            with pytest.raises(NotFound):
                kept(by, person)
        mentored(cast, cast.lin, cast.wang)
        kept(cast.lin, cast.wang)
        assert [one.sort for one in the_opinions()] == [Sort.MENTOR]

    def test_nor_on_themselves_or_another_account_of_theirs(self, cast, cycle):
        kept(cast.ou, candidate())
        kept(cast.ou, cast.wang)
        joining.join(cast.gu.id, candidate().id, cast.ou.id, NOW)
        assert [one.member_id for one in the_opinions()] == [cast.wang.id]
        with pytest.raises(NotFound):
            kept(cast.ou, candidate())
        with pytest.raises(IntegrityError):
            db.session.execute(sa.text("UPDATE review_care SET by_id = member_id"))
        db.session.rollback()

    def test_what_was_handed_in_stays_when_the_care_has_ended(self, cast, cycle):
        kept(cast.ou, cast.wang)
        public_id = of_carer(cast.ou.id)[0].public_id
        pairings.end(cast.chen.id, public_id, NOW.date(), "换岗", NOW)
        with pytest.raises(NotFound):
            kept(cast.ou, cast.wang, text="还想改")
        unit = kept_queries.unit_for(acting(cast.chen.id), cycle, cast.first.public_id)
        found = {one.person.name: one.opinions for one in kept_queries.of_unit(acting(cast.chen.id), cycle, unit)}
        assert {(one.by, one.text) for one in found["王一诺"]} == {("欧阳慧敏", TEXT), ("顾云", "")}

    def test_of_those_who_hand_in_the_same_at_once_one_does(self, app, cast, cycle):
        public_id, wang = cycle.public_id, cast.wang.public_id
        verbs = [
            lambda n=n: service.write(cast.ou.id, public_id, wang, 0, f"{TEXT}{n}", NOW, hand_in=True) for n in range(5)
        ]
        results = race(app, verbs)
        db.session.rollback()  # and see what they did
        assert sorted(isinstance(one, ChangedMeanwhile) for one in results) == [False] + [True] * 4
        [one] = the_opinions()
        assert (one.text, one.revision) == (f"{TEXT}{results.index(1)}", 1)


class TestWhoIsWaitedFor:
    def test_units_count_who_is_in_nobodys_care(self, cast, cycle):
        make_member("2302021", "无人", cast.second, class_name="会计2302", stage=cast.wang.stage)
        db.session.commit()
        kept(cast.ou, cast.wang)
        kept(cast.ou, candidate(), hand_in=False)
        assert progress(cast.chen, cycle) == [("第一支部", 2, 0, 4, 1), ("第二支部", 1, 1, 0, 0)]
        appoint(cast.zhao, cast.second)
        assert progress(cast.zhao, cycle) == [("第二支部", 1, 1, 0, 0)]

    def test_they_are_told_once_that_they_are_asked_and_once_that_it_is_due(self, cast, cycle):
        for moment in (NOW, NOW + DAY):
            service.tell(moment)
        assert told("cares.asked") == sorted([cast.ou.id, cast.gu.id])
        for person in (cast.wang, candidate()):
            kept(cast.ou, person)
        wednesday = at(cycle.windows["grade"].last, time(9))  # two working days before its end is the Tuesday
        for moment, expected in ((wednesday - 2 * DAY, []), (wednesday - DAY, [cast.gu.id]), (wednesday, [cast.gu.id])):
            service.tell(moment)
            assert told("cares.due") == expected
        keeping.reopen(cast.chen.id, cycle.id, "grade", wednesday.date() + 7 * DAY, "有人出差", wednesday)
        service.tell(wednesday + 7 * DAY)
        assert told("cares.due") == [cast.gu.id] * 2

    def test_one_click_reminds_from_the_opening_on(self, cast, cycle):
        kept(cast.ou, cast.wang)
        kept(cast.ou, candidate())
        assert remind(cast.chen.id, cycle.id, "cares", NOW) == 1
        assert remind(cast.chen.id, cycle.id, "cares", NOW) == 0
        assert told("cycles.waiting") == [cast.gu.id]
        with pytest.raises(StepOver):
            remind(cast.chen.id, cycle.id, "cares", GRADING + 20 * DAY)


@pytest.fixture
def closed(cast, cycle):
    """With one opinion handed in on Wang, and a draft."""
    second = another(cast)
    kept(cast.ou, cast.wang)
    kept(cast.gu, cast.wang, text="草稿", hand_in=False)
    grade_all(cast, second, cycle)
    close(cast, second, cycle)
    return the_cycle()


class TestTheClose:
    def test_what_was_handed_in_enters_the_snapshot(self, cast, closed):
        snapshot = snapshot_of(closed.id)
        said = json.loads(snapshot.text)
        [entry] = said["beside"]["cares"]
        assert said["version"] == 4
        assert entry == [
            cast.wang.public_id, cast.first.public_id, "activist", cast.ou.public_id, "class teacher", NOW.isoformat(),
            hash_of(TEXT),
        ]  # fmt: skip
        assert [what for _, what in verifying.all_closed()] == [""]

    def test_whom_it_is_about_reads_it_and_is_told(self, cast, closed):
        assert told("cares.closed") == [cast.wang.id]
        assert [(year, text) for year, _sort, text, _at in queries.about(cast.wang.id)] == [(2026, TEXT)]
        assert queries.about(cast.lin.id) == []

    def test_those_who_hold_the_review_still_read_what_was_handed_in(self, cast, closed):
        assert progress(cast.chen, closed) == [("第一支部", 1, 0, 1, 1)]

    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE review_care SET handed_in_at = NULL",
            "UPDATE review_care SET by_id = 1",
            "DELETE FROM review_care",
            "INSERT INTO review_care (public_id, cycle_id, member_id, by_id, sort, unit_id, class_name, stage, text,"
            " revision, saved_at) SELECT 'x', cycle_id, by_id, member_id, sort, unit_id, class_name, stage, text, 1,"
            " saved_at FROM review_care",
        ],
    )
    def test_the_database_refuses_to_change_it(self, closed, statement):
        with pytest.raises(DBAPIError, match="a closed review stays as it is"):
            db.session.execute(sa.text(statement))
        db.session.rollback()

    def test_it_takes_as_many_statements_for_many_as_for_few(self, cast, cycle, statements):
        second = another(cast)
        grade_all(cast, second, cycle)
        closing.ask(cast.chen.id, cycle.id, OVER)
        db.session.remove()
        kept(cast.ou, cast.wang)
        counts = []
        for more in (0, 6):
            people = [make_member(f"7{n:03}", f"同学{n}", cast.first, class_name="营销2301", stage=cast.wang.stage)
                      for n in range(more)]  # fmt: skip
            db.session.commit()
            for one in people:
                kept(cast.ou, one)
            with statements.count() as sent:
                freezing.whole(the_cycle())
            counts.append(len(sent))
        assert counts[0] == counts[1]

    def test_accounts_that_are_joined_later_change_nothing_of_it(self, cast, closed):
        joining.join(cast.gu.id, cast.wang.id, cast.ou.id, OVER)
        assert [one.by_id for one in the_opinions()] == [cast.ou.id, cast.gu.id]
        assert [what for _, what in verifying.all_closed()] == [""]


class TestRights:
    def test_it_is_handed_out_once_the_review_is_closed(self, app, cast, closed):
        with app.test_request_context():
            data, own = export.data(acting(cast.wang.id), OVER), export.data(acting(cast.ou.id), OVER)
        assert [one["text"] for one in data["opinions_on_me_as_an_activist"]] == [TEXT]
        assert own["opinions_on_me_as_an_activist"] == []
        assert [(one["as"], one["class"]) for one in own["people_in_my_care"]] == [("class teacher", "营销2301")]

    def test_but_not_before(self, app, cast, cycle):
        kept(cast.ou, cast.wang)
        with app.test_request_context():
            assert export.data(acting(cast.wang.id), NOW)["opinions_on_me_as_an_activist"] == []
        assert queries.about(cast.wang.id) == []

    def test_who_is_forgotten_leaves_a_snapshot_that_verifies(self, cast, closed):
        change(cast.wang, active=False, restricted_at=OVER)
        forget(None, OVER + DAY)
        assert {one.text for one in the_opinions()} == {""}
        assert [what for _, what in verifying.all_closed()] == [""]


class TestAskingAll:
    def test_who_cares_for_the_classes_is_asked_on_all_members_at_once(self, cast, cycle):
        make_member("2301031", "外班", cast.first, class_name="营销2302")
        db.session.commit()
        assert ask_all(cast.chen.id, cycle.id, cast.first.id, NOW) == 2
        asked = db.session.execute(sa.select(Opinion.by_id, Opinion.member_id)).all()
        assert sorted(asked) == sorted([(cast.ou.id, cast.lin.id), (cast.gu.id, cast.lin.id)])
        assert told("cares.asked_on_members") == sorted([cast.ou.id, cast.gu.id])
        assert ask_all(cast.chen.id, cycle.id, cast.first.id, NOW) == 0
        assert len(opinions_asked_of(cast.ou.id)) == 1

    def test_never_on_who_asks_nor_outside_their_units_nor_late(self, cast, cycle):
        appoint(cast.lin, cast.first)
        assert ask_all(cast.lin.id, cycle.id, cast.first.id, NOW) == 0
        with pytest.raises(NotFound):
            ask_all(cast.lin.id, cycle.id, cast.second.id, NOW)
        with pytest.raises(TooLate):
            ask_all(cast.chen.id, cycle.id, cast.first.id, GRADING + 20 * DAY)

    def test_of_those_who_ask_at_once_one_does(self, app, cast, cycle):
        cycle_id = cycle.id
        results = race(app, [lambda: ask_all(cast.chen.id, cycle_id, cast.first.id, NOW)] * 4)
        db.session.rollback()  # and see what they did
        assert sum(one for one in results if isinstance(one, int)) == 2
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Opinion)) == 2

    def test_it_takes_as_many_statements_for_many_as_for_few(self, cast, cycle, statements):
        with statements.count() as few:
            ask_all(cast.chen.id, cycle.id, cast.first.id, NOW)
        for n in range(8):
            paired(cast, make_member(f"T2{n}", f"教师{n}", cast.first), Sort.PAIRED)
        with statements.count() as many:
            assert ask_all(cast.chen.id, cycle.id, cast.first.id, NOW) == 8
        assert len(many) == len(few)

"""Letting somebody care for a class or a person, and ending it."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from activities.audit.models import AuditEntry
from activities.kit.db import db
from activities.kit.refusal import NotFound
from activities.outbox.models import Notice
from activities.pairings import queries, rules, service
from activities.pairings.models import Pairing
from activities.pairings.rules import Sort
from activities.pairings.service import OfClass, OfPerson
from activities.people import joining
from activities.people.rules import Stage
from tests.cast import DAY, NOW, at_once, make_member, make_unit
from tests.cycles.opened import appoint, change
from tests.house.test_races import race
from tests.pairings.paired import CLASS, SEPTEMBER, mentored, paired, the_pairing

pytestmark = pytest.mark.usefixtures("ctx")
OCTOBER = date(2026, 10, 31)


def pairs(**more) -> set[tuple[int, int]]:
    pair = queries.in_care(**more).c
    return {(carer, person) for carer, person in db.session.execute(sa.select(pair.carer_id, pair.person_id))}


def told(topic: str) -> list[int]:
    return list(db.session.scalars(sa.select(Notice.member_id).where(Notice.topic == topic).order_by(Notice.id)))


def trail() -> list[str]:
    query = sa.select(AuditEntry.verb).where(AuditEntry.subject == "pairing").order_by(AuditEntry.id)
    return list(db.session.scalars(query))


class TestPairing:
    def test_a_class_teacher_cares_for_who_is_on_the_way_in_the_class(self, cast):
        make_member("2301009", "申请人", cast.first, class_name=CLASS, stage=Stage.APPLICANT)
        make_member("2301010", "别班", cast.first, class_name="营销2302", stage=Stage.ACTIVIST)
        elsewhere = make_member("2302010", "别支部", cast.second, class_name=CLASS, stage=Stage.ACTIVIST)
        applicant = db.session.scalars(sa.select(service.Member.id).where(service.Member.number == "2301009")).one()
        db.session.commit()
        paired(cast, cast.gu)
        assert pairs() == {(cast.gu.id, cast.wang.id), (cast.gu.id, applicant)}
        assert pairs(stages=[Stage.ACTIVIST]) == {(cast.gu.id, cast.wang.id)}
        mentored(cast, cast.lin, elsewhere)
        assert pairs(stages=[Stage.ACTIVIST]) == {(cast.gu.id, cast.wang.id), (cast.lin.id, elsewhere.id)}
        assert pairs(carer_id=cast.lin.id) == {(cast.lin.id, elsewhere.id)}
        assert told("pairings.begun") == [cast.gu.id, cast.lin.id]
        assert told("pairings.mentored") == [elsewhere.id]
        assert trail() == ["pair", "pair"]

    def test_it_ends_once_and_is_kept(self, cast):
        public_id = paired(cast, cast.gu)
        service.end(cast.chen.id, public_id, OCTOBER, "换岗", NOW)
        with pytest.raises(rules.Ended):
            service.end(cast.chen.id, public_id, OCTOBER, "换岗", NOW)
        one = the_pairing(public_id)
        assert (one.first, one.last, one.reason, one.ended_by_id) == (SEPTEMBER, OCTOBER, "换岗", cast.chen.id)
        assert pairs() == set()
        assert told("pairings.ended") == [cast.gu.id]
        with pytest.raises(rules.PairedUntil):
            paired(cast, cast.gu, first=OCTOBER)
        paired(cast, cast.gu, first=date(2026, 11, 2))
        assert pairs() == {(cast.gu.id, cast.wang.id)}
        assert trail() == ["pair", "end pairing", "pair"]

    def test_it_ends_on_no_day_to_come(self, cast):
        public_id = paired(cast, cast.ou)
        with pytest.raises(rules.NotBegun):
            service.end(cast.chen.id, public_id, (NOW + 2 * DAY).date(), "以后", NOW)
        assert pairs() == {(cast.ou.id, cast.wang.id)}

    def test_one_may_be_class_teacher_and_paired_and_counts_once(self, cast):
        paired(cast, cast.ou)
        paired(cast, cast.ou, Sort.PAIRED)
        with pytest.raises(rules.PairedAlready):
            paired(cast, cast.ou, Sort.PAIRED)
        assert pairs() == {(cast.ou.id, cast.wang.id)}

    def test_a_person_has_two_mentors_at_most(self, cast):
        mentored(cast, cast.lin, cast.wang)
        first = mentored(cast, cast.ou, cast.wang)
        with pytest.raises(rules.EnoughCare):
            mentored(cast, cast.gu, cast.wang)
        service.end(cast.chen.id, first, OCTOBER, "毕业", NOW)
        mentored(cast, cast.gu, cast.wang)
        assert told("pairings.mentored_no_more") == [cast.wang.id]

    def test_nobody_cares_for_themselves_or_another_account_of_theirs(self, cast):
        second = make_member("T009", "欧阳慧敏（学）", cast.first, class_name=CLASS, stage=Stage.ACTIVIST)
        db.session.commit()
        with pytest.raises(rules.CaresForThemselves):
            mentored(cast, cast.wang, cast.wang)
        own = mentored(cast, cast.ou, second)
        paired(cast, cast.ou)
        assert pairs() == {(cast.ou.id, second.id), (cast.ou.id, cast.wang.id)}
        joining.join(cast.gu.id, second.id, cast.ou.id, NOW)
        assert pairs() == {(cast.ou.id, cast.wang.id)}
        assert the_pairing(own).last is not None
        with pytest.raises(rules.CaresForThemselves):
            mentored(cast, cast.ou, second)

    def test_it_is_the_secretary_of_the_unit_who_says_so(self, cast):
        appoint(cast.zhao, cast.second)
        for who in (cast.lin, cast.ou, cast.gu, cast.zhao):
            with pytest.raises(NotFound):
                service.pair(who.id, cast.ou.id, Sort.PAIRED, OfClass(cast.first.id, CLASS), SEPTEMBER, NOW)
        public_id = paired(cast, cast.ou)
        with pytest.raises(NotFound):
            service.end(cast.zhao.id, public_id, OCTOBER, "不归我管", NOW)
        appoint(cast.lin, cast.first)
        service.end(cast.lin.id, public_id, OCTOBER, "换岗", NOW)

    def test_of_a_single_person_it_is_the_secretary_of_where_they_are_now(self, cast):
        appoint(cast.zhao, cast.second)
        public_id = mentored(cast, cast.ou, cast.wang)
        change(cast.wang, unit_id=cast.second.id)
        service.end(cast.zhao.id, public_id, OCTOBER, "转入", NOW)
        assert the_pairing(public_id).ended_by_id == cast.zhao.id

    def test_what_is_no_class_or_nobody_of_the_school_is_not_found(self, cast):
        other = make_member("X1", "外校", make_unit("外校党委"))
        gone = make_member("X2", "离校", cast.first, active=False)
        db.session.commit()
        whom = OfClass(cast.first.id, CLASS)
        for who, sort, what in (
            (cast.ou, Sort.PAIRED, OfClass(cast.first.id, "没有2399")),
            (cast.ou, Sort.PAIRED, OfClass(cast.first.id, "")),
            (cast.ou, Sort.MENTOR, whom), (cast.ou, Sort.PAIRED, OfPerson(cast.wang.id)), (other, Sort.PAIRED, whom),
            (gone, Sort.PAIRED, whom),
        ):  # fmt: skip
            with pytest.raises(NotFound):
                service.pair(cast.chen.id, who.id, sort, what, SEPTEMBER, NOW)

    def test_whose_account_is_shut_cares_for_nobody(self, cast):
        paired(cast, cast.ou)
        change(cast.ou, active=False)
        assert pairs() == set()
        assert queries.carers_of(cast.wang.id) == []

    def test_who_cares_for_somebody(self, cast):
        mentored(cast, cast.lin, cast.wang)
        paired(cast, cast.ou, Sort.PAIRED)
        paired(cast, cast.gu)
        assert [(one.member.name, one.sort) for one in queries.carers_of(cast.wang.id)] == [
            ("顾云", Sort.CLASS_TEACHER), ("欧阳慧敏", Sort.PAIRED), ("林可欣", Sort.MENTOR),
        ]  # fmt: skip
        assert [one.member.name for one in queries.carers_of(cast.lin.id)] == ["顾云", "欧阳慧敏"]


class TestTheDatabase:
    @pytest.mark.parametrize(
        "more",
        [
            {"unit_id": None}, {"class_name": ""}, {"sort": Sort.MENTOR}, {"last": date(2026, 8, 1)},
            {"ended_at": NOW}, {"person_id": "own"},
        ],
    )  # fmt: skip
    def test_it_refuses_what_makes_no_sense(self, cast, more):
        values = {
            "member_id": cast.ou.id, "sort": Sort.PAIRED, "unit_id": cast.first.id, "class_name": CLASS,
            "first": SEPTEMBER, "begun_by_id": cast.chen.id, "begun_at": NOW, **more,
        }  # fmt: skip
        if "person_id" in more:
            values |= {"person_id": cast.ou.id, "sort": Sort.MENTOR, "unit_id": None, "class_name": ""}
        db.session.add(Pairing(**values))
        with pytest.raises(IntegrityError):
            db.session.flush()
        db.session.rollback()

    def test_of_those_who_pair_the_same_person_at_once_one_does(self, app, cast):
        results = race(app, [lambda: paired(cast, cast.ou, Sort.PAIRED)] * 4)
        db.session.rollback()  # and see what they did
        assert sorted(isinstance(one, rules.PairedAlready) for one in results) == [False, True, True, True]
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Pairing)) == 1

    def test_of_those_who_give_somebody_mentors_at_once_two_do(self, app, cast):
        with at_once():
            mentors = [make_member(f"T1{n}", f"导师{n}", cast.first) for n in range(4)]
        db.session.commit()
        results = race(app, [lambda one=one: mentored(cast, one, cast.wang) for one in mentors])
        db.session.rollback()  # and see what they did
        assert sum(isinstance(one, rules.EnoughCare) for one in results) == 2
        assert len(pairs()) == 2

"""What is corrected while a round is open: committee, reasons, notes, the round itself; and a nomination taken back."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
import sqlalchemy as sa

from activities.audit.models import AuditEntry
from activities.commendations import committees, deciding, nominating, service
from activities.commendations import rules_refusals as refusals
from activities.commendations.models import CommitteeMember, Nomination
from activities.commendations.rules import State
from activities.commendations.service import Corrected
from activities.kit.db import db
from activities.kit.refusal import ChangedMeanwhile, NotFound
from tests.cast import DAY, NOW
from tests.commendations.rounds import (
    DECIDED,
    TODAY,
    appoint,
    chosen,
    nominated,
    on_notice,
    opened,
    state_of,
    the_round,
    topics,
)
from tests.house.test_races import race

AS_IT_IS = Corrected("优秀共产党员", "管理学院党总支", date(2026, 12, 1), 5)


def the(nomination_id: int) -> Nomination:
    return db.session.get_one(Nomination, nomination_id, populate_existing=True)


def trail(verb: str) -> list[AuditEntry]:
    return list(db.session.scalars(sa.select(AuditEntry).where(AuditEntry.verb == verb).order_by(AuditEntry.id)))


@pytest.mark.usefixtures("ctx")
class TestCommittee:
    def test_who_is_taken_off_it_decides_no_more_until_named_again(self, cast):
        opened(cast)
        lins = nominated(cast, cast.lin)
        committees.take_off(cast.chen.id, the_round().id, cast.gu.id, NOW)
        assert topics(cast.gu) == ["commendations.committee", "commendations.taken_off"]
        with pytest.raises(NotFound):
            deciding.decide(cast.gu.id, lins, True, TODAY, "", NOW)
        with pytest.raises(NotFound):
            committees.take_off(cast.chen.id, the_round().id, cast.gu.id, NOW)
        committees.name(cast.chen.id, the_round().id, cast.gu.id, NOW)
        deciding.decide(cast.gu.id, lins, True, TODAY, "", NOW)

    def test_what_they_decided_stands_and_its_trail_too(self, cast):
        opened(cast)
        lins = chosen(cast, cast.lin)
        committees.take_off(cast.chen.id, the_round().id, cast.gu.id, NOW)
        assert (state_of(lins), the(lins).decided_by_id) == (State.CHOSEN, cast.gu.id)
        assert trail("take off")[-1].before == {"round": the_round().id, "member": cast.gu.id}

    def test_it_is_a_secretarys_of_the_unit_and_ends_with_the_notice(self, cast):
        opened(cast)
        for verb in (committees.name, committees.take_off):
            with pytest.raises(NotFound):
                verb(cast.ou.id, the_round().id, cast.gu.id, NOW)
        on_notice(cast, cast.lin)
        for verb in (committees.name, committees.take_off):
            with pytest.raises(refusals.NotOpen):
                verb(cast.chen.id, the_round().id, cast.gu.id, DECIDED)


@pytest.mark.usefixtures("ctx")
class TestReasons:
    def test_once_they_change_the_person_is_asked_anew(self, cast):
        opened(cast)
        lins = nominated(cast, cast.lin)
        nominating.rewrite(cast.ou.id, lins, 1, "带队清扫一年。", [], NOW)
        assert (state_of(lins), the(lins).revision, the(lins).answered_at) == (State.ASKED, 2, None)
        assert topics(cast.lin)[-1] == "commendations.rewritten"
        with pytest.raises(refusals.NotBeforeCommittee):
            deciding.decide(cast.gu.id, lins, True, TODAY, "", NOW)
        with pytest.raises(ChangedMeanwhile):
            nominating.agree(cast.lin.id, lins, 1, NOW)
        nominating.agree(cast.lin.id, lins, 2, NOW)
        assert state_of(lins) is State.AGREED

    def test_where_nothing_changed_nobody_is_asked(self, cast):
        opened(cast)
        lins = nominated(cast, cast.lin)
        nominating.rewrite(cast.ou.id, lins, 1, the(lins).reasons, [], NOW)
        assert (state_of(lins), the(lins).revision) == (State.AGREED, 1)

    def test_they_are_the_nominators_own(self, cast):
        opened(cast)
        lins = nominated(cast, cast.lin)
        for who in (cast.lin, cast.chen, cast.gu, cast.zhao):
            with pytest.raises(NotFound):
                nominating.rewrite(who.id, lins, 1, "别的", [], NOW)
            with pytest.raises(NotFound):
                nominating.take_back(who.id, lins, NOW)

    def test_what_was_not_seen_is_not_written_over(self, cast):
        opened(cast)
        lins = nominated(cast, cast.lin)
        nominating.rewrite(cast.ou.id, lins, 1, "第二版", [], NOW)
        with pytest.raises(ChangedMeanwhile):
            nominating.rewrite(cast.ou.id, lins, 1, "第三版", [], NOW)

    def test_what_the_committee_decided_on_is_not_changed(self, cast):
        opened(cast)
        lins = chosen(cast, cast.lin)
        for verb in (
            lambda: nominating.rewrite(cast.ou.id, lins, 1, "别的", [], NOW),
            lambda: nominating.take_back(cast.ou.id, lins, NOW),
        ):
            with pytest.raises(refusals.DecidedAlready):
                verb()

    def test_agreed_to_and_changed_at_once_what_was_agreed_to_is_what_was_seen(self, app, cast):
        opened(cast)
        lins = nominated(cast, cast.lin, agrees=False)
        lin, ou = cast.lin.id, cast.ou.id
        race(
            app,
            [
                lambda: nominating.agree(lin, lins, 1, NOW),
                lambda: nominating.rewrite(ou, lins, 1, "别的理由", [], NOW),
            ],
        )
        db.session.rollback()  # and see what they did
        assert (state_of(lins), the(lins).revision) == (State.ASKED, 2)


@pytest.mark.usefixtures("ctx")
class TestTakingBack:
    def test_the_person_is_told_and_can_be_nominated_again(self, cast):
        opened(cast)
        lins = nominated(cast, cast.lin)
        nominating.take_back(cast.ou.id, lins, NOW)
        assert (state_of(lins), topics(cast.lin)[-1]) == (State.TAKEN_BACK, "commendations.taken_back")
        with pytest.raises(refusals.AnsweredAlready):
            nominating.agree(cast.lin.id, lins, 1, NOW)
        with pytest.raises(refusals.DecidedAlready):
            nominating.take_back(cast.ou.id, lins, NOW)
        again = nominated(cast, cast.lin, by=cast.zhao)
        with pytest.raises(refusals.NominatedAlready):
            nominated(cast, cast.lin)
        assert state_of(again) is State.AGREED

    def test_nominated_twice_at_once_one_nomination_stands(self, app, cast):
        opened(cast)
        round_id, people, number = the_round().id, (cast.ou.id, cast.zhao.id), cast.lin.number
        results = race(
            app,
            [lambda by=by: nominating.nominate(by, round_id, number, "好", [], NOW) for by in people],
        )
        db.session.rollback()
        assert sum(isinstance(one, refusals.NominatedAlready) for one in results) == 1
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Nomination)) == 1


@pytest.mark.usefixtures("ctx")
class TestNotes:
    def test_day_and_note_are_corrected_and_what_they_were_stays_on_the_trail(self, cast):
        opened(cast)
        lins = nominated(cast, cast.lin)
        deciding.decide(cast.gu.id, lins, True, TODAY, "一致同意", NOW)
        deciding.decide(cast.gu.id, lins, True, TODAY + DAY, "全票同意", NOW + DAY)
        assert (the(lins).word, the(lins).decided_on, the_round().chosen) == ("全票同意", TODAY + DAY, 1)
        entry = trail("correct")[-1]
        assert (entry.before["day"], entry.after["day"]) == ("2026-11-25", "2026-11-26")

    def test_who_corrects_a_note_has_not_decided_for_that(self, cast):
        """Or who decided would be free to grant it."""
        opened(cast)
        committees.name(cast.chen.id, the_round().id, cast.zhao.id, NOW)
        lins = chosen(cast, cast.lin)
        deciding.decide(cast.zhao.id, lins, True, TODAY, "补记", NOW)
        assert the(lins).decided_by_id == cast.gu.id
        service.publish(cast.chen.id, the_round().id, DECIDED)
        appoint(cast, cast.gu)
        with pytest.raises(refusals.SecondPerson):
            service.award(cast.gu.id, the_round().id, DECIDED + 20 * DAY)

    def test_who_decides_otherwise_says_why_in_other_words(self, cast):
        opened(cast)
        lins = nominated(cast, cast.lin)
        deciding.decide(cast.gu.id, lins, True, TODAY, "一致同意", NOW)
        for word in ("", "一致同意"):
            with pytest.raises(refusals.WhyOtherwise):
                deciding.decide(cast.gu.id, lins, False, TODAY, word, NOW)
        deciding.decide(cast.gu.id, lins, False, TODAY, "材料有误", NOW)
        assert (state_of(lins), the_round().chosen) == (State.NOT_CHOSEN, 0)

    def test_nothing_of_it_changes_once_those_chosen_stand_on_notice(self, cast):
        opened(cast)
        lins = on_notice(cast, cast.lin)
        with pytest.raises(refusals.NotBeforeCommittee):
            deciding.decide(cast.gu.id, lins, True, TODAY, "改", DECIDED)


@pytest.mark.usefixtures("ctx")
class TestTheRound:
    def test_it_is_corrected_and_those_whom_it_concerns_are_told(self, cast):
        opened(cast)
        nominated(cast, cast.lin)
        corrected = replace(AS_IT_IS, title="优秀党员", last=date(2026, 12, 5))
        service.correct_round(cast.chen.id, the_round().id, corrected, "笔误", NOW)
        assert (the_round().title, the_round().last) == ("优秀党员", date(2026, 12, 5))
        assert (topics(cast.lin)[-1], topics(cast.gu)[-1]) == ("commendations.corrected",) * 2
        entry = trail("correct")[-1]
        assert (entry.before, entry.after, entry.reason) == (
            {"title": "优秀共产党员", "last": "2026-12-01"}, {"title": "优秀党员", "last": "2026-12-05"}, "笔误",
        )  # fmt: skip

    def test_where_nothing_differs_nobody_is_told(self, cast):
        opened(cast)
        service.correct_round(cast.chen.id, the_round().id, AS_IT_IS, "", NOW)
        assert (trail("correct"), topics(cast.gu)) == ([], ["commendations.committee"])

    @pytest.mark.parametrize(
        ("last", "now", "refusal"),
        [
            (date(2026, 11, 20), NOW, refusals.WrongDays),
            (date(2026, 11, 26), DECIDED, refusals.DaysPast),
            (date(2026, 12, 1), DECIDED, None),  # it is past, and stays as it was
        ],
    )
    def test_what_speaks_against_its_last_day(self, cast, last, now, refusal):
        opened(cast)
        corrected = replace(AS_IT_IS, title="优秀党员", last=last)
        if refusal is None:
            service.correct_round(cast.chen.id, the_round().id, corrected, "笔误", now)
            return
        with pytest.raises(refusal):
            service.correct_round(cast.chen.id, the_round().id, corrected, "笔误", now)

    def test_on_notice_and_by_others_it_is_not_corrected(self, cast):
        opened(cast)
        with pytest.raises(NotFound):
            service.correct_round(cast.ou.id, the_round().id, replace(AS_IT_IS, title="别的"), "笔误", NOW)
        on_notice(cast, cast.lin)
        with pytest.raises(refusals.NotOpen):
            service.correct_round(cast.chen.id, the_round().id, replace(AS_IT_IS, title="别的"), "笔误", DECIDED)

    def test_where_everybody_on_notice_went_there_is_nobody_to_grant_it_to(self, cast):
        opened(cast)
        lins = on_notice(cast, cast.lin)
        nominating.decline(cast.lin.id, lins, DECIDED)
        appoint(cast, cast.wang)
        with pytest.raises(refusals.NobodyLeft):
            service.award(cast.wang.id, the_round().id, DECIDED + 20 * DAY)


def test_decided_on_and_published_at_once_nobody_is_chosen_after_the_notice_began(app, cast, ctx):
    opened(cast, number=2)
    chosen(cast, cast.zhao)
    lins = nominated(cast, cast.lin)
    gu, chen, round_id = cast.gu.id, cast.chen.id, the_round().id
    race(
        app,
        [
            lambda: deciding.decide(gu, lins, True, TODAY, "", DECIDED),
            lambda: service.publish(chen, round_id, DECIDED),
        ],
    )
    db.session.rollback()  # and see what they did
    # Either it was decided first and she is on the notice, or publishing was refused, as she was undecided.
    assert (state_of(lins), the_round().chosen) == (State.CHOSEN, 2)


def test_granted_by_two_at_once_it_is_entered_once(app, cast, ctx):
    opened(cast)
    on_notice(cast, cast.lin)
    for who in (cast.wang, cast.zhao):
        appoint(cast, who)
    round_id, now = the_round().id, DECIDED + 20 * DAY
    results = race(app, [lambda who=who: service.award(who, round_id, now) for who in (cast.wang.id, cast.zhao.id)])
    db.session.rollback()
    assert sorted(type(one).__name__ for one in results) == ["NotOnNotice", "int"]
    assert topics(cast.lin).count("commendations.awarded") == 1


def test_nobody_is_on_a_committee_twice(app, cast, ctx):
    opened(cast)
    chen, zhao, round_id = cast.chen.id, cast.zhao.id, the_round().id
    race(app, [lambda: committees.name(chen, round_id, zhao, NOW)] * 4)
    db.session.rollback()
    assert db.session.scalar(sa.select(sa.func.count()).select_from(CommitteeMember)) == 2
    assert topics(cast.zhao) == ["commendations.committee"]

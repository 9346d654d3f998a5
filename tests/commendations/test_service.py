"""From the nomination to the entry in a person's record, and what is refused on the way."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from activities.commendations import committees, deciding, nominating, service
from activities.commendations import rules_refusals as refusals
from activities.commendations.models import Nomination
from activities.commendations.rules import Nominators, RoundState, State, Whom
from activities.commendations.rules_stories import StoryState
from activities.dossiers.models import Entry
from activities.dossiers.queries import entries, of_year
from activities.dossiers.rules import Block, OwnEntry, Said
from activities.dossiers.service import correct, withdraw
from activities.kit.db import db
from activities.kit.refusal import NotAllowed, NotFound
from activities.packets.queries import packet
from activities.people.models import ForgetRequest
from activities.people.service import acting
from activities.rights import export
from activities.rights import service as rights
from tests.cast import DAY, NOW, at_once, make_member
from tests.commendations.rounds import (
    AWARDED,
    DECIDED,
    TERMS,
    TODAY,
    appoint,
    awarded,
    chosen,
    nominated,
    on_notice,
    one_person,
    opened,
    published_story,
    state_of,
    the_round,
    the_story,
    topics,
)
from tests.house.test_races import race


class TestFromNominationToRecord:
    def test_who_agreed_was_chosen_and_stood_on_notice_is_commended(self, cast, ctx):
        opened(cast)
        nomination = awarded(cast, cast.lin)
        assert state_of(nomination) is State.AWARDED
        [entry] = entries(cast.lin.id)[Block.COMMENDATION]
        assert (entry.title, entry.unit, entry.day) == ("优秀共产党员", "管理学院党总支", date(2026, 12, 10))
        assert topics(cast.lin) == [
            "commendations.nominated", "commendations.on_notice", "commendations.awarded",
        ]  # fmt: skip
        assert topics(cast.ou) == ["commendations.answered"]
        assert topics(cast.gu) == ["commendations.committee"]

    def test_revoked_it_stands_in_the_record_no_more(self, cast, ctx):
        opened(cast)
        nomination = awarded(cast, cast.lin)
        service.revoke(cast.chen.id, nomination, "事迹不实", AWARDED + DAY)
        assert state_of(nomination) is State.REVOKED
        assert entries(cast.lin.id)[Block.COMMENDATION] == []
        assert topics(cast.lin)[-1] == "commendations.revoked"
        with pytest.raises(refusals.NotAwarded):
            service.revoke(cast.chen.id, nomination, "再次", AWARDED + DAY)

    def test_revoked_it_is_taken_back_also_where_the_entry_was_corrected_or_taken_back(self, cast, ctx):
        opened(cast, number=2)
        chosen(cast, cast.zhao)
        nomination = awarded(cast, cast.lin)
        said = Said("优秀党员", TODAY, unit="党总支")
        [lins], [zhaos] = (entries(one.id)[Block.COMMENDATION] for one in (cast.lin, cast.zhao))
        correct(cast.chen.id, lins.id, said, "写错", AWARDED)
        withdraw(cast.chen.id, zhaos.id, "错录", AWARDED)
        service.revoke(cast.chen.id, nomination, "事迹不实", AWARDED + DAY)
        service.revoke(cast.chen.id, of(cast.zhao), "事迹不实", AWARDED + DAY)
        assert of_year([cast.lin.id, cast.zhao.id], 2026) == {}
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Entry)) == 5

    def test_nobody_revokes_their_own(self, cast, ctx):
        opened(cast)
        nomination = awarded(cast, cast.lin)
        appoint(cast, cast.lin)
        with pytest.raises(OwnEntry):
            service.revoke(cast.lin.id, nomination, "不要", AWARDED)


class TestWhereItStands:
    def test_in_the_packet_of_the_year_and_in_the_persons_own_copy(self, cast, ctx):
        opened(cast)
        awarded(cast, cast.lin)
        [entered] = packet(cast.lin.id, 2026, AWARDED).commendations
        assert (entered.title, entered.unit) == ("优秀共产党员", "管理学院党总支")
        copy = export.data(acting(cast.lin.id), AWARDED)
        assert [one["state"] for one in copy["nominations"]] == ["awarded"]
        assert "优秀共产党员" in [one["title"] for one in copy["dossier"]]

    def test_of_who_is_to_be_forgotten_nothing_goes_on_and_nothing_is_published(self, cast, ctx):
        opened(cast, number=2)
        chosen(cast, cast.zhao)
        nomination = on_notice(cast, cast.lin)
        published_story(cast)
        rights.ask_to_be_forgotten(cast.lin.id, "", DECIDED)
        asked = db.session.scalars(sa.select(ForgetRequest.id)).one()
        rights.restrict(cast.gu.id, asked, DECIDED)
        assert (state_of(nomination), the_round().chosen) == (State.TAKEN_BACK, 1)
        assert (the_story().state, the_story().agreed_revision) == (StoryState.WITHDRAWN, None)


def of(member) -> int:
    return db.session.scalars(sa.select(Nomination.id).where(Nomination.member_id == member.id)).one()


class TestOpening:
    def test_the_quota_is_a_share_rounded_down_or_a_number(self, cast, ctx):
        with at_once():
            for n in range(15):  # with the cast's five full members: 20
                make_member(f"23019{n:02}", f"同学{n}", cast.first)
        db.session.commit()
        opened(cast, percent=10, number=None)
        assert (the_round().people, the_round().most) == (20, 2)

    def test_of_staff_it_is_a_share_of_staff(self, cast, ctx):
        opened(cast, percent=40, number=None, whom=Whom.STAFF)
        assert (the_round().people, the_round().most) == (3, 1)

    @pytest.mark.parametrize(
        ("terms", "refusal"),
        [
            ({"percent": 10, "number": None}, refusals.NobodyToCommend),
            ({"last": date(2026, 11, 24)}, refusals.WrongDays),
            ({"first": date(2026, 11, 1), "last": date(2026, 11, 24)}, refusals.DaysPast),
        ],
    )
    def test_what_speaks_against_it(self, cast, ctx, terms, refusal):
        with pytest.raises(refusal):
            service.open_round(cast.chen.id, cast.school.id, replace(TERMS, **terms), NOW)

    def test_a_second_click_opens_no_second_one_with_a_quota_of_its_own(self, cast, ctx):
        opened(cast)
        with pytest.raises(refusals.OpenAlready):
            opened(cast)
        opened(cast, title="优秀党务工作者")
        service.call_off(cast.chen.id, the_round().id, "改期", NOW)
        opened(cast, title="优秀党务工作者")

    def test_it_is_a_secretarys_for_their_units(self, cast, ctx):
        for who in (cast.lin, cast.ou, cast.gu):
            with pytest.raises(NotFound):
                service.open_round(who.id, cast.school.id, TERMS, NOW)


class TestNominating:
    def test_nobody_nominates_themselves_nor_their_second_account(self, cast, ctx):
        opened(cast)
        with pytest.raises(refusals.OwnNomination):
            nominated(cast, cast.lin, by=cast.lin)
        one_person(cast.lin, cast.zhao)
        with pytest.raises(refusals.OwnNomination):
            nominated(cast, cast.zhao, by=cast.lin)

    def test_a_person_is_nominated_once_whichever_their_account(self, cast, ctx):
        opened(cast)
        nominated(cast, cast.lin)
        one_person(cast.lin, cast.zhao)
        for who in (cast.lin, cast.zhao):
            with pytest.raises(refusals.NominatedAlready):
                nominated(cast, who)

    def test_it_is_for_members_who_are_on_the_roster_and_in_its_days(self, cast, ctx):
        opened(cast)
        with pytest.raises(NotFound):
            nominated(cast, cast.wang)  # an activist
        with pytest.raises(NotAllowed):
            nominated(cast, cast.lin, by=cast.wang)
        with pytest.raises(refusals.NotNominating):
            nominated(cast, cast.lin, now=DECIDED)

    def test_where_secretaries_nominate_nobody_else_does(self, cast, ctx):
        opened(cast, nominators=Nominators.SECRETARIES)
        with pytest.raises(NotAllowed):
            nominated(cast, cast.lin, by=cast.ou)
        nominated(cast, cast.lin, by=cast.chen)

    def test_without_the_persons_word_nothing_comes_before_the_committee(self, cast, ctx):
        opened(cast)
        nomination = nominated(cast, cast.lin, agrees=False)
        with pytest.raises(refusals.NotBeforeCommittee):
            deciding.decide(cast.gu.id, nomination, True, TODAY, "", NOW)
        with pytest.raises(NotFound):
            nominating.agree(cast.zhao.id, nomination, 1, NOW)
        nominating.decline(cast.lin.id, nomination, NOW)
        with pytest.raises(refusals.NotBeforeCommittee):
            deciding.decide(cast.gu.id, nomination, True, TODAY, "", NOW)
        assert topics(cast.ou) == ["commendations.declined"]

    def test_who_declined_can_think_again_as_long_as_the_round_is_open_and_is_decided_on_anew(self, cast, ctx):
        opened(cast)
        nomination = chosen(cast, cast.lin)
        nominating.decline(cast.lin.id, nomination, NOW)
        nominating.agree(cast.lin.id, nomination, 1, NOW)
        assert (state_of(nomination), the_round().chosen) == (State.AGREED, 0)
        assert db.session.get_one(Nomination, nomination).decided_by_id is None
        nominating.decline(cast.lin.id, nomination, NOW)
        service.call_off(cast.chen.id, the_round().id, "改期", NOW)
        with pytest.raises(refusals.AnsweredAlready):
            nominating.agree(cast.lin.id, nomination, 1, NOW)

    def test_who_goes_back_on_it_is_not_granted_it_and_leaves_their_place(self, cast, ctx):
        opened(cast, number=2)
        chosen(cast, cast.zhao)
        nomination = on_notice(cast, cast.lin)
        nominating.decline(cast.lin.id, nomination, DECIDED)
        assert (the_round().chosen, state_of(nomination)) == (1, State.DECLINED)
        appoint(cast, cast.wang)
        assert service.award(cast.wang.id, the_round().id, AWARDED) == 1
        assert entries(cast.lin.id)[Block.COMMENDATION] == []


class TestDeciding:
    def test_no_more_are_chosen_than_the_quota(self, cast, ctx):
        opened(cast)
        lins, zhaos = chosen(cast, cast.lin), nominated(cast, cast.zhao)
        with pytest.raises(refusals.NoneLeft):
            deciding.decide(cast.gu.id, zhaos, True, TODAY, "", NOW)
        with pytest.raises(refusals.WhyOtherwise):
            deciding.decide(cast.gu.id, lins, False, TODAY, "", NOW)
        deciding.decide(cast.gu.id, lins, False, TODAY, "复议", NOW)
        deciding.decide(cast.gu.id, zhaos, True, TODAY, "", NOW)
        assert (state_of(lins), state_of(zhaos), the_round().chosen) == (State.NOT_CHOSEN, State.CHOSEN, 1)

    def test_who_enters_it_is_on_the_committee_and_has_nothing_to_do_with_it(self, cast, ctx):
        opened(cast)
        nomination = nominated(cast, cast.lin, by=cast.ou)
        with pytest.raises(NotFound):
            deciding.decide(cast.chen.id, nomination, True, TODAY, "", NOW)
        for who in (cast.lin, cast.ou):
            committees.name(cast.chen.id, the_round().id, who.id, NOW)
            with pytest.raises(refusals.InvolvedInNomination):
                deciding.decide(who.id, nomination, True, TODAY, "", NOW)
        one_person(cast.lin, cast.gu)
        with pytest.raises(refusals.InvolvedInNomination):
            deciding.decide(cast.gu.id, nomination, True, TODAY, "", NOW)

    @pytest.mark.parametrize("day", [date(2026, 11, 24), date(2026, 11, 26)])
    def test_its_day_is_one_of_the_round_that_has_been(self, cast, ctx, day):
        opened(cast)
        with pytest.raises(refusals.WrongDecisionDay):
            deciding.decide(cast.gu.id, nominated(cast, cast.lin), True, day, "", NOW)

    def test_the_database_refuses_one_too_many(self, cast, ctx):
        opened(cast)
        for statement in (
            "UPDATE commendation_round SET chosen = most + 1", "UPDATE commendation_round SET chosen = -1",
        ):  # fmt: skip
            with pytest.raises(IntegrityError):
                db.session.execute(sa.text(statement))
            db.session.rollback()

    def test_of_those_decided_on_at_once_no_more_are_chosen_than_the_quota(self, app, cast, ctx):
        with at_once():
            people = [make_member(f"230106{n}", f"同学{n}", cast.second) for n in range(7)]
        db.session.commit()
        opened(cast, number=3)
        ids = [nominated(cast, who) for who in people]
        gu = cast.gu.id
        verbs = [lambda one=one: deciding.decide(gu, one, True, TODAY, "", NOW) for one in ids]
        results = race(app, verbs)
        db.session.rollback()  # and see what they did
        assert [type(one) for one in results if one is not None] == [refusals.NoneLeft] * 4
        assert the_round().chosen == sum(state_of(one) is State.CHOSEN for one in ids) == 3


class TestNoticeAndAward:
    def test_the_notice_comes_after_all_that_is_to_decide(self, cast, ctx):
        opened(cast)
        round_id = the_round().id
        with pytest.raises(refusals.StillNominating):
            service.publish(cast.chen.id, round_id, NOW)
        with pytest.raises(refusals.NobodyChosen):
            service.publish(cast.chen.id, round_id, DECIDED)
        nominated(cast, cast.lin)
        with pytest.raises(refusals.Undecided):
            service.publish(cast.chen.id, round_id, DECIDED)

    def test_it_lasts_so_many_working_days(self, cast, ctx):
        opened(cast)
        on_notice(cast, cast.lin)
        assert (the_round().state, the_round().notice_until) == (RoundState.NOTICE, date(2026, 12, 9))
        appoint(cast, cast.wang)
        with pytest.raises(refusals.StillOnNotice):
            service.award(cast.wang.id, the_round().id, AWARDED - DAY)

    def test_a_second_person_grants_it(self, cast, ctx):
        opened(cast)
        on_notice(cast, cast.lin)
        for who in (cast.lin, cast.gu, cast.ou):
            appoint(cast, who)
        for who in (cast.chen, cast.gu, cast.lin, cast.ou):  # who published, decided, is commended, nominated
            with pytest.raises(refusals.SecondPerson):
                service.award(who.id, the_round().id, AWARDED)
        with pytest.raises(NotFound):
            service.award(cast.wang.id, the_round().id, AWARDED)

    def test_it_is_granted_once_by_as_many_statements_for_many(self, cast, ctx, statements):
        counts = []
        appoint(cast, cast.wang)
        for size in (2, 6):
            public_id = service.open_round(
                cast.chen.id, cast.school.id, replace(TERMS, title=f"优秀党员{size}", number=9), NOW
            )
            one = db.session.scalars(sa.select(service.Round).where(service.Round.public_id == public_id)).one()
            committees.name(cast.chen.id, one.id, cast.gu.id, NOW)
            for n in range(size):
                who = make_member(f"24{size:02}{n:02}", f"新人{n}", cast.first)
                db.session.commit()
                address = nominating.nominate(cast.ou.id, one.id, who.number, "好", [], NOW)
                found = db.session.scalars(sa.select(Nomination.id).where(Nomination.public_id == address)).one()
                nominating.agree(who.id, found, 1, NOW)
                deciding.decide(cast.gu.id, found, True, TODAY, "", NOW)
            service.publish(cast.chen.id, one.id, DECIDED)
            with statements.count() as count:
                service.award(cast.wang.id, one.id, AWARDED)
            counts.append(len(count))
            with pytest.raises(refusals.NotOnNotice):
                service.award(cast.wang.id, one.id, AWARDED)
        assert counts[0] == counts[1]

    def test_a_round_is_called_off_until_it_is_granted(self, cast, ctx):
        opened(cast)
        nominated(cast, cast.lin)
        service.call_off(cast.chen.id, the_round().id, "改期", NOW)
        assert topics(cast.lin)[-1] == "commendations.called_off"
        with pytest.raises(refusals.NotOpen):
            service.call_off(cast.chen.id, the_round().id, "改期", NOW)

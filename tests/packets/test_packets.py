"""The packet of a year: what stands in it, and that many cost as many statements as one."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest

from activities.kit.db import db
from activities.kit.refusal import NotFound
from activities.packets import above, queries
from activities.packets.rules import Amount
from activities.packets.rules_packet import (
    Achieved,
    Attended,
    Deed,
    Entered,
    Exempt,
    Kept,
    Known,
    Missed,
    Opinion,
    Owes,
    Packet,
    Share,
    Who,
)
from activities.requirements.queries import own_year
from tests.cast import DAY, NOW, make_member
from tests.packets.years import AWARD, COURSE, VERDICT, amount, full_year
from tests.requirements.asked import END, SERVICE, SWEEPING, attended

pytestmark = pytest.mark.usefixtures("ctx")
TICK, TYPED = "organizer_tick", "typed_later"


def day(ago: int) -> date:
    return (NOW - ago * DAY).date()


@pytest.fixture
def lins(cast) -> Packet:
    full_year(cast)
    return queries.packet(cast.lin.id, 2026, NOW)


class TestWhatStandsInIt:
    def test_the_person_as_of_today(self, lins):
        assert lins.who == Who("2301001", "林可欣", "第一支部", "营销2301", "full", "student")
        assert (lins.year, lins.as_of) == (2026, NOW)

    def test_records_by_ledger_and_evidence_final_and_provisional_apart(self, lins):
        assert lins.known == (
            Known("service", TICK, False, 2, 180, 0), Known("service", TYPED, False, 1, 0, 30),
            Known("learning", TICK, False, 1, 90, 0),
        )  # fmt: skip
        assert lins.attended == Attended(attended=4, late=0, excused=1, absent=1)

    def test_a_signature_on_top_is_told_apart(self, cast):
        record = attended(cast, cast.sweeping, final=False)
        record.is_final, record.countersigned_by_id = True, cast.chen.id
        db.session.commit()
        assert queries.packet(cast.lin.id, 2026, NOW).known == (Known("service", TYPED, True, 1, 120, 0),)

    def test_activities_with_days(self, lins):
        assert lins.deeds == (
            Deed("service", "cleaning", "东湖责任区清扫", "第一支部", 3, 180, 30, day(12), day(10)),
            Deed("learning", "study", "理论学习", "第一支部", 1, 90, 0, day(13), day(13)),
        )

    def test_outcomes_of_ones_own_in_which_one_had_part_and_entered_of_others(self, cast):
        lins = attended(cast, cast.sweeping)
        elsewhere = attended(cast, cast.sweeping, days=8, who=cast.zhao)
        amount(lins, "zone_score", 80_000, cast.ou)
        amount(elsewhere, "zone_score", 50_000, cast.ou)
        amount(elsewhere, "zone_score", 40_000, cast.ou, of=cast.zhao)
        amount(attended(cast, cast.sweeping, days=9), "zone_score", 90_000, cast.lin)
        found = queries.packets([cast.lin.id, cast.zhao.id, cast.ou.id], 2026, NOW)
        assert {who: packet.achieved for who, packet in found.items()} == {
            cast.lin.id: (Achieved(Share.PART, "cleaning", "zone_score", 170_000, 2),),
            cast.zhao.id: (
                Achieved(Share.OWN, "cleaning", "zone_score", 40_000, 1),
                Achieved(Share.PART, "cleaning", "zone_score", 50_000, 1),
            ),
            cast.ou.id: (Achieved(Share.ENTERED, "cleaning", "zone_score", 170_000, 3),),
        }

    def test_training_commendations_and_appraisals_of_the_year(self, lins):
        assert lins.training == (
            Entered(COURSE.title, COURSE.day, COURSE.unit, 120), Entered("登高作业", date(2026, 5, 6)),
        )  # fmt: skip
        assert lins.commendations == (Entered(AWARD.title, AWARD.day, AWARD.unit),)
        assert lins.appraisals == (Entered(VERDICT.title, VERDICT.day),)

    def test_what_is_asked_done_exempted_and_owed(self, cast, lins):
        own = own_year(cast.lin, 2026, NOW)
        assert lins.asked.unit == "管理学院党总支"
        assert [line.exempted for line in lins.asked.lines] == [one.exempted for one in own.lines]
        assert lins.asked.lines[1] == Owes(SWEEPING.key, 2, 2, 0, 0, 0, 0, END)
        assert lins.exempt == (Exempt(SERVICE.key, date(2026, 1, 1), date(2026, 3, 31), 100),)

    def test_absences_with_their_excuses(self, lins):
        assert lins.missed == (
            Missed(day(16), "东湖责任区清扫", "deferred"),
            Missed(day(15), "东湖责任区清扫", "excused", day(16)),
            Missed(day(14), "东湖责任区清扫", "absent"),
        )

    def test_nothing_is_there_of_who_did_nothing(self, cast):
        packet = queries.packet(cast.zhao.id, 2026, NOW)
        assert replace(packet, who=None) == Packet(year=2026, as_of=NOW, who=None)

    def test_nobody_unknown_has_one(self, cast):
        with pytest.raises(NotFound):
            queries.packet(cast.lin.id + 1000, 2026, NOW)


class TestKeptAbove:
    def test_an_opinion_is_none_until_a_room_above_keeps_one(self, cast, lins, monkeypatch):
        assert lins.opinion is None
        opinion = Opinion(2025, "作风扎实。", "优秀", "陈静")
        monkeypatch.setattr(above, "TOLD", [])
        above.tells(lambda member_ids, year: {cast.lin.id: Kept(opinion, 9_000)} if year == 2026 else {})
        found = queries.packets([cast.lin.id, cast.wang.id], 2026, NOW)
        assert (found[cast.lin.id].opinion, found[cast.lin.id].figures.ballot) == (opinion, 9_000)
        assert (found[cast.wang.id].opinion, found[cast.wang.id].figures.ballot) == (None, None)


class TestAsText:
    def test_the_same_packet_is_the_same_text(self, cast, lins):
        again = queries.packet(cast.lin.id, 2026, NOW)
        assert again == lins
        assert again.canonical() == lins.canonical()
        assert replace(lins, year=2025).canonical() != lins.canonical()

    def test_all_of_it_is_told_by_name(self, lins):
        said = json.loads(lins.canonical())
        assert said["who"]["name"] == "林可欣"
        assert said["missed"][1] == {
            "day": "2026-11-10", "activity": "东湖责任区清扫", "attendance": "excused", "excused_on": "2026-11-09",
        }  # fmt: skip
        assert said["figures"]["done"][SERVICE.key] == [180, 30]


class TestMany:
    def test_each_of_them_has_the_packet_that_they_have_alone(self, cast):
        full_year(cast)
        attended(cast, cast.sweeping, days=20, who=cast.zhao)
        people = [cast.lin.id, cast.zhao.id, cast.ou.id]
        found = queries.packets(people, 2026, NOW)
        assert found == {who: queries.packet(who, 2026, NOW) for who in found}
        assert {who: packet.figures for who, packet in found.items()} == {
            person.id: figures for person, figures in queries.years(people, 2026, NOW)
        }
        assert found[cast.lin.id].figures.done[SERVICE.key] == Amount(180, 30)
        assert found[cast.lin.id].figures.commendations == 1

    @pytest.mark.parametrize(("read", "most"), [(queries.packets, 13), (queries.years, 8)])
    def test_statements_do_not_grow_with_them(self, cast, statements, read, most):
        full_year(cast)

        def sent(people: list[int]) -> int:
            with statements.count() as seen:
                read(people, 2026, NOW)
            return len(seen)

        most += len(above.TOLD)  # one for each read of a room above
        assert sent([cast.lin.id]) == most
        many = [make_member(f"25{n:03}", f"新{n}", cast.first) for n in range(20)]
        for n, one in enumerate(many):
            amount(attended(cast, cast.sweeping, days=100 + n, who=one), "zone_score", 1000 * n, cast.ou)
        db.session.commit()
        assert sent([cast.lin.id, *(one.id for one in many)]) == most

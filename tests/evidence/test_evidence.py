"""Packets and points in a review: shown while it is open, frozen with the close, and never changed by looking."""

from __future__ import annotations

import json
from dataclasses import replace
from io import BytesIO

import pytest
import sqlalchemy as sa
import time_machine
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from activities.closings import verifying
from activities.cycles.models import FrozenPart, Participant
from activities.cycles.portions import Portion
from activities.cycles.rules import hash_of
from activities.cycles.snapshots import frozen_of, snapshot_of
from activities.evidence import pages, queries, rules
from activities.evidence.rules import Line
from activities.kit.db import db
from activities.packets import queries as packets
from activities.packets import rules as points
from activities.packets.rules import Amount, Figures
from activities.people.models import Member
from activities.records.models import Record
from tests.cast import DAY, english, logged_in, make_member
from tests.closings.closed import OVER, another, close, grade_all
from tests.cycles.opened import GRADING, opened, the_cycle
from tests.packets.formulas import ABSENT, AN_HOUR, FORMULA, reckoned_by
from tests.requirements.asked import SERVICE, attended

LATER = OVER + 30 * DAY
LESS = replace(FORMULA, terms=(AN_HOUR._replace(rate=50), ABSENT))
NUMBER = st.integers(0, 10_000)
FIGURES = st.builds(
    Figures,
    done=st.dictionaries(st.sampled_from([SERVICE.key, "times:cleaning"]), st.builds(Amount, NUMBER, NUMBER)),
    absences=NUMBER, commendations=NUMBER, asked=NUMBER, met=NUMBER, met_final=NUMBER,
    ballot=st.none() | NUMBER,
)  # fmt: skip

pytestmark = pytest.mark.usefixtures("while_grades_are_given")


def on_paper(data: bytes) -> str:
    return "".join("".join(page.extract_text() for page in PdfReader(BytesIO(data)).pages).split())


@pytest.fixture
def closed(cast, second):
    """A review that was closed while Lin had swept two hours, by the first version of the school's formula."""
    record = attended(cast, cast.sweeping, minutes=120)
    db.session.commit()
    reckoned_by(cast.school, cast.chen)
    opened(cast)
    grade_all(cast, second, the_cycle())
    close(cast, second, the_cycle())
    return record.id


def part_of(member: Member) -> Participant:
    return db.session.scalars(sa.select(Participant).where(Participant.member_id == member.id)).one()


def advice_of(member: Member, now=LATER):
    return queries.advice(the_cycle(), [part_of(member)], now)[part_of(member).id]


def kept_of(member: Member) -> dict:
    part = part_of(member)
    return frozen_of(the_cycle().id, {part.id: member.id})[part.id]["steps"]


def corrected(record_id: int, minutes: int = 90) -> None:
    db.session.execute(sa.update(Record).where(Record.id == record_id).values(minutes=minutes))
    db.session.commit()


class TestFigures:
    @given(FIGURES)
    def test_what_is_kept_of_them_says_them_again(self, figures):
        assert rules.read(json.loads(json.dumps(rules.plain(figures)))) == figures
        assert rules.differences(figures, figures) == []

    @given(FIGURES, FIGURES)
    def test_they_differ_where_one_of_them_does(self, then, now):
        there = {line.key for line in rules.differences(then, now)}
        assert there == {line.key for line in rules.differences(now, then)}
        assert ("ballot" in there) == (then.ballot != now.ballot)

    def test_what_was_not_done_at_all_is_nothing_of_it(self):
        then, now = Figures(), Figures({SERVICE.key: Amount(60, 0)}, ballot=0)
        assert rules.differences(then, now) == [
            Line(f"done:{SERVICE.key}", 0, 60), Line("ballot", None, 0),
        ]  # fmt: skip


class TestWhatIsFrozen:
    def test_the_packets_hash_its_figures_and_the_points_with_their_version(self, cast, closed):
        steps, packet = kept_of(cast.lin), packets.packet(cast.lin.id, 2026, OVER)
        assert steps["evidence"] == {
            "packet": hash_of(packet.canonical()), "figures": rules.plain(packet.figures),
        }  # fmt: skip
        reckoned = points.reckon(FORMULA, packet.figures)
        assert (steps["points"]["version"], steps["points"]["points"]) == (1, reckoned.points)
        assert steps["points"]["says"] == hash_of(points.write(FORMULA))
        assert sum(points for _, points in steps["points"]["lines"]) == reckoned.points

    def test_no_name_of_anybody_stands_in_it(self, cast, closed):
        text = "".join(db.session.scalars(sa.select(FrozenPart.text)))
        assert text
        assert [name for name in db.session.scalars(sa.select(Member.name)) if name in text] == []

    def test_where_no_formula_holds_there_are_no_points(self, cast, second):
        opened(cast)
        grade_all(cast, second, the_cycle())
        close(cast, second, the_cycle())
        assert "points" not in kept_of(cast.lin)
        assert (advice_of(cast.lin).formula, advice_of(cast.lin).reckoned) == (None, None)


class TestAfterTheClose:
    def test_a_correction_is_a_difference_line_by_line_and_changes_nothing(self, cast, closed):
        assert advice_of(cast.lin).differences == []
        corrected(closed)
        one = advice_of(cast.lin)
        assert one.differences == [Line(f"done:{SERVICE.key}", 120, 90)]
        assert one.reckoned.points == kept_of(cast.lin)["points"]["points"]
        [[found], _, more] = pages.differences(cast.chen, the_cycle(), 1, LATER)
        assert (found.name, found.line, more) == (cast.lin.name, one.differences[0], False)

    def test_the_points_are_those_of_the_version_that_held(self, cast, closed):
        reckoned_by(cast.school, cast.chen, LESS, version=1)
        one = advice_of(cast.lin)
        assert (one.formula.version, one.reckoned.points) == (1, kept_of(cast.lin)["points"]["points"])

    def test_another_formula_says_what_it_would_change(self, cast, closed):
        corrected(closed)
        other = reckoned_by(cast.school, cast.chen, LESS, version=1)
        parts = [part_of(cast.lin)]
        [found] = pages.compared(the_cycle(), parts, other, LATER)
        assert [(change.after or change.before).key for change in found.changes] == [AN_HOUR.key, "met"]
        assert found.after == points.reckon(LESS, advice_of(cast.lin).figures)

    @pytest.mark.parametrize("what", ["formula", "correction", "forgotten", "moved"])
    def test_its_hash_verifies_whatever_happens_later(self, cast, closed, what):
        text = snapshot_of(the_cycle().id).text
        match what:
            case "formula":
                reckoned_by(cast.school, cast.chen, LESS, version=1)
            case "correction":
                corrected(closed)
            case "forgotten":
                values = {"name": "已注销", "number": "gone", "active": False}
                db.session.execute(sa.update(Member).where(Member.id == cast.lin.id).values(**values))
                db.session.commit()
            case "moved":
                db.session.execute(sa.update(Member).where(Member.id == cast.lin.id).values(unit_id=cast.second.id))
                db.session.commit()
        assert [wrong for _, wrong in verifying.all_closed()] == [""]
        assert snapshot_of(the_cycle().id).text == text
        assert advice_of(cast.lin).reckoned.points == kept_of(cast.lin)["points"]["points"]


class TestStatements:
    def test_they_do_not_grow_with_people(self, cast, second, statements):
        reckoned_by(cast.school, cast.chen)
        opened(cast)
        cycle, counts = the_cycle(), []
        for more in (0, 20):
            for n in range(more):
                one = make_member(f"8{n:03}", f"新{n}", cast.second)
                attended(cast, cast.sweeping, days=n + 1, who=one)
                values = {"cycle_id": cycle.id, "unit_id": cast.second.id, "year": 2026, "stage": one.stage}
                db.session.add(Participant(member_id=one.id, class_name="", graded=True, **values))
            db.session.commit()
            parts = list(db.session.scalars(sa.select(Participant)))
            portion = Portion(cycle, {part.id: part.member_id for part in parts}, OVER)
            for read in (queries.frozen, queries.frozen_points):
                with statements.count() as sent:
                    assert len(read(portion)) == len(parts)
                counts.append(len(sent))
            with statements.count() as sent:
                assert len(queries.advice(cycle, parts, OVER)) == len(parts)
            counts.append(len(sent))
        assert counts[:3] == counts[3:] == [16, 2, 12]


class TestThePages:
    @pytest.fixture
    def address(self, app, cast):
        """Of a review while grades are given, with a formula and two hours of Lin's."""
        with app.app_context():
            another(cast)
            attended(cast, cast.sweeping, minutes=120)
            db.session.commit()
            reckoned_by(cast.school, cast.chen)
            return opened(cast)

    def test_points_are_shown_once_their_turn_has_come(self, app, cast, address):
        chen, lin = english(app, cast.chen), english(app, cast.lin)
        unit = f"/cycles/{address}/units/{cast.first.public_id}"
        person, own = f"/cycles/{address}/people/{cast.lin.public_id}", f"/my-review/{address}"
        for moment, expected in ((GRADING - 25 * DAY, False), (GRADING, True)):
            with time_machine.travel(moment, tick=False):
                shown = [visitor.get(path).text for visitor, path in ((chen, unit), (chen, person), (lin, own))]
            assert ["Points, as advice" in page for page in shown] == [expected] * 3
        assert all("2 hours × 1." in page for page in shown)
        assert all("/packets" in page or "/packet" in page for page in shown[1:])
        assert "sort=points" not in shown[0]

    def test_looking_at_another_formula_changes_nothing(self, app, cast, address):
        with app.app_context():
            other = reckoned_by(cast.first, cast.chen, LESS).public_id
        chen, path = english(app, cast.chen), f"/cycles/{address}/points"
        page = chen.get(f"{path}?other={other}&unit={cast.second.public_id}").text
        assert (cast.zhao.name in page, cast.lin.name in page) == (True, False)
        for wrong in ("other=nothing", f"unit={cast.lin.public_id}"):
            assert chen.get(f"{path}?{wrong}").status_code == 404
        assert english(app, cast.wang).get(path).status_code == 404

    def test_what_has_become_other_is_shown_to_who_holds_it_and_to_the_person(self, app, cast, address):
        with app.app_context():
            second = db.session.scalars(sa.select(Member).where(Member.number == "T010")).one()
            grade_all(cast, second, the_cycle())
            close(cast, second, the_cycle())
        with time_machine.travel(LATER, tick=False):
            chen, lin, wang = (english(app, one) for one in (cast.chen, cast.lin, cast.wang))
            paths = (
                (chen, f"/cycles/{address}/differences"), (chen, f"/cycles/{address}/people/{cast.lin.public_id}"),
                (lin, f"/my-review/{address}"),
            )  # fmt: skip
            for visitor, path in paths:
                assert "The records say what they said." in visitor.get(path).text
            with app.app_context():
                corrected(db.session.scalars(sa.select(Record.id)).one())
            for visitor, path in paths:
                page = visitor.get(path).text
                assert ("Volunteer service, hours" in page, "1.5" in page) == (True, True)
            assert "1.5" not in wang.get(f"/my-review/{address}").text

    def test_packets_and_their_papers_say_which_state_they_show(self, app, cast, address):
        chen, lin = english(app, cast.chen), english(app, cast.lin)
        paths = ((lin, "/packets/2026"), (chen, f"/review/2026/{cast.lin.public_id}/packet"))
        for visitor, path in paths:
            assert "is closed" not in visitor.get(path).text
            assert "wasclosed" not in on_paper(visitor.get(f"{path}.pdf").data)
        with app.app_context():
            second = db.session.scalars(sa.select(Member).where(Member.number == "T010")).one()
            grade_all(cast, second, the_cycle())
            close(cast, second, the_cycle())
        with time_machine.travel(LATER, tick=False):
            visitors = ((english(app, cast.lin), paths[0][1]), (english(app, cast.chen), paths[1][1]))
            assert "Closed·<b>Qualified</b>" in visitors[0][0].get("/my-review/").text
            for visitor, path in visitors:
                assert "Its figures are those that were frozen." in visitor.get(path).text
                assert "Itsfiguresarethosethatwerefrozen." in on_paper(visitor.get(f"{path}.pdf").data)
            with app.app_context():
                corrected(db.session.scalars(sa.select(Record.id)).one())
            for visitor, path in visitors:
                page, paper = visitor.get(path).text, on_paper(visitor.get(f"{path}.pdf").data)
                assert ("2 → <b>1.5</b>" in page, "those that were frozen" in page) == (True, False)
                assert "Otherswerefrozen:Volunteerservice,hours2→1.5." in paper
            mine = on_paper(logged_in(app, cast.lin).get("/packets/2026.pdf").data)
            assert "与封存时不同的：志愿服务小时数2→1.5。" in mine

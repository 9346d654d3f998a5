"""The pages of ballots: the paper on a phone, what secretaries do, and what is shown to whom."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa
import time_machine

from activities.ballots import ending, voting
from activities.ballots.models import Ballot
from activities.ballots.rules import BallotState, Whose
from activities.kit.db import db
from tests.ballots.held import PLAN, comes, in_box, marked, of_first, opened, places, prepared
from tests.cast import DAY, NOW, english

TYPED = {
    "title": "年度测评", "below": "y", "choices": "优秀\n合格\n一般", "least": "3", "ends_at": "2026-12-10T18:00",
    "revision": "0",
}  # fmt: skip


@pytest.fixture(autouse=True)
def at_noon():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def ballot(app, cast) -> Ballot:
    with app.app_context():
        return opened(cast)


def page(app, who, address: str) -> str:
    answer = english(app, who).get(address)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


# ── who votes ───────────────────────────────────────────────────────────────


def test_the_paper_has_everybody_but_oneself(app, cast, ballot):
    shown = page(app, cast.lin, f"/ballots/{ballot.public_id}/vote")
    assert re.findall(r'<fieldset class="paper paper-line" id="(\w+)"', shown) == ["p1"]
    assert "赵明" in shown
    assert page(app, cast.ou, f"/ballots/{ballot.public_id}/vote").count('<fieldset class="paper paper-line"') == 2


def test_a_paper_that_is_not_confirmed_comes_back_with_what_was_ticked(app, cast, ballot):
    ou = english(app, cast.ou)
    answer = ou.submit(f"/ballots/{ballot.public_id}/vote", p0="2", p1="-")
    assert answer.status_code == 422
    shown = answer.get_data(as_text=True)
    ticked = dict(re.findall(r'<input checked id="[\w-]+" name="(p\d)" type="radio" value="([\w-]+)"', shown))
    assert ticked == {"p0": "2", "p1": "-"}
    with app.app_context():
        assert marked(ballot) == set()


def test_once_it_is_in_the_box_every_way_back_says_so(app, cast, ballot):
    ou, address = english(app, cast.ou), f"/ballots/{ballot.public_id}/vote"
    for _ in range(2):  # clicked twice
        answer = ou.submit(address, sure="y", p0="2")
        assert (answer.status_code, answer.location) in ((303, address), (200, None))
    assert "You have voted" in ou.get(address).get_data(as_text=True)
    with app.app_context():
        assert marked(ballot) == {cast.ou.id}
        assert in_box(ballot)[0][Whose.MEMBERS] == (0, 0, 1, 0, 0, 0)


def test_who_is_late_reads_that_it_is_over(app, cast, ballot):
    with time_machine.travel(ballot.ends_at, tick=False):
        answer = english(app, cast.ou).submit(f"/ballots/{ballot.public_id}/vote", sure="y", p0="2")
    assert "The time to vote is over" in answer.get_data(as_text=True)
    with app.app_context():
        assert marked(ballot) == set()


def test_a_choice_that_is_not_there_comes_back(app, cast, ballot):
    answer = english(app, cast.ou).submit(f"/ballots/{ballot.public_id}/vote", sure="y", p0="9")
    assert answer.status_code == 422
    assert "Choose one of those shown." in answer.get_data(as_text=True)


def test_my_votes_and_my_duties_say_that_i_am_asked_until_i_have_voted(app, cast, ballot):
    asked = "Your vote is asked for in 1 ballot"
    assert asked in page(app, cast.ou, "/")
    assert PLAN.title in page(app, cast.ou, "/ballots/")
    with app.app_context():
        voting.vote(cast.ou.id, ballot.id, {}, NOW)
    assert asked not in page(app, cast.ou, "/")
    assert "You have voted" in page(app, cast.ou, "/ballots/")
    assert PLAN.title not in page(app, cast.wang, "/ballots/")


def test_the_paper_takes_as_many_statements_for_many_people(app, cast, statements):
    def sent(ballot) -> int:
        ou = english(app, cast.ou)
        with statements.count() as seen:
            assert ou.get(f"/ballots/{ballot.public_id}/vote").status_code == 200
        return len(seen)

    with app.app_context():
        few = opened(cast)
        people = [comes(f"2303{n}", f"同学{n}", cast.second) for n in range(30)]
        many = opened(cast, *people)
    assert sent(few) == sent(many)


# ── what secretaries do ─────────────────────────────────────────────────────


def test_a_secretary_prepares_chooses_looks_and_opens(app, cast):
    chen = english(app, cast.chen)
    answer = chen.submit("/ballots/new", **TYPED, unit_id=str(cast.school.id))
    address = answer.location
    assert answer.status_code == 303
    chen.submit(f"{address}/people", who=[cast.lin.public_id, cast.wang.public_id])
    assert "王一诺" in page(app, cast.chen, f"{address}/preview")
    shown = page(app, cast.chen, address)
    assert "2 people" in shown
    assert "5 votes" in shown
    assert chen.submit(f"{address}/open").status_code == 303
    with app.app_context():
        ballot = db.session.scalars(sa.select(Ballot)).one()
        assert ballot.state is BallotState.OPEN
        assert ballot.choices == ("优秀", "合格", "一般")


def test_choices_of_our_own_are_kept_as_such_in_any_language(app, cast):
    with app.app_context():
        ballot = prepared(cast)
    chen = english(app, cast.chen)
    shown = chen.get(f"/ballots/{ballot.public_id}/edit").get_data(as_text=True)
    assert "Excellent\nQualified" in shown
    typed = {**TYPED, "choices": "Excellent\n还行"}
    assert chen.submit(f"/ballots/{ballot.public_id}/edit", **typed).status_code == 303
    with app.app_context():
        assert db.session.get(Ballot, ballot.id).choices == ("Excellent", "还行")


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"least": "2"}, "Enter a number from 3"), ({"choices": "好"}, "Enter 2 to 8 choices"),
        ({"choices": "好\n好"}, "stands there twice"), ({"choices": "好\n" + "长" * 21}, "at most 20 characters"),
        ({"title": ""}, "Enter a title."), ({"ends_at": ""}, "Choose a day and a time."),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_at_its_field(app, cast, wrong, sentence):
    answer = english(app, cast.chen).submit("/ballots/new", **{**TYPED, **wrong}, unit_id=str(cast.school.id))
    assert answer.status_code == 422
    assert sentence in answer.get_data(as_text=True)


def test_who_changes_a_draft_meanwhile_is_not_overwritten(app, cast):
    with app.app_context():
        ballot = prepared(cast)
    chen = english(app, cast.chen)
    assert chen.submit(f"/ballots/{ballot.public_id}/edit", **TYPED).status_code == 303
    answer = chen.submit(f"/ballots/{ballot.public_id}/edit", **{**TYPED, "title": "再一个"})
    assert answer.status_code == 422
    assert "Someone else has changed this meanwhile" in answer.get_data(as_text=True)


def test_it_is_extended_closed_and_cancelled_with_a_reason(app, cast, ballot):
    chen, address = english(app, cast.chen), f"/ballots/{ballot.public_id}"
    assert chen.submit(f"{address}/extend", ends_at="2026-11-26T12:00", reason="等等").status_code == 422
    assert chen.submit(f"{address}/extend", ends_at="2026-12-20T12:00", reason="").status_code == 422
    assert chen.submit(f"{address}/extend", ends_at="2026-12-20T12:00", reason="等等").status_code == 303
    assert chen.submit(f"{address}/close", reason="够了").status_code == 409, "nobody has voted"
    assert "5 people are told" in page(app, cast.chen, f"{address}/cancel")
    assert chen.submit(f"{address}/cancel", reason="有误").status_code == 303
    assert chen.get(f"{address}/extend").status_code == 409
    assert "All papers were destroyed unread. Reason: 有误" in page(app, cast.ou, f"{address}/vote")


def test_while_it_is_open_no_page_says_more_than_how_many_have_voted(app, cast, ballot):
    with app.app_context():
        at = places(ballot)
        for who in (cast.ou, cast.gu, cast.chen):
            voting.vote(who.id, ballot.id, {at[cast.lin.id]: 0}, NOW)
    shown = page(app, cast.chen, f"/ballots/{ballot.public_id}")
    assert "3 of 5 have voted" in shown
    assert "林可欣" not in shown
    assert 'class="mix"' not in shown


def test_results_are_bars_with_a_table_behind(app, cast, ballot):
    with app.app_context():
        at = places(ballot)
        for n, who in enumerate((cast.ou, cast.gu, cast.chen, cast.zhao)):
            voting.vote(who.id, ballot.id, {at[cast.lin.id]: n % 2}, NOW)
        ending.count_those_over(ballot.ends_at)
    shown = page(app, cast.chen, f"/ballots/{ballot.public_id}")
    assert 'aria-label="All: Excellent 2, Qualified 2, Basically qualified 0' in shown
    row = re.search(r'<th scope="row">林可欣</th><td>All</td>((?:<td class="r">\d+</td>)+)', shown)
    assert row
    assert re.findall(r"\d+", row[1]) == ["2", "2", "0", "0", "0", "0", "4"]


def test_too_few_papers_show_nothing(app, cast, ballot):
    with app.app_context():
        for who in (cast.ou, cast.gu):
            voting.vote(who.id, ballot.id, {}, NOW)
        ending.count_those_over(ballot.ends_at)
    shown = page(app, cast.chen, f"/ballots/{ballot.public_id}")
    assert shown.count("Too few people voted") == 2


@pytest.mark.parametrize(("shows_own", "status"), [(True, 200), (False, 404)])
def test_ones_own_result_is_seen_where_the_ballot_says_so(app, cast, shows_own, status):
    with app.app_context():
        ballot = opened(cast, cast.lin, cast.chen, shows_own=shows_own)
        for who in (cast.ou, cast.gu, cast.zhao):
            voting.vote(who.id, ballot.id, {0: 1, 1: 1}, NOW)
        ending.count_those_over(ballot.ends_at)
    address = f"/ballots/{ballot.public_id}/mine"
    assert english(app, cast.lin).get(address).status_code == status
    assert english(app, cast.ou).get(address).status_code == 404
    shown = page(app, cast.chen, f"/ballots/{ballot.public_id}")
    assert ('<th scope="row">陈静</th>' in shown) is shows_own, "a secretary is no exception"


def test_the_lists_take_as_many_statements_for_many_ballots(app, cast, statements):
    def sent(address: str) -> int:
        chen = english(app, cast.chen)
        with statements.count() as seen:
            assert chen.get(address).status_code == 200
        return len(seen)

    with app.app_context():
        opened(cast)
    before = [sent(address) for address in ("/ballots/kept", "/ballots/", "/")]
    with app.app_context():
        for n in range(6):
            opened(cast, title=f"测评{n}")
        of_first(cast, "counted")
    assert [sent(address) for address in ("/ballots/kept", "/ballots/", "/")] == before


def test_results_take_as_many_statements_for_many_people(app, cast, statements):
    def sent(*people) -> int:
        with app.app_context():
            ballot = opened(cast, *people)
            for who in (cast.ou, cast.gu, cast.chen):
                voting.vote(who.id, ballot.id, {}, NOW)
            ending.count_those_over(ballot.ends_at + DAY)
        chen = english(app, cast.chen)
        with statements.count() as seen:
            assert chen.get(f"/ballots/{ballot.public_id}").status_code == 200
        return len(seen)

    few = sent(cast.lin)
    with app.app_context():
        people = [comes(f"2303{n}", f"同学{n}", cast.second) for n in range(30)]
    assert sent(*people) == few

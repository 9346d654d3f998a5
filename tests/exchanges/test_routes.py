"""What pages show of cover, and its buttons."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
import time_machine

from activities.duties.models import Activity
from activities.exchanges.covers import ask_cover, take_over
from activities.kit.db import db
from activities.signups.rules import SignUpState
from activities.signups.service import sign_up
from tests.cast import HOUR, NOW, logged_in, make_slot, my_state


@pytest.fixture(autouse=True)
def at_noon():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def slot(app, cast):
    """A slot of one seat, which Lin has."""
    with app.app_context():
        slot = make_slot(cast.lake, NOW + 5 * HOUR, capacity=1)
        db.session.commit()
        sign_up(cast.lin.id, slot.id, NOW)
        return slot


@pytest.fixture
def lin(app, cast):
    return logged_in(app, cast.lin)


@pytest.fixture
def wang(app, cast):
    return logged_in(app, cast.wang)


def asked(app, cast, slot) -> None:
    with app.app_context():
        ask_cover(cast.lin.id, slot.id, "考试", NOW)


def page(visitor, address: str) -> str:
    answer = visitor.get(address)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def test_who_has_a_seat_asks_for_cover_from_its_page(app, cast, slot, lin):
    address = f"/slots/{slot.public_id}"
    assert f"{address}/cover" in page(lin, address)
    assert 'name="reason"' in page(lin, f"{address}/cover")
    answer = lin.submit(f"{address}/cover", reason="考试")
    assert (answer.status_code, answer.location) == (303, address)
    assert f"{address}/cover/take-back" in page(lin, address)


def test_a_reason_that_is_too_long_comes_back(slot, lin):
    answer = lin.submit(f"/slots/{slot.public_id}/cover", reason="长" * 201)
    assert answer.status_code == 422
    assert "长" * 201 in answer.get_data(as_text=True)


def test_who_can_come_after_all_says_so(app, cast, slot, lin):
    asked(app, cast, slot)
    assert lin.submit(f"/slots/{slot.public_id}/cover/take-back").status_code == 303
    assert "take-back" not in page(lin, f"/slots/{slot.public_id}")


def test_who_is_asked_to_take_over_reads_it_once_with_both_answers(app, cast, slot, wang):
    address = f"/slots/{slot.public_id}"
    asked(app, cast, slot)
    shown = page(wang, address)
    assert [shown.count(f'action="{address}/{answer}"') for answer in ("take-over", "not-this-time")] == [1, 1]
    assert "/invitations" not in shown.partition("<main")[2]  # which is where other invitations lead
    assert wang.submit(f"{address}/not-this-time").status_code == 303
    shown = page(wang, address)
    assert [shown.count(f'action="{address}/{answer}"') for answer in ("take-over", "not-this-time")] == [1, 0]


def test_whoever_could_take_over_is_offered_that_instead_of_the_waiting_list(app, cast, slot, wang):
    address = f"/slots/{slot.public_id}"
    assert 'form="wait"' in page(wang, address)
    asked(app, cast, slot)
    shown = page(wang, address)
    assert f"{address}/take-over" in shown
    assert 'form="wait"' not in shown
    assert wang.submit(f"{address}/take-over").status_code == 303
    with app.app_context():
        assert my_state(cast.wang.id, slot.id) is SignUpState.SEATED


def test_who_cannot_take_over_reads_why(app, cast, slot, wang):
    with app.app_context():
        other = make_slot(cast.lake, NOW + 5.5 * HOUR)
        db.session.commit()
        sign_up(cast.wang.id, other.id, NOW)
    asked(app, cast, slot)
    shown = page(wang, f"/slots/{slot.public_id}")
    assert "/take-over" not in shown
    assert shown.count("st-") >= 1
    assert wang.submit(f"/slots/{slot.public_id}/take-over").status_code == 409


def test_neither_name_nor_reason_is_shown_to_members(app, cast, slot, wang):
    asked(app, cast, slot)
    for address in (f"/slots/{slot.public_id}", "/cover"):
        shown = page(wang, address)
        assert "林可欣" not in shown
        assert "考试" not in shown


def test_the_list_has_what_one_could_take_over_and_no_more(app, cast, slot, lin, wang):
    asked(app, cast, slot)
    assert f'href="/slots/{slot.public_id}"' in page(wang, "/cover")
    assert f'href="/slots/{slot.public_id}"' not in page(lin, "/cover")
    assert f'href="/slots/{slot.public_id}"' not in page(logged_in(app, cast.zhao), "/cover")


def test_the_list_takes_the_same_few_statements_however_long_it_is(app, cast, slot, wang, statements):
    counts = []
    for more in (1, 12):
        with app.app_context():
            slots = [make_slot(cast.lake, NOW + (40 + more + n) * HOUR) for n in range(more)]
            db.session.commit()
            for one in slots:
                sign_up(cast.lin.id, one.id, NOW)
                ask_cover(cast.lin.id, one.id, "", NOW)
        with statements.count() as sent:
            page(wang, "/cover")
        counts.append(len(sent))
    assert counts[0] == counts[1] <= 4


def test_the_roster_says_who_looks_for_cover_and_for_whom_somebody_came(app, cast, slot):
    ou = logged_in(app, cast.ou)
    asked(app, cast, slot)
    assert "考试" in page(ou, f"/slots/{slot.public_id}/roster")
    with app.app_context():
        take_over(cast.wang.id, slot.id, NOW)
    shown = page(ou, f"/slots/{slot.public_id}/roster")
    assert "考试" not in shown
    assert "林可欣" in shown
    assert "王一诺" in shown


def test_a_stranger_finds_nothing(app, cast, slot):
    asked(app, cast, slot)
    zhao = logged_in(app, cast.zhao)
    assert zhao.get(f"/slots/{slot.public_id}/cover").status_code == 404
    assert zhao.submit(f"/slots/{slot.public_id}/take-over").status_code == 404


def test_whose_turn_it_is_answers_on_the_page_and_the_giver_reads_until_when(app, cast, slot, lin, wang):
    with app.app_context():
        db.session.execute(sa.update(Activity).values(offer_minutes=180))
        db.session.commit()
        sign_up(cast.wang.id, slot.id, NOW, or_wait=True)
        sign_up(cast.chen.id, slot.id, NOW, or_wait=True)
    asked(app, cast, slot)
    address = f"/slots/{slot.public_id}"
    assert "先问候补名单上的下一位" in page(lin, address)
    shown = page(wang, address)
    assert f"{address}/take-over" in shown
    assert f"{address}/cover/decline" in shown
    assert address in page(wang, "/cover")
    chen = logged_in(app, cast.chen)
    assert f"{address}/take-over" not in page(chen, address)
    assert address not in page(chen, "/cover")
    assert chen.submit(f"{address}/take-over").status_code == 409
    assert wang.submit(f"{address}/cover/decline").status_code == 303
    assert f"{address}/take-over" not in page(wang, address)
    assert chen.submit(f"{address}/take-over").status_code == 303
    with app.app_context():
        assert my_state(cast.chen.id, slot.id) is SignUpState.SEATED

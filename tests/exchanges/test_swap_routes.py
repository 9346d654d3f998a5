"""The pages of swaps."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
import time_machine

from activities.duties.models import Activity
from activities.exchanges.models import Swap
from activities.exchanges.swaps import offer_seat, propose, take_back
from activities.kit.db import db
from activities.signups.rules import SignUpState
from activities.signups.service import sign_up
from tests.cast import DAY, HOUR, NOW, logged_in, make_member, make_slot, my_state


@pytest.fixture(autouse=True)
def at_noon():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def slots(app, cast):
    """Lin has the only seat of the first, Wang that of the second."""
    with app.app_context():
        first, second = (make_slot(cast.lake, NOW + hours * HOUR, capacity=1) for hours in (5, 8))
        db.session.commit()
        sign_up(cast.lin.id, first.id, NOW)
        sign_up(cast.wang.id, second.id, NOW)
        return first, second


@pytest.fixture
def lin(app, cast):
    return logged_in(app, cast.lin)


@pytest.fixture
def wang(app, cast):
    return logged_in(app, cast.wang)


def page(visitor, address: str) -> str:
    answer = visitor.get(address)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def proposed(app, cast, slots) -> str:
    with app.app_context():
        propose(cast.lin.id, slots[0].id, cast.wang.id, slots[1].id, NOW)
        return db.session.scalars(sa.select(Swap.public_id)).one()


def test_a_seat_is_offered_and_kept_from_its_page(slots, wang):
    address = f"/slots/{slots[1].public_id}/swap"
    assert address in page(wang, f"/slots/{slots[1].public_id}")
    assert wang.submit(f"{address}/offer", wish="周末").location == address
    assert "周末" in page(wang, address)
    assert wang.submit(f"{address}/offer", wish="").status_code == 409
    assert wang.submit(f"{address}/keep").location == address
    assert "周末" not in page(wang, address)


def test_a_wish_that_is_too_long_comes_back(slots, wang):
    answer = wang.submit(f"/slots/{slots[1].public_id}/swap/offer", wish="长" * 101)
    assert answer.status_code == 422
    assert "长" * 101 in answer.get_data(as_text=True)


def test_from_offer_to_swap(app, cast, slots, lin, wang):
    wang.submit(f"/slots/{slots[1].public_id}/swap/offer", wish="")
    address = f"/slots/{slots[0].public_id}/swap"
    assert "王一诺" in page(lin, address)
    answer = lin.submit(address, slot=slots[1].public_id, member=cast.wang.public_id)
    assert (answer.status_code, answer.location) == (303, "/swaps")
    with app.app_context():
        public_id = db.session.scalars(sa.select(Swap.public_id)).one()
    assert f"/swaps/{public_id}/withdraw-swap" in page(lin, "/swaps")
    assert f"/swaps/{public_id}/agree" in page(wang, "/swaps")
    assert wang.submit(f"/swaps/{public_id}/agree").location == f"/slots/{slots[0].public_id}"
    with app.app_context():
        assert my_state(cast.wang.id, slots[0].id) is SignUpState.SEATED
        assert my_state(cast.lin.id, slots[1].id) is SignUpState.SEATED
    assert f"/swaps/{public_id}/agree" not in page(wang, "/swaps")


def test_a_colleague_is_asked_by_number(cast, slots, lin):
    address = f"/slots/{slots[0].public_id}/swap"
    assert "王一诺" not in page(lin, address)
    assert "王一诺" in page(lin, f"{address}?number=2301002")
    assert lin.submit(address, slot=slots[1].public_id, member=cast.wang.public_id).status_code == 303


def test_whoever_offers_nothing_and_is_no_colleague_is_not_found(app, cast, slots, lin):
    with app.app_context():
        other = make_member("2302009", "外人", cast.school)
        slot = make_slot(cast.lake, NOW + 12 * HOUR)
        db.session.commit()
        sign_up(other.id, slot.id, NOW)
        form = {"slot": slot.public_id, "member": other.public_id}
    assert "外人" not in page(lin, f"/slots/{slots[0].public_id}/swap?number=2302009")
    assert lin.submit(f"/slots/{slots[0].public_id}/swap", **form).status_code == 409


def test_a_proposal_is_declined_or_taken_back(app, cast, slots, lin, wang):
    public_id = proposed(app, cast, slots)
    assert wang.submit(f"/swaps/{public_id}/decline").status_code == 303
    assert lin.submit(f"/swaps/{public_id}/withdraw-swap").status_code == 409
    assert wang.submit(f"/swaps/{public_id}/agree").status_code == 409


def test_nobody_else_finds_it(app, cast, slots):
    public_id = proposed(app, cast, slots)
    for verb in ("agree", "decline", "withdraw-swap"):
        assert logged_in(app, cast.ou).submit(f"/swaps/{public_id}/{verb}").status_code == 404


def test_who_must_read_the_risks_is_shown_the_page_again(app, cast, slots, wang, lin):
    public_id = proposed(app, cast, slots)
    with app.app_context():
        db.session.execute(sa.update(Activity).values(risks="湖边湿滑", risks_version=2))
        db.session.commit()
    answer = wang.submit(f"/swaps/{public_id}/agree")
    assert answer.status_code == 422
    assert 'name="risks"' in answer.get_data(as_text=True)
    assert wang.submit(f"/swaps/{public_id}/agree", risks="2").status_code == 303
    answer = lin.submit(f"/slots/{slots[1].public_id}/swap", slot=slots[0].public_id, member=cast.wang.public_id)
    assert answer.status_code == 422


def test_names_are_shown_only_of_those_who_offer(app, cast, slots, lin):
    with app.app_context():
        slot = make_slot(cast.lake, NOW + DAY / 2)
        db.session.commit()
        sign_up(cast.ou.id, slot.id, NOW)
    shown = page(lin, f"/slots/{slots[0].public_id}/swap")
    assert "欧阳慧敏" not in shown
    assert "王一诺" not in shown


def test_the_pages_take_the_same_few_statements_however_much_there_is(app, cast, slots, lin, statements):
    def sent(address: str) -> int:
        with statements.count() as seen:
            page(lin, address)
        return len(seen)

    addresses = ("/swaps", f"/slots/{slots[0].public_id}/swap")
    with app.app_context():
        offer_seat(cast.wang.id, slots[1].id, "", NOW)
        propose(cast.lin.id, slots[0].id, cast.wang.id, slots[1].id, NOW)
    before = [sent(address) for address in addresses]
    with app.app_context():
        people = [make_member(f"x{n}", f"人{n}", cast.first, password_hash=None).id for n in range(8)]
        more = [make_slot(cast.lake, NOW + (30 + 2 * n) * HOUR, capacity=1).id for n in range(8)]
        db.session.commit()
        for person, slot in zip(people, more, strict=True):
            sign_up(person, slot, NOW)
            offer_seat(person, slot, "", NOW)
            propose(cast.lin.id, slots[0].id, person, slot, NOW)
    assert [sent(address) for address in addresses] == before
    assert max(before) <= 9


def test_nobody_is_asked_over_and_over_again(app, cast, slots, lin):
    address, seat = f"/slots/{slots[0].public_id}/swap", {"slot": slots[1].public_id, "member": cast.wang.public_id}
    answers = []
    for _ in range(31):
        answers.append(lin.submit(address, **seat).status_code)
        with app.app_context():
            if swap := db.session.scalar(sa.select(Swap).where(Swap.ended_at.is_(None))):
                take_back(cast.lin.id, swap.id, NOW)
    assert answers == [303] * 30 + [429]

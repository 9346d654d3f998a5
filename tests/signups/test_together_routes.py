"""The pages about waiting for any of several slots, and about coming as a team."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa
import time_machine

from activities.duties.models import Slot
from activities.kit.db import db
from activities.outbox.models import Notice
from activities.signups.models import Team, Wish
from activities.signups.rules import SignUpState
from activities.signups.service import sign_up, withdraw
from tests.cast import DAY, NOW, logged_in, make_member, make_slot, my_state
from tests.signups.test_answers import mailed_link

SEATED, OFFERED, WAITING = SignUpState.SEATED, SignUpState.OFFERED, SignUpState.WAITING


@pytest.fixture(autouse=True)
def at_noon():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def full(app, cast) -> list[Slot]:
    """Three full slots of one seat, of which the last is a day later."""
    with app.app_context():
        cast.sweeping.offer_minutes = 12 * 60
        db.session.add(cast.sweeping)
        slots = [make_slot(cast.lake, NOW + DAY * start, capacity=1) for start in (2, 2.02, 3)]
        sitting = [make_member(f"s{n}", f"坐{n}", cast.first) for n in range(3)]
        db.session.commit()
        for slot, member in zip(slots, sitting, strict=True):
            sign_up(member.id, slot.id, NOW)
        return slots


@pytest.fixture
def lin(app, cast):
    return logged_in(app, cast.lin)


def states(app, member, slots) -> list[SignUpState | None]:
    with app.app_context():
        return [my_state(member.id, slot.id) for slot in slots]


# ── any of several ──────────────────────────────────────────────────────────


def test_full_slots_are_chosen_from_find_and_stand_on_my_duties_as_one(app, cast, lin, full):
    assert "/slots/any" in lin.get("/slots?week=2026-11-23").text
    page = lin.get("/slots/any?week=2026-11-23").text
    assert page.count('name="slot"') == 3
    answer = lin.submit("/slots/any?week=2026-11-23", slot=[slot.public_id for slot in full])
    assert answer.location == "/"
    assert states(app, cast.lin, full) == [WAITING] * 3
    mine = lin.get("/").text
    assert "/leave" in mine
    assert all(slot.public_id in mine for slot in full)


def test_those_of_one_activity_are_chosen_from_its_page(cast, lin, full):
    address = f"/slots/any?activity={cast.sweeping.public_id}"
    assert address in lin.get(f"/activities/{cast.sweeping.public_id}").text
    assert lin.get(address).text.count('name="slot"') == 3
    assert f"{address}&amp;slot={full[0].public_id}" in lin.get(f"/slots/{full[0].public_id}").text


def test_what_was_chosen_stays_when_it_is_too_little(app, cast, lin, full):
    answer = lin.submit("/slots/any?week=2026-11-23", slot=[full[1].public_id])
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert re.search(f'value="{full[1].public_id}" checked', answer.text)
    assert states(app, cast.lin, full) == [None] * 3


def test_a_slot_that_one_does_not_see_is_no_choice(app, cast, full):
    zhao = logged_in(app, cast.zhao)
    assert zhao.submit("/slots/any", slot=[slot.public_id for slot in full]).status_code == 404


def test_all_are_left_with_one_press(app, cast, lin, full):
    lin.submit("/slots/any?week=2026-11-23", slot=[slot.public_id for slot in full])
    with app.app_context():
        wish = db.session.scalars(sa.select(Wish.public_id)).one()
    assert wish in lin.get(f"/slots/{full[0].public_id}").text
    assert logged_in(app, cast.wang).submit(f"/waiting/{wish}/leave").status_code == 404
    assert lin.submit(f"/waiting/{wish}/leave").location == "/"
    assert states(app, cast.lin, full) == [None] * 3


def test_the_risks_are_read_before(app, cast, lin, full):
    with app.app_context():
        cast.sweeping.risks = "路滑"
        db.session.add(cast.sweeping)
        db.session.commit()
    chosen = [slot.public_id for slot in full]
    answer = lin.submit("/slots/any?week=2026-11-23", slot=chosen)
    assert answer.status_code == 422
    assert 'href="#risks"' in answer.text
    assert lin.submit("/slots/any?week=2026-11-23", slot=chosen, risks="1").status_code == 303


def test_my_duties_take_as_many_statements_with_wishes_as_without(app, lin, full, statements):
    counts = []
    for _ in range(2):
        with statements.count() as sent:
            lin.get("/")
        counts.append(len(sent))
        lin.submit("/slots/any?week=2026-11-23", slot=[slot.public_id for slot in full])
    assert counts[1] <= counts[0] + 1  # the places in line, of which there were none


# ── teams ───────────────────────────────────────────────────────────────────


@pytest.fixture
def team(app, cast, lin) -> str:
    """The address of a team of Lin's for the slot of two seats."""
    answer = lin.submit(f"/slots/{cast.slot.public_id}/team", name="营销2301", seats="whole")
    assert answer.status_code == 303
    return answer.location


def test_a_team_is_made_from_the_slots_page(app, cast, lin):
    address = f"/slots/{cast.slot.public_id}/team"
    assert address in lin.get(f"/slots/{cast.slot.public_id}").text
    assert lin.submit(address, name="营销2301").status_code == 422
    assert lin.submit(address, name="营销2301", seats="whole").status_code == 303
    with app.app_context():
        assert db.session.scalars(sa.select(Team.whole)).all() == [True]


def test_nobody_comes_to_a_single_seat_as_a_team(cast, lin, full):
    shown = lin.get(f"/slots/{full[0].public_id}").text
    assert f"/slots/{full[0].public_id}/team" not in shown
    assert "/slots/any?" in shown
    answer = lin.submit(f"/slots/{full[0].public_id}/team", name="营销2301", seats="whole")
    assert answer.status_code == 409


def test_who_has_the_address_sees_who_leads_and_joins_but_sees_no_names_before(app, cast, lin, team):
    ou, wang = logged_in(app, cast.ou), logged_in(app, cast.wang)
    wang.submit(f"{team}/join")
    page = ou.get(team).text
    assert "林可欣" in page
    assert "王一诺" not in page
    assert "王一诺" in lin.get(team).text
    assert states(app, cast.wang, [cast.slot]) == [None]


def test_only_who_leads_signs_up_and_all_who_joined_have_a_seat(app, cast, lin, team):
    wang = logged_in(app, cast.wang)
    wang.submit(f"{team}/join")
    assert wang.submit(f"{team}/sign-up").status_code == 409
    assert lin.submit(f"{team}/sign-up").status_code == 303
    assert states(app, cast.lin, [cast.slot]) == states(app, cast.wang, [cast.slot]) == [SEATED]
    assert team in wang.get(f"/slots/{cast.slot.public_id}").text


def test_somebody_is_asked_by_number_and_answers(app, cast, lin, team):
    assert lin.submit(f"{team}/invite", number="").status_code == 422
    assert lin.submit(f"{team}/invite", number="nobody").status_code == 422
    assert lin.submit(f"{team}/invite", number=cast.wang.number).status_code == 303
    with app.app_context():
        assert db.session.scalars(sa.select(Notice.topic).where(Notice.member_id == cast.wang.id)).all() == [
            "signups.team_invited"
        ]
    wang = logged_in(app, cast.wang)
    assert team in wang.get(f"/slots/{cast.slot.public_id}").text
    assert wang.submit(f"{team}/leave").status_code == 303
    assert cast.wang.name not in lin.get(team).text


def test_numbers_cannot_be_tried_one_by_one(cast, lin, team):
    answers = [lin.submit(f"{team}/invite", number=f"230{n}").status_code for n in range(21)]
    assert answers == [422] * 20 + [429]
    assert lin.submit(f"{team}/invite", number=cast.wang.number).status_code == 429


def test_dissolving_says_how_many_it_concerns(app, cast, lin, team):
    logged_in(app, cast.wang).submit(f"{team}/join")
    lin.submit(f"{team}/sign-up")
    assert "2" in re.search(r'<button class="btn btn-go btn-big">([^<]+)', lin.get(f"{team}/dissolve").text)[1]
    assert states(app, cast.wang, [cast.slot]) == [SEATED]
    lin.submit(f"{team}/dissolve")
    assert states(app, cast.wang, [cast.slot]) == [None]
    assert lin.get(team).status_code == 200


def test_a_link_in_the_mail_answers_for_the_whole_team(app, client, cast, lin):
    with app.app_context():
        cast.sweeping.offer_minutes = 12 * 60
        db.session.add(cast.sweeping)
        slot = make_slot(cast.lake, NOW + 4 * DAY, capacity=2)
        sitting = [make_member(f"s{n}", f"坐{n}", cast.first).id for n in range(2)]
        db.session.commit()
        for member in sitting:
            sign_up(member, slot.id, NOW)
    team = lin.submit(f"/slots/{slot.public_id}/team", name="营销2301", seats="whole").location
    logged_in(app, cast.wang).submit(f"{team}/join")
    lin.submit(f"{team}/sign-up")
    with app.app_context():
        for member in sitting:
            withdraw(member, slot.id, NOW)
    link = mailed_link(app, cast.wang, "signups.team_offered")
    assert client.get(link).status_code == 200
    client.submit(link, accept="1")
    assert states(app, cast.lin, [slot]) == states(app, cast.wang, [slot]) == [SEATED]


def test_a_teams_page_takes_as_many_statements_for_ten_as_for_two(app, cast, lin, statements):
    with app.app_context():
        slot = make_slot(cast.lake, NOW + 4 * DAY, capacity=12)
        people = [make_member(f"p{n}", f"人{n}", cast.first) for n in range(10)]
        db.session.commit()
    team = lin.submit(f"/slots/{slot.public_id}/team", name="营销2301", seats="whole").location
    counts = []
    for some in (people[:1], people[1:]):
        for member in some:
            logged_in(app, member).submit(f"{team}/join")
        with statements.count() as sent:
            lin.get(team)
        counts.append(len(sent))
    assert counts[0] == counts[1]

"""Answering an offer from the mail, without being logged in."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa
import time_machine

from activities.audit.models import AuditEntry
from activities.duties.models import Activity
from activities.kit.db import db
from activities.outbox.delivery import Recipient, render
from activities.outbox.models import Notice
from activities.signups.models import SignUp
from activities.signups.rules import SignUpState
from activities.signups.service import accept, lapse_offers, sign_up, withdraw
from tests.cast import DAY, HOUR, NOW, logged_in, make_slot, my_state


@pytest.fixture(autouse=True)
def at_noon():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def slot(app, cast) -> int:
    """A slot of one seat, held for Wang until midnight, for which Ou waits too."""
    with app.app_context():
        cast.sweeping.offer_minutes = 12 * 60
        db.session.add(cast.sweeping)
        slot = make_slot(cast.lake, NOW + 3 * DAY, capacity=1)
        db.session.commit()
        sign_up(cast.lin.id, slot.id, NOW)
        sign_up(cast.wang.id, slot.id, NOW, or_wait=True)
        sign_up(cast.ou.id, slot.id, NOW, or_wait=True)
        withdraw(cast.lin.id, slot.id, NOW)
        return slot.id


@pytest.fixture
def link(app, cast, slot) -> str:
    """The address in the letter that Wang gets."""
    return mailed_link(app, cast.wang)


def mailed_link(app, member, topic: str = "signups.offered") -> str:
    with app.app_context():
        mine = sa.select(Notice).where(Notice.topic == topic, Notice.member_id == member.id)
        letter = render(db.session.scalars(mine).one(), Recipient(member.name, "x@example.edu", "en"))
        return re.search(r"http://localhost(/offers/\S+)", letter.get_content())[1]


def states(app, cast, slot: int) -> list[SignUpState | None]:
    with app.app_context():
        return [my_state(member.id, slot) for member in (cast.wang, cast.ou)]


def test_the_letter_links_to_a_page_with_two_buttons_that_changes_nothing(app, client, cast, slot, link):
    for _ in range(2):
        page = client.get(link)
        assert page.status_code == 200
        assert 'name="accept"' in page.text
        assert 'name="decline"' in page.text
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert states(app, cast, slot) == [SignUpState.OFFERED, SignUpState.WAITING]


def test_no_notice_holds_the_link(app, cast, slot, link):
    with app.app_context():
        stored = [str(notice.params) for notice in db.session.scalars(sa.select(Notice))]
    assert not any(link.rsplit("/", 1)[1] in params for params in stored)


def test_a_press_accepts(app, client, cast, slot, link):
    answer = client.submit(link, accept="1")
    assert (answer.status_code, answer.location) == (303, link)
    assert states(app, cast, slot) == [SignUpState.SEATED, SignUpState.WAITING]
    assert 'name="accept"' not in client.get(link).text


def test_a_press_declines_and_the_next_is_asked(app, client, cast, slot, link):
    client.submit(link, decline="1")
    assert states(app, cast, slot) == [None, SignUpState.OFFERED]
    assert 'name="accept"' not in client.get(link).text


def test_a_press_without_a_form_of_ours_does_nothing(app, client, cast, slot, link):
    assert client.post(link, data={"accept": "1"}).status_code == 400
    assert client.submit(link).status_code == 303
    assert states(app, cast, slot) == [SignUpState.OFFERED, SignUpState.WAITING]


def test_the_link_works_once(app, client, cast, slot, link):
    with app.app_context():
        accept(cast.wang.id, slot, NOW)
    client.submit(link, decline="1")
    assert states(app, cast, slot) == [SignUpState.SEATED, SignUpState.WAITING]


def test_the_link_dies_with_the_offer(app, client, cast, slot, link):
    late = NOW + 13 * HOUR
    with app.app_context():
        lapse_offers(late)
        sign_up(cast.wang.id, slot, late, or_wait=True)
    with time_machine.travel(late, tick=False):
        page = client.get(link)
        assert page.status_code == 200
        assert 'name="accept"' not in page.text
        client.submit(link, accept="1")
    assert states(app, cast, slot) == [SignUpState.WAITING, SignUpState.OFFERED]


def test_an_offer_whose_time_is_up_is_over_before_anyone_tidies_up(app, client, cast, slot, link):
    with time_machine.travel(NOW + 12 * HOUR, tick=False):
        assert 'name="accept"' not in client.get(link).text
        client.submit(link, accept="1")
    assert states(app, cast, slot) == [SignUpState.OFFERED, SignUpState.WAITING]


def test_another_who_is_logged_in_answers_for_whom_the_link_is(app, cast, slot, link):
    page = logged_in(app, cast.lin).get(link).text
    assert "王一诺" in page


def with_another_signature(link: str) -> str:
    """The link with the first character of its signature changed; the last one has bits that nothing reads."""
    told, _, signature = link.rpartition(".")
    return f"{told}.{'B' if signature[0] == 'A' else 'A'}{signature[1:]}"


@pytest.mark.parametrize("forge", [with_another_signature, lambda _: "/offers/x"], ids=["signature", "nothing"])
def test_a_forged_link_is_no_page(client, slot, link, forge):
    assert client.get(forge(link)).status_code == 404


def test_who_guesses_links_is_slowed_down(client, slot, link):
    guesses = [client.get(f"/offers/{n}").status_code for n in range(101)]
    assert (guesses.count(404), guesses[-1]) == (100, 429)


@pytest.mark.parametrize("shown", [3, 2])
def test_who_accepts_from_the_letter_has_read_the_risks_that_were_shown(app, client, cast, slot, link, shown):
    """Below the button it is said that this is confirmed; of a version that has changed since nothing is."""
    with app.app_context():
        activity = db.session.get_one(Activity, cast.sweeping.id)
        activity.risks, activity.risks_version = "湖边路滑", 3
        db.session.commit()
    assert 'name="risks" value="3"' in client.get(link).get_data(as_text=True)
    client.submit(link, accept="1", risks=str(shown))
    with app.app_context():
        mine = db.session.scalars(sa.select(SignUp).where(SignUp.member_id == cast.wang.id)).one()
        kept = (3, NOW) if shown == 3 else (None, None)
        assert (mine.state, mine.risks_version, mine.risks_read_at) == (SignUpState.SEATED, *kept)
        entry = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.verb == "accept")).one()
        assert entry.after.get("risks_version") == kept[0]

"""Timed arrivals: so many a quarter of an hour, never more, whatever people do at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from activities.duties.models import Arrival, Slot
from activities.duties.rules import spread
from activities.kit.db import db
from activities.kit.refusal import ChangedMeanwhile, NotFound, Refusal
from activities.norms.models import NormsVersion
from activities.norms.rules import NORMS, Limit, Strictness
from activities.outbox.models import Notice
from activities.signups import arrivals
from activities.signups.arrival_verbs import come_at, set_quotas
from activities.signups.models import SignUp
from activities.signups.organize import edit_slot
from activities.signups.rules import SignUpState
from activities.signups.rules_arrivals import (
    ArrivalFull,
    ArrivalMissing,
    ComeLater,
    FewerThanCome,
    NoPlaces,
    why_not_quotas,
)
from activities.signups.rules_keeping import FewerThanSeated
from activities.signups.rules_leaving import NotIn
from activities.signups.rules_soft import AskFirst, Consent
from activities.signups.rules_time import Overlaps
from activities.signups.service import sign_up, withdraw
from tests.calendars.reading import address_of, events, fetch
from tests.cast import (
    DAY,
    HOUR,
    NOW,
    Visitor,
    english,
    make_activity,
    make_member,
    make_post,
    make_slot,
    my_state,
    store,
)
from tests.house.test_races import crowd

QUARTER = timedelta(minutes=15)


@given(st.integers(0, 2000), st.integers(1, 24 * 60))
def test_seats_are_spread_over_the_quarters_as_evenly_as_can_be(capacity, length):
    quotas = spread(capacity, length)
    assert sum(quotas.values()) == capacity
    assert max(quotas.values()) - min(quotas.values()) <= 1
    assert all(minute < length for minute in quotas)


STARTS = {0: NOW, 15: NOW + QUARTER}
QUOTAS = {
    "more than come": ({0: 2, 15: 2}, {0: 1, 15: 2}, None),
    "fewer than come": ({0: 2, 15: 1}, {0: 1, 15: 2}, FewerThanCome(NOW + QUARTER, 2)),
    "a time left out at which people come": ({0: 2}, {15: 1}, FewerThanCome(NOW + QUARTER, 1)),
    "no places at all": ({0: 0}, {}, NoPlaces()),
}


@pytest.mark.parametrize(("quotas", "taken", "expected"), QUOTAS.values(), ids=QUOTAS)
def test_places_are_decided_by_who_comes_already(quotas, taken, expected):
    assert why_not_quotas(quotas, taken, STARTS) == expected


@pytest.fixture
def drive(ctx, cast) -> Slot:
    """A blood drive of an hour with two places each quarter of an hour."""
    slot = make_slot(make_post(make_activity("献血", cast.first, "blood"), "体育馆", capacity=8), NOW + 2 * DAY)
    db.session.commit()
    set_quotas(cast.ou.id, slot.id, 0, spread(8, 60), NOW)
    return slot


def times(slot: Slot) -> list[arrivals.Time]:
    return arrivals.times(slot.id, slot.starts_at)


def taken(slot: Slot) -> list[int]:
    return [time.taken for time in times(slot)]


def come(member_id: int, slot: Slot, quarter: int, *known: str) -> None:
    sign_up(member_id, slot.id, NOW, consent=Consent(0, frozenset(known), times(slot)[quarter].id))


def arrival_of(member_id: int) -> int | None:
    minute = sa.select(Arrival.minute).join(SignUp, SignUp.arrival_id == Arrival.id)
    return db.session.scalar(minute.where(SignUp.member_id == member_id, SignUp.state == SignUpState.SEATED))


def last_notice() -> int:
    return db.session.scalar(sa.select(sa.func.max(Notice.id))) or 0


def notices_since(last: int) -> list[Notice]:
    return list(db.session.scalars(sa.select(Notice).where(Notice.id > last).order_by(Notice.id)))


def test_one_chooses_when_to_come_and_is_told(cast, drive):
    with pytest.raises(ArrivalMissing):
        sign_up(cast.lin.id, drive.id, NOW, consent=Consent())
    come(cast.lin.id, drive, 2)
    assert taken(drive) == [0, 0, 1, 0]
    [notice] = db.session.scalars(sa.select(Notice).where(Notice.member_id == cast.lin.id))
    assert notice.topic == "signups.comes_at"
    assert notice.params["at"] == (drive.starts_at + 2 * QUARTER).isoformat()


def test_a_full_time_is_refused_and_the_seat_with_it(cast, drive):
    for member in (cast.lin, cast.wang):
        come(member.id, drive, 0)
    with pytest.raises(ArrivalFull):
        come(cast.ou.id, drive, 0)
    assert my_state(cast.ou.id, drive.id) is None
    assert db.session.get_one(Slot, drive.id, populate_existing=True).taken == 2


def test_the_time_of_another_slot_is_none(cast, drive):
    other = make_slot(drive.post, NOW + 5 * DAY, capacity=4)
    db.session.commit()
    set_quotas(cast.ou.id, other.id, 0, spread(4, 60), NOW)
    with pytest.raises(ArrivalFull):
        sign_up(cast.lin.id, drive.id, NOW, consent=Consent(arrival_id=times(other)[0].id))


def test_only_the_time_at_which_one_comes_is_taken_from_ones_day(cast, drive):
    morning = make_slot(cast.lake, drive.starts_at - HOUR, capacity=5)
    during = make_slot(cast.lake, drive.starts_at + HOUR / 2, capacity=5)
    db.session.commit()
    sign_up(cast.lin.id, during.id, NOW)
    with pytest.raises(Overlaps):
        come(cast.lin.id, drive, 2)
    assert (taken(drive), my_state(cast.lin.id, drive.id)) == ([0, 0, 0, 0], None)
    sign_up(cast.wang.id, morning.id, NOW)
    with pytest.raises(AskFirst) as asked:
        come(cast.wang.id, drive, 0)
    assert [reason.key for reason in asked.value.reasons] == ["TooFarApart"]
    come(cast.wang.id, drive, 0, "TooFarApart")
    later = make_slot(cast.lake, drive.starts_at + HOUR, capacity=5)
    db.session.commit()
    sign_up(cast.wang.id, later.id, NOW)


def test_who_withdraws_gives_the_time_back(cast, drive):
    come(cast.lin.id, drive, 1)
    withdraw(cast.lin.id, drive.id, NOW)
    assert taken(drive) == [0, 0, 0, 0]


def test_one_can_come_at_another_time(cast, drive):
    come(cast.lin.id, drive, 1)
    come_at(cast.lin.id, drive.id, times(drive)[3].id, NOW)
    assert taken(drive) == [0, 0, 0, 1]
    for member in (cast.wang, cast.ou):
        come(member.id, drive, 0)
    with pytest.raises(ArrivalFull):
        come_at(cast.lin.id, drive.id, times(drive)[0].id, NOW)
    assert arrival_of(cast.lin.id) == 45
    with pytest.raises(NotIn):
        come_at(cast.chen.id, drive.id, times(drive)[0].id, NOW)


def test_who_is_promoted_comes_when_a_place_is_free(cast, drive):
    set_quotas(cast.ou.id, drive.id, db.session.get_one(Slot, drive.id).revision, {15: 1}, NOW)
    sign_up(cast.lin.id, drive.id, NOW)
    sign_up(cast.wang.id, drive.id, NOW, or_wait=True)
    withdraw(cast.lin.id, drive.id, NOW)
    assert my_state(cast.wang.id, drive.id) is SignUpState.SEATED
    assert arrival_of(cast.wang.id) == 15


def test_who_has_a_seat_when_times_are_set_gets_one_and_is_told(ctx, cast):
    slot = make_slot(make_post(make_activity("献血", cast.first, "blood"), "体育馆", capacity=8), NOW + 2 * DAY)
    db.session.commit()
    for member in (cast.wang, cast.lin):
        sign_up(member.id, slot.id, NOW)
    last = last_notice()
    set_quotas(cast.ou.id, slot.id, 0, {15: 1, 30: 2}, NOW)
    assert (arrival_of(cast.wang.id), arrival_of(cast.lin.id)) == (15, 30)
    assert taken(slot) == [1, 1]
    told = {one.member_id: one for one in notices_since(last)}
    assert told.keys() == {cast.wang.id, cast.lin.id}
    assert told[cast.lin.id].params["when"][0] == (slot.starts_at + 2 * QUARTER).isoformat()
    assert db.session.get_one(Slot, slot.id, populate_existing=True).revision == 1


def test_places_are_the_slots_seats_and_never_fewer_than_come(cast, drive):
    come(cast.lin.id, drive, 1)
    revision = db.session.get_one(Slot, drive.id, populate_existing=True).revision
    set_quotas(cast.ou.id, drive.id, revision, {0: 5, 15: 1}, NOW)
    slot = db.session.get_one(Slot, drive.id, populate_existing=True)
    assert slot.capacity == 6
    assert [time.quota for time in times(drive)] == [5, 1, 0, 0]
    with pytest.raises(FewerThanCome):
        set_quotas(cast.ou.id, drive.id, slot.revision, {0: 5, 15: 0}, NOW)
    with pytest.raises(ChangedMeanwhile):
        set_quotas(cast.ou.id, drive.id, revision, {0: 9, 15: 1}, NOW)
    with pytest.raises((FewerThanSeated, FewerThanCome)):
        set_quotas(cast.ou.id, drive.id, slot.revision, {0: 1}, NOW)


def test_only_kinds_with_timed_arrival_have_times(cast, drive):
    with pytest.raises(NotFound):
        set_quotas(cast.ou.id, cast.slot.id, 0, {0: 2}, NOW)


def test_twenty_at_once_never_get_more_than_the_places_of_a_time(app, cast):
    with app.app_context():
        slot = make_slot(make_post(make_activity("献血", cast.first, "blood"), "体育馆", capacity=40), NOW + 2 * DAY)
        db.session.commit()
        set_quotas(cast.ou.id, slot.id, 0, {0: 3, 15: 37}, NOW)
        first, slot_id = times(slot)[0].id, slot.id
    people = crowd(app, cast, 20)

    def one(member_id: int) -> bool:
        with app.app_context():
            try:
                sign_up(member_id, slot_id, NOW, consent=Consent(arrival_id=first))
            except Refusal:
                return False
            return True

    with ThreadPoolExecutor(20) as pool:
        seated = sum(pool.map(one, people))
    with app.app_context():
        assert seated == 3
        assert db.session.scalar(sa.select(Arrival.taken).where(Arrival.id == first)) == 3
        assert db.session.scalar(sa.select(Slot.taken).where(Slot.id == slot_id)) == 3


# ── on the pages ────────────────────────────────────────────────────────────


def test_the_page_shows_the_times_and_the_full_ones_cannot_be_chosen(app, cast, drive):
    with time_machine.travel(NOW, tick=False):
        for n in range(2):
            come(make_member(f"9{n}", f"人{n}", cast.first).id, drive, 0)
        lin, address = english(app, cast.lin), f"/slots/{drive.public_id}"
        page = lin.get(address).get_data(as_text=True)
        assert page.count('name="arrival"') == 4
        assert page.count(" disabled>") == 1
        missing = lin.submit(f"{address}/sign-up")
        assert missing.status_code == 422
        assert 'href="#arrival"' in missing.get_data(as_text=True)
        assert lin.submit(f"{address}/sign-up", arrival=times(drive)[1].id).status_code == 303
        assert "12:15" in lin.get(address).get_data(as_text=True)
        assert lin.submit(f"{address}/arrival", arrival=times(drive)[3].id).status_code == 303
        assert arrival_of(cast.lin.id) == 45


def test_the_organizer_says_how_many_come_when(app, cast, drive):
    with time_machine.travel(NOW, tick=False):
        ou, address = english(app, cast.ou), f"/organize/slots/{drive.public_id}/arrivals"
        assert ou.get(address).get_data(as_text=True).count('name="q-') == 4
        form = {"q-0": "4", "q-15": "4", "q-30": "0", "q-45": "x", "revision": 0}
        wrong = ou.submit(address, **form)
        assert wrong.status_code == 422
        assert 'value="x"' in wrong.get_data(as_text=True)
        revision = db.session.get_one(Slot, drive.id, populate_existing=True).revision
        assert ou.submit(address, **form | {"q-45": "1", "revision": revision}).status_code == 303
        assert [time.quota for time in times(drive)] == [4, 4, 0, 1]
        db.session.expire_all()
        even = ou.submit(address, **form, spread="1").get_data(as_text=True)
        assert 'value="3"' in even


def test_two_sign_ups_at_once_in_slots_ten_minutes_apart_in_two_places_give_one_seat(app, cast):
    with app.app_context():
        store(NormsVersion(norms=NORMS._replace(travel=Limit(15, Strictness.REFUSE)), set_at=NOW, set_by_id=cast.gu.id))
        here, there = make_post(cast.sweeping, "南岸", capacity=9), make_post(cast.sweeping, "西岸", capacity=9)
        slots = [make_slot(here, NOW + 2 * DAY).id, make_slot(there, NOW + 2 * DAY + HOUR + timedelta(minutes=10)).id]
        db.session.commit()

    def one(slot_id: int) -> bool:
        with app.app_context():
            try:
                sign_up(cast.lin.id, slot_id, NOW)
            except Refusal:
                return False
            return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(one, slots)) == [False, True]


def test_ones_calendar_shows_when_one_comes_and_notices_a_change(app, cast, drive):
    come(cast.lin.id, drive, 1)
    client, address = Visitor(app, app.response_class), address_of(app, cast.lin)
    [before] = events(fetch(client, address)).values()
    assert before["DTSTART"].endswith("121500")
    come_at(cast.lin.id, drive.id, times(drive)[0].id, NOW + HOUR)
    [after] = events(fetch(client, address, NOW + 2 * HOUR)).values()
    assert after["DTSTART"].endswith("120000")
    assert int(after["SEQUENCE"]) > int(before["SEQUENCE"])


def test_a_drive_does_not_end_before_people_come(cast, drive):
    come(cast.lin.id, drive, 2)

    def end_after(quarters: int) -> None:
        slot = db.session.get_one(Slot, drive.id, populate_existing=True)
        edit_slot(cast.ou.id, slot.id, slot.revision, slot.starts_at, slot.starts_at + quarters * QUARTER, 8, NOW)

    with pytest.raises(ComeLater) as refused:
        end_after(2)
    assert refused.value == ComeLater(drive.starts_at + 2 * QUARTER, 1)
    end_after(3)
    assert [(time.quota, time.taken) for time in times(drive)] == [(2, 0), (2, 0), (2, 1), (0, 0)]
    with pytest.raises(ArrivalFull):
        come(cast.wang.id, drive, 3)

"""What stands in a feed, for whom, and for how long."""

from __future__ import annotations

import icalendar
import pytest

from activities.duties.service import edit_activity
from activities.kit.db import db
from activities.people.models import Member
from activities.signups.arrival_verbs import set_quotas
from activities.signups.organize import cancel_slot, delete_slot
from activities.signups.service import sign_up, withdraw
from tests.calendars.reading import address_of, blocks, events, fetch
from tests.cast import DAY, HOUR, NOW, make_activity, make_member, make_post, make_slot


@pytest.fixture
def mine(app, cast):
    """Lin's feed; from the activity one may withdraw until a slot starts."""
    with app.app_context():
        db.session.merge(cast.sweeping).withdraw_minutes = 0
        db.session.commit()
    return address_of(app, cast.lin)


@pytest.fixture
def public(cast):
    return f"/activities/{cast.sweeping.public_id}.ics"


def take(app, member, slot, now=NOW, wait=False):
    with app.app_context():
        return sign_up(member.id, slot.id, now, or_wait=wait)


def give_back(app, member, slot, now):
    with app.app_context():
        withdraw(member.id, slot.id, now)


def add_slot(app, post, starts_at, **fields):
    with app.app_context():
        post = db.session.merge(post)
        slot = make_slot(post, starts_at, **fields)
        db.session.commit()
        return slot


def test_a_seat_is_a_confirmed_entry_with_all_that_a_calendar_shows(app, client, cast, mine):
    take(app, cast.lin, cast.slot)
    (entry,) = events(fetch(client, mine)).values()
    assert entry == {
        "UID": str(cast.slot.uid), "DTSTAMP": "20261125T040000Z", "LAST-MODIFIED": "20261125T040000Z",
        "DTSTART": "20261126T120000", "DTEND": "20261126T140000", "SEQUENCE": "0", "STATUS": "CONFIRMED",
        "SUMMARY": "东湖责任区清扫·东湖北岸", "LOCATION": "东湖北岸", "CATEGORIES": entry["CATEGORIES"],
        "DESCRIPTION": entry["DESCRIPTION"], "URL": f"http://localhost/slots/{cast.slot.public_id}",
    }  # fmt: skip
    assert f"http://localhost/activities/{cast.sweeping.public_id}" in entry["DESCRIPTION"]


@pytest.mark.parametrize("whose", ["mine", "public"])
def test_what_organizers_write_freely_stays_out_of_feeds(app, client, cast, request, whose):
    address = request.getfixturevalue(whose)
    texts = {"description": "找张三", "risks": "落水", "safeguards": "救生衣"}
    with app.app_context():
        post = db.session.merge(cast.lake)
        post.standard = "钥匙问李四"
        for field, text in texts.items():
            setattr(post.activity, field, text)
        db.session.commit()
    take(app, cast.lin, cast.slot)
    (entry,) = events(fetch(client, address)).values()
    assert not [text for text in (*texts.values(), "李四") if text in str(entry)]


def test_the_waiting_list_is_tentative_and_becomes_confirmed_with_the_seat(app, client, cast, mine, public):
    assert events(fetch(client, public))[str(cast.slot.uid)]["STATUS"] == "CONFIRMED"
    for member in (cast.wang, cast.ou):
        take(app, member, cast.slot)
    take(app, cast.lin, cast.slot, wait=True)
    (waiting,) = events(fetch(client, mine)).values()
    assert (waiting["STATUS"], waiting["SEQUENCE"]) == ("TENTATIVE", "0")
    assert waiting["SUMMARY"] != "东湖责任区清扫·东湖北岸"
    give_back(app, cast.wang, cast.slot, NOW + HOUR)
    (seated,) = events(fetch(client, mine)).values()
    assert (seated["STATUS"], seated["SEQUENCE"]) == ("CONFIRMED", "1")
    assert seated["LAST-MODIFIED"] == "20261125T050000Z"


def test_withdrawing_takes_the_entry_away_and_moves_the_feed(app, client, cast, mine):
    take(app, cast.lin, cast.slot)
    before = fetch(client, mine)
    give_back(app, cast.lin, cast.slot, NOW + HOUR)
    after = fetch(client, mine)
    assert events(after) == {}
    assert after.headers["ETag"] != before.headers["ETag"]
    assert after.last_modified - before.last_modified == HOUR


def test_who_comes_back_has_the_same_entry_with_a_higher_sequence(app, client, cast, mine):
    take(app, cast.lin, cast.slot)
    (first,) = events(fetch(client, mine)).values()
    give_back(app, cast.lin, cast.slot, NOW + HOUR)
    take(app, cast.lin, cast.slot, NOW + 2 * HOUR)
    (again,) = events(fetch(client, mine)).values()
    assert again["UID"] == first["UID"]
    assert int(again["SEQUENCE"]) > int(first["SEQUENCE"])
    assert again["LAST-MODIFIED"] > first["LAST-MODIFIED"]


@pytest.mark.parametrize("whose", ["mine", "public"])
def test_a_cancelled_slot_stays_marked_for_60_days_and_then_leaves(app, client, cast, request, whose):
    address = request.getfixturevalue(whose)
    slot = add_slot(app, cast.lake, NOW + 200 * DAY)
    take(app, cast.lin, slot)
    with app.app_context():
        cancel_slot(cast.ou.id, slot.id, "王一诺生病", NOW + HOUR)
    uid = str(slot.uid)
    marked = fetch(client, address, NOW + DAY)
    assert events(marked)[uid]["STATUS"] == "CANCELLED"
    assert events(marked)[uid]["SEQUENCE"] == "1"
    assert events(marked)[uid]["SUMMARY"].endswith("东湖责任区清扫·东湖北岸")
    assert "生病" not in marked.text
    assert uid in events(fetch(client, address, NOW + 60 * DAY))
    gone = fetch(client, address, NOW + 61 * DAY)
    assert uid not in events(gone)
    assert gone.headers["ETag"] != marked.headers["ETag"]
    assert gone.last_modified > marked.last_modified


@pytest.mark.parametrize("whose", ["mine", "public"])
def test_past_slots_stay_60_days_and_only_their_leaving_moves_the_feed(app, client, cast, request, whose):
    address = request.getfixturevalue(whose)
    take(app, cast.lin, cast.slot)
    first = fetch(client, address)
    last = fetch(client, address, NOW + 61 * DAY)
    assert (last.headers["ETag"], last.data) == (first.headers["ETag"], first.data)
    gone = fetch(client, address, NOW + 62 * DAY)
    assert events(gone) == {}
    assert gone.headers["ETag"] != first.headers["ETag"]
    assert gone.last_modified > first.last_modified
    assert fetch(client, address, NOW + 90 * DAY).headers["ETag"] == gone.headers["ETag"]


def test_the_activity_shows_all_its_slots_and_no_other(app, client, cast, public):
    second = add_slot(app, cast.lake, NOW + 3 * DAY)
    with app.app_context():
        make_slot(make_post(make_activity("关灯", db.session.merge(cast.first), "energy"), "301"), NOW + DAY)
        db.session.commit()
    assert set(events(fetch(client, public))) == {str(cast.slot.uid), str(second.uid)}


def test_no_name_of_any_person_stands_in_a_feed(app, client, cast, mine, public):
    with app.app_context():
        activity = db.session.merge(cast.sweeping)
        activity.organizers.append(db.session.merge(cast.ou))
        activity.description = activity.risks = activity.safeguards = "联系 欧阳慧敏 13812345678"
        db.session.merge(cast.lake).standard = activity.description
        db.session.commit()
        names = [*db.session.scalars(db.select(Member.name)), "13812345678", cast.lin.number]
    take(app, cast.lin, cast.slot)
    take(app, cast.wang, cast.slot)
    for address in (mine, public):
        content = fetch(client, address).text
        assert not [name for name in names if name in content.replace("\r\n ", "")]


def test_another_persons_duties_are_not_in_mine(app, client, cast, mine):
    take(app, cast.wang, cast.slot)
    assert events(fetch(client, mine)) == {}


def test_each_entry_has_its_own_address_and_there_is_no_method(app, client, cast, public):
    for days in range(2, 8):
        add_slot(app, cast.lake, NOW + days * DAY)
    answer = fetch(client, public)
    found = events(answer).values()
    assert len({entry["URL"] for entry in found}) == len(found) == 7
    assert "METHOD" not in icalendar.Calendar.from_ical(answer.data)


def test_a_feed_speaks_the_persons_language(app, client, cast, mine):
    take(app, cast.lin, cast.slot)
    simplified = fetch(client, mine, Accept_Language="en")
    with app.app_context():
        db.session.get(Member, cast.lin.id).language = "en"
        db.session.commit()
    english = fetch(client, mine)
    assert english.headers["ETag"] != simplified.headers["ETag"]
    assert "My duties" in english.text
    assert "CATEGORIES:Cleaning zone" in english.text


def test_an_unknown_kind_of_text_breaks_no_line(app, client, cast, public):
    with app.app_context():
        edit_activity(cast.ou.id, cast.sweeping.id, 0, {"name": "a\x07b\u2028\x85;,\\\n" + "节" * 60}, NOW)
    (entry,) = events(fetch(client, public)).values()
    assert entry["SUMMARY"].startswith("ab\\;\\,\\\\ 节")
    assert all(len(line) <= 75 for line in fetch(client, public).data.split(b"\r\n"))


def test_a_slot_is_shown_alike_in_both_feeds_but_for_whose_time_it_takes(app, client, cast, mine, public):
    take(app, cast.lin, cast.slot)
    own, everyones = (blocks(fetch(client, address))[str(cast.slot.uid)] for address in (mine, public))
    alarm = ["BEGIN:VALARM", "ACTION:DISPLAY", "TRIGGER:-P1D", "DESCRIPTION:东湖责任区清扫·东湖北岸", "END:VALARM"]
    assert [line for line in own if line not in alarm] == [line for line in everyones if not line.startswith("TRANSP")]
    assert [line for line in own if line in alarm] == alarm
    assert "TRANSP:TRANSPARENT" in everyones


def test_a_deleted_slot_leaves_and_moves_the_feed(app, client, cast, public):
    before = fetch(client, public)
    with app.app_context():
        delete_slot(cast.ou.id, cast.slot.id, NOW + HOUR)
    after = fetch(client, public)
    assert events(after) == {}
    assert after.headers["ETag"] != before.headers["ETag"]
    assert after.last_modified - before.last_modified == HOUR


def test_a_person_without_duties_has_an_empty_calendar(app, client, cast):
    with app.app_context():
        nobody = make_member("2301099", "空空", db.session.merge(cast.first))
        db.session.commit()
    assert events(fetch(client, address_of(app, nobody))) == {}


def test_other_times_of_arrival_with_as_many_seats_move_the_feed_with_the_entry(app, client, cast):
    with app.app_context():
        drive = make_activity("献血", db.session.merge(cast.first), "blood")
        slot = make_slot(make_post(drive, "一楼", capacity=4), NOW + DAY)
        db.session.commit()
    address = f"/activities/{drive.public_id}.ics"
    before = fetch(client, address)
    with app.app_context():
        set_quotas(cast.ou.id, slot.id, 0, {0: 2, 15: 2}, NOW + HOUR)
    after = fetch(client, address)
    assert blocks(after)[str(slot.uid)] != blocks(before)[str(slot.uid)]
    assert after.headers["ETag"] != before.headers["ETag"]
    assert after.last_modified - before.last_modified == HOUR

"""Where slots clash with the timetable somebody has brought."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
import time_machine

from activities.duties import queries as duties
from activities.duties.models import Arrival
from activities.exchanges.covers import ask_cover, take_over
from activities.kit.clock import zone
from activities.kit.db import db, run, transaction
from activities.people.models import Member
from activities.signups import engagements, facts
from activities.signups.can_take import fits_timetable
from activities.signups.cards import cards
from activities.signups.facts import OFFERS, Seen
from activities.signups.rules import Offer, SignUpState
from activities.signups.rules_soft import AskFirst, Consent
from activities.signups.rules_time import Busy, ClashesWithTimetable, what_clashes
from activities.signups.service import sign_up
from activities.signups.teams import make_team
from activities.signups.wishes import wait_for_any
from activities.timetables import service
from activities.timetables.models import Timetable
from activities.timetables.rules import Span
from tests.cast import DAY, HOUR, NOW, english, make_activity, make_post, make_slot, my_state, store
from tests.timetables.calendars import SCHOOL

CLASS = ClashesWithTimetable("12:30", "13:15")  # the cast's slot is tomorrow, 12:00 to 14:00


def bring(member_id: int, *spans: tuple[datetime, float]) -> None:
    """A timetable with spans from these moments on, so many hours long."""
    busy = [Span(start, start + hours * HOUR) for start, hours in spans]
    with transaction():
        timetable = store(Timetable(member_id=member_id))
        service.keep(timetable, busy, Span(NOW - 30 * DAY, NOW + 200 * DAY), NOW)


@pytest.fixture
def classes(app, cast):
    with app.app_context():
        bring(cast.lin.id, (NOW + DAY + HOUR / 2, 0.75))


@pytest.fixture
def now():
    with time_machine.travel(NOW, tick=False):
        yield


# ── the rule ────────────────────────────────────────────────────────────────


def local(text: str) -> datetime:
    return datetime.strptime(f"2026-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=SCHOOL).astimezone(UTC)


@pytest.mark.parametrize(
    ("spans", "expected"),
    [
        ([], None),
        ([("11-25 08:00", "11-25 10:00"), ("11-25 12:00", "11-25 13:00")], None),
        ([("11-25 09:00", "11-25 10:01")], ("09:00", "10:01")),
        ([("11-25 11:59", "11-25 14:00")], ("11:59", "14:00")),
        ([("11-25 10:05", "11-25 10:50"), ("11-25 10:55", "11-25 11:40")], ("10:05", "11:40")),
        ([("11-25 00:00", "11-26 00:00")], ("00:00", "24:00")),
        ([("11-24 20:00", "11-27 08:00")], ("00:00", "11-27 08:00")),
    ],
)
def test_what_a_timetable_has_at_the_time_of_a_duty(spans, expected):
    duty = Busy(local("11-25 10:00"), local("11-25 12:00"), "清扫")
    timetable = [Span(local(starts), local(ends)) for starts, ends in spans]
    assert what_clashes(duty, timetable, SCHOOL) == (ClashesWithTimetable(*expected) if expected else None)


# ── signing up ──────────────────────────────────────────────────────────────


def test_a_clash_is_asked_about_and_forbids_nothing(ctx, cast, classes):
    with pytest.raises(AskFirst) as asked:
        sign_up(cast.lin.id, cast.slot.id, NOW, consent=Consent())
    assert asked.value.reasons == (CLASS,)
    state = sign_up(cast.lin.id, cast.slot.id, NOW, consent=Consent(known=frozenset({"ClashesWithTimetable"})))
    assert state is SignUpState.SEATED


def test_nobody_else_is_asked(ctx, cast, classes):
    assert sign_up(cast.wang.id, cast.slot.id, NOW, consent=Consent()) is SignUpState.SEATED


def test_it_is_asked_wherever_a_seat_is_taken(ctx, cast, classes):
    with pytest.raises(AskFirst):
        make_team(cast.lin.id, cast.slot.id, "小队", False, NOW, consent=Consent())
    sign_up(cast.wang.id, cast.slot.id, NOW)
    ask_cover(cast.wang.id, cast.slot.id, "", NOW)
    with pytest.raises(AskFirst):
        take_over(cast.lin.id, cast.slot.id, NOW, consent=Consent())
    west = make_slot(make_post(cast.sweeping, "西岸", capacity=1), NOW + DAY, hours=2, taken=1)
    east = make_slot(make_post(cast.sweeping, "东岸", capacity=1), NOW + 2 * DAY, hours=2, taken=1)
    db.session.commit()
    with pytest.raises(AskFirst):
        wait_for_any(cast.lin.id, [west.id, east.id], NOW, consent=Consent())


def test_where_people_come_one_after_another_the_chosen_time_is_asked_about(app, ctx, cast, classes, now):
    drive = make_slot(make_post(make_activity("献血", cast.first, "blood"), "体育馆", capacity=2), NOW + DAY, hours=2)
    store(Arrival(slot_id=drive.id, minute=0, quota=1))
    store(Arrival(slot_id=drive.id, minute=90, quota=1))
    db.session.commit()
    early, late = db.session.scalars(sa.select(Arrival.id).order_by(Arrival.minute))
    lin, address = english(app, cast.lin), f"/slots/{drive.public_id}"
    page = lin.get(address).get_data(as_text=True)
    assert page.count("Clashes with your timetable, 12:30–13:15.") == 2  # at the time, and below them all
    asked = lin.submit(f"{address}/sign-up", arrival=early)
    assert asked.status_code == 422
    assert 'name="known" value="ClashesWithTimetable"' in asked.get_data(as_text=True)
    assert lin.submit(f"{address}/sign-up", arrival=late).status_code == 303
    assert lin.submit(f"{address}/withdraw").status_code == 303
    assert lin.submit(f"{address}/sign-up", arrival=early, known="ClashesWithTimetable").status_code == 303
    assert "Clashes with your timetable" in lin.get(address).get_data(as_text=True)


def test_a_time_at_which_one_has_another_duty_cannot_be_chosen(app, ctx, cast, now):
    drive = make_slot(make_post(make_activity("献血", cast.first, "blood"), "体育馆", capacity=2), NOW + DAY, hours=4)
    store(Arrival(slot_id=drive.id, minute=0, quota=1))
    store(Arrival(slot_id=drive.id, minute=180, quota=1))
    db.session.commit()
    sign_up(cast.lin.id, cast.slot.id, NOW)
    page = english(app, cast.lin).get(f"/slots/{drive.public_id}").get_data(as_text=True)
    assert page.count(" disabled>") == 1
    assert "This overlaps with your duty" in page


def test_whoever_chooses_no_time_reads_how_they_get_one(app, ctx, cast, now):
    drive = make_slot(make_post(make_activity("献血", cast.first, "blood"), "体育馆", capacity=2), NOW + DAY, hours=4)
    store(Arrival(slot_id=drive.id, minute=0, quota=2))
    db.session.commit()
    lin, said = english(app, cast.lin), "With the seat you get the earliest time at which you can come"
    assert said in lin.get(f"/slots/{drive.public_id}/team").get_data(as_text=True)
    team = make_team(cast.ou.id, drive.id, "小队", False, NOW)
    assert said in lin.get(f"/teams/{team}").get_data(as_text=True)
    assert said not in lin.get(f"/slots/{cast.slot.public_id}/team").get_data(as_text=True)
    for member in (cast.wang, cast.chen):
        sign_up(member.id, drive.id, NOW)
    assert said in lin.get(f"/slots/any?activity={drive.post.activity.public_id}").get_data(as_text=True)


def test_the_first_look_sees_what_the_locked_one_does(ctx, cast, classes):
    lin = db.session.get_one(Member, cast.lin.id)
    _, seen, _ = facts.at_first_sight(lin.id, Seen(cast.slot.public_id, duties.sight_of(lin)))
    db.session.rollback()
    with transaction():
        locked = facts.person_locked(cast.lin.id, cast.slot.id)
    assert seen == locked
    assert seen.timetable == (Span(NOW + DAY + HOUR / 2, NOW + DAY + 1.25 * HOUR),)
    assert facts.at_first_sight(cast.wang.id, cast.slot.id)[1].timetable is None


# ── the filter ──────────────────────────────────────────────────────────────


def test_the_filter_in_sql_says_what_the_rule_says(ctx, cast):
    start = NOW + 10 * DAY
    bring(cast.lin.id, *((start + n * 3 * HOUR, (n % 4 + 1) / 2) for n in range(40)), (start + 6 * DAY, 50))
    bring(cast.wang.id)
    post = make_post(cast.sweeping, "南岸")
    for quarter in range(4 * 24 * 7):
        make_slot(post, start - HOUR + timedelta(minutes=15 * quarter), hours=(quarter % 5 + 1) / 4)
    drive = make_slot(post, start + timedelta(minutes=1), hours=8)
    store(Arrival(slot_id=drive.id, minute=0, quota=9))
    db.session.commit()
    every = [Offer._make(row) for row in run(OFFERS)]
    for member, all_fit in ((cast.lin, False), (cast.wang, True), (cast.zhao, True)):
        person, mine = engagements.taken_on(member.id, NOW, start + 60 * DAY)
        by_rule = {card.offer.id for card in cards(person, every, mine, NOW) if card.clash is None}
        by_sql = set(db.session.scalars(sa.select(cast.slot.__class__.id).where(fits_timetable(member.id))))
        assert by_sql == by_rule
        assert (len(by_rule) == len(every)) is all_fit
        assert by_rule


# ── pages ───────────────────────────────────────────────────────────────────

SENTENCE = "Clashes with your timetable, 12:30–13:15."


@pytest.mark.usefixtures("now")
class TestPages:
    def test_cards_and_the_slots_page_say_it_to_who_it_is_true_of(self, app, cast, classes):
        for page in ("/slots", f"/slots/{cast.slot.public_id}", f"/activities/{cast.sweeping.public_id}"):
            assert SENTENCE in english(app, cast.lin).get(page).text
            assert SENTENCE not in english(app, cast.wang).get(page).text

    def test_also_when_one_is_signed_up_already(self, app, cast, classes):
        with app.app_context():
            sign_up(cast.lin.id, cast.slot.id, NOW)
        for page in ("/slots", f"/slots/{cast.slot.public_id}"):
            assert SENTENCE in english(app, cast.lin).get(page).text

    def test_the_page_shows_it_and_the_button_confirms_it(self, app, cast, classes):
        lin = english(app, cast.lin)
        page = lin.get(f"/slots/{cast.slot.public_id}").text
        assert "Sign up anyway" in page
        assert 'name="known" value="ClashesWithTimetable"' in page
        unasked = lin.submit(f"/slots/{cast.slot.public_id}/sign-up")
        assert unasked.status_code == 422
        assert "Something speaks against this." in unasked.text
        assert lin.submit(f"/slots/{cast.slot.public_id}/sign-up", known="ClashesWithTimetable").status_code == 303
        with app.app_context():
            assert my_state(cast.lin.id, cast.slot.id) is SignUpState.SEATED

    def test_one_can_ask_for_those_alone_that_fit(self, app, cast, classes):
        with app.app_context():
            make_slot(make_post(cast.sweeping, "西岸"), NOW + DAY + 4 * HOUR)
            db.session.commit()
        page = english(app, cast.lin).get("/slots?fits=on").text
        assert "西岸" in page
        assert "东湖北岸" not in page
        assert re.search(r"Filter <span[^>]*>Only what fits my timetable<", page)

    def test_what_fits_can_come_first(self, app, cast, classes):
        with app.app_context():
            make_slot(make_post(cast.sweeping, "西岸"), NOW + 2 * DAY)
            db.session.commit()
        page = english(app, cast.lin).get("/slots?sort=fits").text
        marks = ("Fits your timetable", "西岸", ">" + "Clashes with your timetable", "东湖北岸")
        places = [page.index(mark) for mark in marks if mark in page]
        assert len(places) >= 3
        assert places == sorted(places)
        assert page.index("西岸") < page.index("东湖北岸")
        by_time = english(app, cast.lin).get("/slots").text
        assert by_time.index("东湖北岸") < by_time.index("西岸")

    def test_who_has_brought_none_is_shown_where_to(self, app, cast, classes):
        page = english(app, cast.wang).get("/slots").text
        assert "Bring your class timetable" in page
        assert "Only what fits my timetable" not in page
        assert english(app, cast.wang).get("/slots?fits=on&sort=fits").status_code == 200

    def test_a_full_timetable_takes_no_further_statement(self, app, cast, statements):
        with app.app_context():
            make_slot(make_post(cast.sweeping, "西岸"), NOW + HOUR, hours=0.5)
            db.session.commit()
        lin = english(app, cast.lin)
        lin.get("/slots")
        with statements.count() as without:
            lin.get("/slots")
        with app.app_context():
            bring(cast.lin.id, *((NOW + n * 2 * HOUR, 1) for n in range(300)))
        for query in ("", "?fits=on", "?sort=fits"):
            with statements.count() as full:
                lin.get(f"/slots{query}")
            assert len(full) == len(without)


def test_the_school_is_where_its_setting_says(ctx):
    assert zone() == SCHOOL

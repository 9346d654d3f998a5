"""What is odd: listed with its reason, judged by nobody, put aside with a note that stays."""

from __future__ import annotations

from datetime import time, timedelta

import pytest
import sqlalchemy as sa
import time_machine

from activities.audit.models import AuditEntry
from activities.duties.kinds import Evidence
from activities.kit.clock import at
from activities.kit.db import db
from activities.kit.refusal import NotFound
from activities.kit.roles import Role
from activities.norms.rules import NORMS
from activities.people.service import acting
from activities.records import oddities
from activities.records.models import OddNote, Record
from activities.records.rules import Attendance, Mark
from activities.records.rules_odd import LookedAt, Minutes, NoteMissing, Odd, OwnOddity, night, why_not_note
from activities.records.service import record_attendance, undo
from activities.reviews.queries import own_year
from tests.cast import DAY, HOUR, NOW, english, grant, make_member, make_post, make_slot, store
from tests.records.conftest import seat

LATE, MANY, NIGHT, ONE_HAND, LONG_DAY, OVERLAP = Odd
TYPED, TICK = Evidence.TYPED_LATER, Evidence.ORGANIZER_TICK
THEN = NOW + DAY
OFFSET = 8 * 60


@pytest.mark.parametrize(
    ("before", "minutes"),
    [
        pytest.param(0, Minutes(15 * 60, 22 * 60), id="from-eleven-to-six-in-china"),
        pytest.param(120, Minutes(13 * 60, 22 * 60), id="begun-two-hours-earlier"),
    ],
)
def test_the_night_by_the_clock_of_utc(before, minutes):
    assert night(NORMS, OFFSET, before) == minutes


def test_the_night_goes_over_midnight_elsewhere():
    assert night(NORMS, 0) == Minutes(23 * 60, 6 * 60)


@pytest.mark.parametrize(
    ("is_own", "is_there", "note", "refusal"),
    [
        pytest.param(False, True, "asked both", None, id="looked-at"),
        pytest.param(False, True, "", NoteMissing(), id="without-a-word"),
        pytest.param(True, True, "fine", OwnOddity(), id="ones-own"),
        pytest.param(False, False, "fine", LookedAt(), id="not-odd-any-more"),
    ],
)
def test_who_puts_it_aside(is_own, is_there, note, refusal):
    assert why_not_note(is_own, is_there, note) == refusal


# ── what is listed ──────────────────────────────────────────────────────────


@pytest.fixture
def post(ctx, cast):
    return make_post(cast.sweeping, "东湖南岸", capacity=600)


def record(
    cast, member, post, starts_at, hours=1.0, *, evidence=TICK, recorded_at=NOW, minutes=None, by=None
) -> Record:
    slot = make_slot(post, starts_at, hours=hours)
    minutes = int(hours * 60) if minutes is None else minutes
    made = store(
        Record(
            slot_id=slot.id, member_id=member.id, attendance="present", minutes=minutes, ledger="service",
            day=starts_at.date(), evidence=evidence, is_final=evidence is TICK, recorded_by_id=(by or cast.ou).id,
            recorded_at=recorded_at, changed_at=recorded_at,
        )
    )  # fmt: skip
    db.session.commit()
    return made


def listed(cast, **filters) -> list[tuple[Odd, str, int]]:
    return [(one.odd, one.public_id, one.figure) for one in oddities.found(acting(cast.chen.id), THEN, **filters)]


def test_what_was_recorded_in_time_by_day_is_not_odd(cast, post):
    for n in range(12):
        record(cast, cast.lin, post, NOW - n * DAY - 5 * HOUR, recorded_at=NOW - n * DAY)
    assert listed(cast) == []


def test_what_is_typed_in_later_is(cast, post):
    made = record(cast, cast.lin, post, NOW - 40 * DAY, evidence=TYPED)
    assert listed(cast) == [(LATE, made.public_id, 0)]
    assert listed(cast, odd=NIGHT) == listed(cast, evidence=TICK) == []
    assert listed(cast, odd=LATE, evidence=TYPED) == listed(cast)


def test_many_at_one_moment_are(cast, post):
    people = [make_member(f"6{n:03}", f"某{n}", cast.first, password_hash=None) for n in range(20)]
    for n, person in enumerate(people):
        record(cast, person, post, NOW - (40 + n) * DAY, evidence=TYPED)
    found = listed(cast, odd=MANY)
    assert len(found) == 20
    assert {figure for *_, figure in found} == {20}


@pytest.mark.parametrize(
    ("hour", "ended", "is_odd"),
    [
        pytest.param(2, 14, True, id="at-two-of-an-afternoon"),
        pytest.param(23, 14, True, id="at-eleven"),
        pytest.param(22, 14, False, id="in-the-evening"),
        pytest.param(6, 14, False, id="in-the-morning"),
        pytest.param(23, 22, False, id="of-a-duty-until-ten"),
    ],
)
def test_what_is_recorded_at_night_is_unless_the_duty_was_late(cast, post, hour, ended, is_odd):
    day = NOW.date() - 2 * DAY
    made = record(cast, cast.lin, post, at(day, time(ended - 1)), recorded_at=at(day + DAY, time(hour)))
    assert listed(cast) == ([(NIGHT, made.public_id, 0)] if is_odd else [])


def test_the_same_hand_for_one_person_again_and_again_is(cast, post):
    for n in range(7):
        record(cast, cast.lin, post, NOW - (40 + n) * DAY, evidence=TYPED, recorded_at=NOW - n * HOUR)
    assert listed(cast, odd=ONE_HAND) == []
    record(cast, cast.lin, post, NOW - 60 * DAY, evidence=TYPED, recorded_at=NOW - 8 * HOUR)
    record(cast, cast.lin, post, NOW - 70 * DAY, evidence=TYPED, recorded_at=NOW - 9 * HOUR, by=cast.gu)
    assert [figure for *_, figure in listed(cast, odd=ONE_HAND)] == [8] * 8


def test_more_hours_than_a_day_has_room_for_are(cast, post):
    morning = NOW - 2 * DAY
    record(cast, cast.lin, post, morning, hours=6)
    record(cast, cast.lin, post, morning + 7 * HOUR, hours=6)
    assert listed(cast) == []
    other = make_post(cast.sweeping, "东湖东岸", capacity=600)
    record(cast, cast.lin, other, morning + 6 * HOUR, hours=0.5)
    assert [figure for *_, figure in listed(cast, odd=LONG_DAY)] == [750] * 3


def test_two_places_at_one_time_are(cast, post):
    record(cast, cast.lin, post, NOW - 4 * HOUR, hours=2, minutes=60)
    other = make_post(cast.sweeping, "东湖东岸", capacity=600)
    record(cast, cast.lin, other, NOW - 3 * HOUR, hours=2, minutes=60)
    record(cast, cast.wang, other, NOW - HOUR)
    assert len(listed(cast)) == len(listed(cast, odd=OVERLAP)) == 2


def test_what_is_long_past_is_looked_at_no_more(cast, post):
    record(cast, cast.lin, post, NOW - 200 * DAY, evidence=TYPED, recorded_at=NOW - 100 * DAY)
    assert listed(cast) == []


def test_a_page_holds_fifty_and_the_statements_stay_two(cast, post, statements):
    for n in range(60):
        record(cast, cast.lin, post, NOW - (20 + n) * DAY, evidence=TYPED, recorded_at=NOW - n * timedelta(minutes=1))
    reader = acting(cast.chen.id)
    with statements.count() as sent:
        first = oddities.found(reader, THEN, 1)
    assert (len(first), len(sent)) == (51, 2)
    seen = {(one.public_id, one.odd) for page in (1, 2, 3) for one in oddities.found(reader, THEN, page)[:50]}
    assert len(seen) == 120  # each of them late, and by the same hand


# ── putting it aside ────────────────────────────────────────────────────────


def test_put_aside_it_is_listed_no_more_and_its_trail_says_why(cast, post):
    made = record(cast, cast.lin, post, NOW - 40 * DAY, evidence=TYPED)
    before = own_year(cast.lin.id, made.day.year).total
    oddities.note(cast.chen.id, made.public_id, LATE, "问过双方", THEN)
    assert listed(cast) == []
    entry = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.verb == "look at")).one()
    assert (entry.actor_id, entry.subject_id, entry.reason) == (cast.chen.id, made.id, "问过双方")
    assert own_year(cast.lin.id, made.day.year).total == before
    with pytest.raises(LookedAt):
        oddities.note(cast.chen.id, made.public_id, LATE, "again", THEN)


def test_nobody_puts_aside_what_they_recorded_or_what_is_another_units(cast, post):
    made = record(cast, cast.lin, post, NOW - 40 * DAY, evidence=TYPED, by=cast.chen)
    with pytest.raises(OwnOddity):
        oddities.note(cast.chen.id, made.public_id, LATE, "fine", THEN)
    grant(cast.zhao, Role.SECRETARY, cast.second)
    db.session.commit()
    with pytest.raises(NotFound):
        oddities.note(cast.zhao.id, made.public_id, LATE, "fine", THEN)
    assert oddities.found(acting(cast.zhao.id), THEN) == []


def test_the_note_goes_with_a_record_that_is_taken_back(cast, post):
    slot = make_slot(post, NOW - HOUR)
    seat(slot, [cast.lin, cast.wang])
    record_attendance(cast.ou.id, slot.id, {cast.lin.id: Mark(Attendance.PRESENT, 60)}, NOW)
    made = db.session.scalars(sa.select(Record)).one()
    db.session.add(OddNote(record_id=made.id, odd=NIGHT, note="x", noted_by_id=cast.chen.id, noted_at=NOW))
    db.session.commit()
    undo(cast.ou.id, slot.id, NOW, NOW + HOUR / 60)
    assert db.session.query(OddNote).count() == 0


def test_the_page_lists_keeps_what_was_typed_and_leads_to_the_trail(app, cast):
    with app.app_context():
        made = record(cast, cast.lin, make_post(cast.sweeping, "南岸", capacity=6), NOW - 40 * DAY, evidence=TYPED)
    with time_machine.travel(THEN, tick=False):
        chen = english(app, cast.chen)
        page = chen.get("/odd").text
        assert "Typed in later" in page
        assert cast.lin.name in page
        assert "Nothing is odd" in chen.get("/odd?odd=night").text
        wrong = chen.submit(f"/odd/{made.public_id}/late", note=" ")
        assert (wrong.status_code, "Say what you found" in wrong.text) == (422, True)
        assert chen.submit(f"/odd/{made.public_id}/nothing", note="x").status_code == 404
        assert chen.submit(f"/odd/{made.public_id}/late?odd=late", note="asked both").location == "/odd?odd=late"
        trail = chen.get(f"/records/{made.public_id}").text
        assert "because it was listed as odd (Typed in later)" in trail
        assert "asked both" in trail

"""Rows of slots, as decision tables. 2026-11-26 is a Thursday."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr
from icalendar import Event

from activities.duties import plans
from activities.duties.plans import Span, Special, Why, Wish
from activities.duties.recurrence import Rule, read
from activities.duties.rules import HORIZON, MOST_SLOTS

CHINA = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 9, 1, 4, tzinfo=UTC)
TODAY = date(2026, 9, 1)
MON, THU, SAT, SUN = 0, 3, 5, 6
NATIONAL = {date(2026, 10, 1) + timedelta(n): Special("国庆节", off=True) for n in range(7)}
SPECIAL = {
    **NATIONAL,
    # Two working weekend days: one teaches a Thursday, of the other nobody has said what it teaches.
    date(2026, 10, 10): Special("国庆节调休", acts_as=date(2026, 10, 1)),
    date(2026, 9, 20): Special("国庆节调休"),
}


def wish(post_ids=(1,), starts=time(16), ends=time(18), capacity=3, **changes) -> Wish:
    values = {"first": date(2026, 9, 24), "last": date(2026, 10, 15), "weekdays": frozenset({THU}), **changes}
    rule = Rule(**values | {"last": values["last"] or values["first"]})
    return Wish(post_ids=post_ids, rule=rule, starts=starts, ends=ends, capacity=capacity)


def plan(existing=(), special=SPECIAL, zone=CHINA, now=NOW, **changes) -> plans.Plan:
    return plans.weekly(wish(**changes), {1: 5, 2: 6}, special, existing, zone, now)


def days(plan: plans.Plan) -> list[str]:
    return [f"{slot.day:%m-%d}" for slot in plan.slots]


def outs(plan: plans.Plan) -> list[tuple[str, Why]]:
    return [(f"{out.day:%m-%d}", out.why) for out in plan.falls_out]


@pytest.mark.parametrize(
    ("weekdays", "planned", "fallen"),
    [
        # The holiday falls out; the Saturday that acts as Thursday comes in.
        ({THU}, ["09-24", "10-08", "10-10", "10-15"], [("10-01", Why.HOLIDAY)]),
        # Saturday's row loses the Saturday that is worked as a Thursday.
        ({SAT}, ["09-26"], [("10-03", Why.HOLIDAY), ("10-10", Why.OTHER_TIMETABLE)]),
        # Both: the make-up day is planned once.
        ({THU, SAT}, ["09-24", "09-26", "10-08", "10-10", "10-15"], [("10-01", Why.HOLIDAY), ("10-03", Why.HOLIDAY)]),
        ({MON}, ["09-28", "10-12"], [("10-05", Why.HOLIDAY)]),
    ],
)
def test_holidays_fall_out_and_make_up_days_teach_another_day(weekdays, planned, fallen):
    row = plan(weekdays=frozenset(weekdays))
    assert days(row) == planned
    assert outs(row) == fallen


def test_what_falls_out_names_the_holiday():
    assert plan().falls_out[0].special == Special("国庆节", off=True)


def test_a_make_up_day_that_teaches_nothing_known_is_its_own_weekday():
    row = plan(first=date(2026, 9, 18), last=date(2026, 9, 21), weekdays=frozenset({SUN}))
    assert days(row) == ["09-20"]


def test_a_single_slot_is_placed_on_a_holiday_where_someone_says_so_and_says_what_day_it_is():
    single = plan(first=date(2026, 10, 1), last=None, weekdays=frozenset())
    assert days(single) == ["10-01"]
    assert single.slots[0].special == NATIONAL[date(2026, 10, 1)]


def test_what_is_left_out_falls_out_even_where_it_is_made_up_for():
    row = plan(excluded=frozenset({date(2026, 9, 24), date(2026, 10, 10), date(2026, 9, 25)}))
    assert days(row) == ["10-08", "10-15"]
    assert outs(row) == [("09-24", Why.EXCLUDED), ("10-01", Why.HOLIDAY), ("10-10", Why.EXCLUDED)]


def test_holidays_and_make_up_days_can_be_plain_days():
    assert days(plan(on_holidays=True)) == ["09-24", "10-01", "10-08", "10-10", "10-15"]
    assert days(plan(plain_days=True)) == ["09-24", "10-08", "10-15"]
    assert days(plan(plain_days=True, weekdays=frozenset({SAT}))) == ["09-26", "10-10"]


def test_each_post_has_its_slot_and_its_seats():
    row = plan(post_ids=(1, 2), last=date(2026, 9, 24), capacity=None)
    assert [(slot.post_id, slot.capacity) for slot in row.slots] == [(1, 5), (2, 6)]
    [(first, post_ids, seats)] = row.together
    assert (first.post_id, post_ids, seats) == (1, (1, 2), 11)


def test_what_falls_out_is_told_once_a_day_and_for_how_many_posts():
    existing = {(post_id, plan().slots[0].starts_at) for post_id in (1, 2)}
    row = plan(post_ids=(1, 2), existing=existing)
    told = [(f"{out.day:%m-%d}", out.why, out.post_id, many) for out, many in row.outs]
    assert told == [("09-24", Why.EXISTS, 1, 2), ("10-01", Why.HOLIDAY, None, 1)]


def test_a_rule_is_written_as_the_standard_does_and_read_again():
    rule = wish(excluded=frozenset({date(2026, 10, 8)}), weekdays=frozenset({MON, THU})).rule
    assert rule.text.split("\n") == [
        "DTSTART;VALUE=DATE:20260924", "RRULE:FREQ=WEEKLY;UNTIL=20261015;BYDAY=MO,TH", "EXDATE;VALUE=DATE:20261008",
    ]  # fmt: skip
    assert read(rule.text, on_holidays=False, plain_days=False) == rule
    single = Rule(first=TODAY, last=TODAY)
    assert read(single.text, on_holidays=False, plain_days=False) == single
    assert single.days() == [TODAY]


def test_other_programs_read_the_same_days_from_a_rule():
    rule = wish(weekdays=frozenset({MON, THU})).rule
    start, how = (line.split(":", 1)[1] for line in rule.text.split("\n"))
    component = Event.from_ical(f"BEGIN:VEVENT\r\nUID:1\r\nDTSTART;VALUE=DATE:{start}\r\nRRULE:{how}\r\nEND:VEVENT\r\n")
    found = rrulestr(component["RRULE"].to_ical().decode(), dtstart=datetime.combine(rule.first, time()))
    assert [moment.date() for moment in found] == rule.days()


def test_times_are_the_schools_and_moments_are_utc():
    slot = plan().slots[0]
    assert slot.starts_at == datetime(2026, 9, 24, 8, tzinfo=UTC)
    assert slot.ends_at == datetime(2026, 9, 24, 10, tzinfo=UTC)


def test_a_slot_over_midnight_ends_on_the_next_day():
    slot = plan(starts=time(22), ends=time(1, 30)).slots[0]
    assert slot.ends_at - slot.starts_at == timedelta(hours=3, minutes=30)
    assert slot.day == date(2026, 9, 24)


def test_planning_again_adds_only_what_is_missing():
    first = plan(last=date(2026, 10, 8))
    again = plan(existing={(slot.post_id, slot.starts_at) for slot in first.slots})
    assert days(again) == ["10-10", "10-15"]
    assert [out for out in outs(again) if out[1] is Why.EXISTS] == [("09-24", Why.EXISTS), ("10-08", Why.EXISTS)]


def test_another_posts_slot_at_the_same_time_is_no_hindrance():
    assert days(plan(existing={(2, plan().slots[0].starts_at)}))[0] == "09-24"


def test_what_is_over_falls_out():
    now = datetime(2026, 9, 24, 8, tzinfo=UTC)  # 16:00 in the school: it starts this moment
    assert outs(plan(now=now))[0] == ("09-24", Why.PAST)


BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("day", "starts", "minutes"),
    [
        (date(2027, 3, 28), time(2, 30), None),  # the clock jumps from 2 to 3
        (date(2027, 3, 28), time(1, 30), 120),  # 1:30–4:30 without the hour that is skipped
        (date(2026, 10, 25), time(2, 30), 180),  # 2:30 comes twice: from the first on
    ],
)
def test_days_on_which_the_clock_is_changed(day, starts, minutes):
    row = plan(first=day, last=None, weekdays=frozenset(), starts=starts, ends=time(4, 30), zone=BERLIN, special={})
    if minutes is None:
        assert outs(row) == [(f"{day:%m-%d}", Why.NO_SUCH_TIME)]
    else:
        assert row.slots[0].ends_at - row.slots[0].starts_at == timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({}, None),
        ({"last": None, "weekdays": frozenset()}, None),
        ({"first": TODAY - timedelta(1)}, "InThePast"),
        ({"first": date.min}, "InThePast"),
        ({"last": date(2026, 9, 23)}, "LastBeforeFirst"),
        ({"last": TODAY + HORIZON}, None),
        ({"last": TODAY + HORIZON + timedelta(1)}, "TooFar"),
        ({"first": date.max, "last": None, "weekdays": frozenset()}, "TooFar"),
        ({"weekdays": frozenset()}, "NoWeekday"),
        ({"last": None}, None),
        ({"ends": time(16)}, "NoLength"),
        ({"post_ids": ()}, "NoPost"),
        ({"post_ids": tuple(range(MOST_SLOTS))}, "TooManySlots"),
    ],
)
def test_wishes_that_cannot_be_planned(changes, key):
    refusal = plans.why_not_wish(wish(**changes), TODAY)
    assert (refusal and refusal.key) == key


def test_no_more_than_the_limit_at_once():
    row = plan(first=date(2027, 1, 1), last=date(2027, 12, 31), weekdays=frozenset(range(7)))
    assert plans.why_not_plan(row) is None
    several = plans.copies([span(n) for n in range(MOST_SLOTS + 1)], [7], {}, (), CHINA, NOW)
    assert plans.why_not_plan(several).key == "TooManySlots"


def span(post_id=1, **changes) -> Span:
    values = {
        "day": date(2026, 9, 24), "starts": time(16), "end_day": date(2026, 9, 24), "ends": time(18), "capacity": 3,
        **changes,
    }  # fmt: skip
    return Span(post_id=post_id, **values)


def test_copies_keep_the_clock_and_leave_holidays_out():
    row = plans.copies([span(), span(2, starts=time(8))], [7, 14], SPECIAL, (), CHINA, NOW)
    assert [(slot.post_id, f"{slot.day:%m-%d}") for slot in row.slots] == [(2, "10-08"), (1, "10-08")]
    assert outs(row) == [("10-01", Why.HOLIDAY), ("10-01", Why.HOLIDAY)]


def test_copies_keep_a_length_of_days_and_the_clock_across_a_change_of_it():
    trip = span(day=date(2026, 10, 20), starts=time(9), end_day=date(2026, 10, 22), ends=time(17))
    [copy] = plans.copies([trip], [7], {}, (), BERLIN, NOW).slots
    assert copy.starts_at == datetime(2026, 10, 27, 8, tzinfo=UTC)
    assert copy.ends_at == datetime(2026, 10, 29, 16, tzinfo=UTC)


def test_the_same_time_of_a_post_is_copied_once():
    row = plans.copies([span(), span()], [14, 14], {}, (), CHINA, NOW)
    assert days(row) == ["10-08"]
    assert outs(row) == [("10-08", Why.EXISTS)] * 3


def test_the_digest_is_of_what_would_be_created():
    assert plan().digest == plan(now=NOW + timedelta(days=1)).digest
    changed = [plan(capacity=4), plan(ends=time(19)), plan(last=date(2026, 10, 22)), plan(special={})]
    assert len({plan().digest, *(other.digest for other in changed)}) == 1 + len(changed)

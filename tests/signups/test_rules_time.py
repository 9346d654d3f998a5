"""Overlap, travel and rest: tables for the edges, properties for the sums."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.norms.rules import MOST_GAP, NORMS, Limit, Norms, Strictness
from activities.signups.rules_time import (
    Busy,
    Overlaps,
    TooFarApart,
    TooLittleRest,
    TooMuchADay,
    TooMuchAWeek,
    reach,
    what_strains,
    why_no_time,
)

ZONE = ZoneInfo("Asia/Shanghai")
WEDNESDAY = datetime(2026, 11, 25, tzinfo=ZONE)
ASK, REFUSE = Strictness.ASK, Strictness.REFUSE


def at(start: float, end: float, place: str = "教学楼") -> Busy:
    """A duty from `start` to `end`, in hours since Wednesday began."""
    return Busy(WEDNESDAY + timedelta(hours=start), WEDNESDAY + timedelta(hours=end), "关灯", place)


def norms(strictness: Strictness, **limits: float) -> Norms:
    """These limits, in hours, and no others."""
    off = NORMS._replace(travel=Limit(15))
    return off._replace(**{name: Limit(int(hours * 60), strictness) for name, hours in limits.items()})


DUTY = at(12, 14)
WHEN = DUTY.starts_at
TABLE = {
    "nothing else": ({"travel": 0.5, "gap": 8, "day": 2, "week": 2}, [], None),
    "an overlap, whatever the school sets": ({}, [at(13, 15)], Overlaps("关灯", WHEN + timedelta(hours=1))),
    "next to each other in one place": ({"travel": 0.5}, [at(14, 15)], None),
    "next to each other in two places": (
        {"travel": 0.5}, [at(14, 15, "东湖")], TooFarApart("关灯", WHEN + timedelta(hours=2), "东湖", 30),
    ),
    "a minute too little to get there": (
        {"travel": 0.5}, [at(10, 11 + 31 / 60, "东湖")],
        TooFarApart("关灯", WHEN - timedelta(hours=2), "东湖", 30),
    ),
    "just enough to get there": ({"travel": 0.5}, [at(10, 11.5, "东湖")], None),
    "one of which nobody knows where": ({"travel": 0.5}, [at(14, 15, "")], None),
    "the near one here, the next elsewhere": (
        {"travel": 1}, [at(14, 14.25), at(14.5, 15, "东湖")],
        TooFarApart("关灯", WHEN + timedelta(hours=2.5), "东湖", 60),
    ),
    "too short a night": ({"gap": 10}, [at(-2, 2.5)], TooLittleRest("关灯", WHEN - timedelta(hours=14), "10")),
    "just enough of a night": ({"gap": 10}, [at(-2, 2)], None),
    "as many hours as the day may have": ({"day": 8}, [at(6, 9), at(15, 18)], None),
    "an hour more": ({"day": 8}, [at(5, 9), at(15, 18)], TooMuchADay("9", date(2026, 11, 25), "8")),
    "an hour of it before midnight": ({"day": 8}, [at(-1, 3), at(15, 18)], None),
    "as many as the week may have": ({"week": 20}, [at(-40, -31), at(90, 99)], None),
    "half an hour more": (
        {"week": 20}, [at(-40, -30.5), at(90, 99)], TooMuchAWeek("20.5", date(2026, 11, 23), "20"),
    ),
    "next Monday's, which is another week": ({"week": 20}, [at(-40, -31), at(120, 130)], None),
}  # fmt: skip


@pytest.mark.parametrize(("limits", "others", "expected"), TABLE.values(), ids=TABLE)
def test_beside(limits, others, expected):
    assert why_no_time(DUTY, others, norms(REFUSE, **limits)) == expected


@pytest.mark.parametrize(("limits", "others", "expected"), TABLE.values(), ids=TABLE)
def test_a_soft_limit_says_the_same_and_refuses_nothing(limits, others, expected):
    soft = norms(ASK, **limits)
    if not isinstance(expected, Overlaps):
        assert why_no_time(DUTY, others, soft) is None
        assert what_strains(DUTY, others, soft) == ([expected] if expected else [])


def test_everything_that_speaks_against_it_is_said_at_once():
    strict = norms(ASK, travel=1, gap=1, day=3, week=3)
    said = [type(why) for why in what_strains(DUTY, [at(14.5, 16, "东湖")], strict)]
    assert said == [TooFarApart, TooLittleRest, TooMuchADay, TooMuchAWeek]


# ── properties ──────────────────────────────────────────────────────────────

HOURS = st.integers(-10 * 24 * 4, 10 * 24 * 4).map(lambda quarters: quarters / 4)
DUTIES = st.builds(
    lambda start, length, place: at(start, start + length / 4, place),
    HOURS,
    st.integers(1, 60),
    st.sampled_from("甲乙"),
)
LIMITS = st.fixed_dictionaries(
    {"travel": st.integers(0, 3), "gap": st.integers(0, 48), "day": st.integers(1, 24), "week": st.integers(1, 60)}
)


@given(DUTIES, DUTIES, LIMITS)
def test_of_two_duties_each_is_in_the_others_way_or_neither(one, other, limits):
    strict = norms(REFUSE, travel=limits["travel"], gap=limits["gap"])
    first, second = why_no_time(one, [other], strict), why_no_time(other, [one], strict)
    assert type(first) is type(second)


@given(DUTIES, st.lists(DUTIES, max_size=5), LIMITS)
def test_what_is_out_of_reach_changes_nothing(duty, others, limits):
    first, last = reach(duty.starts_at, duty.ends_at, ZONE)
    near = [one for one in others if one.starts_at < last and one.ends_at > first]
    strict = norms(REFUSE, **limits)
    assert why_no_time(duty, near, strict) == why_no_time(duty, others, strict)


@given(DUTIES, st.lists(DUTIES, max_size=5), LIMITS)
def test_another_duty_never_makes_room(duty, others, limits):
    strict = norms(REFUSE, **limits)
    if others and why_no_time(duty, others, strict) is None:
        assert why_no_time(duty, others[1:], strict) is None


@given(DUTIES, st.lists(DUTIES, max_size=5))
def test_the_hours_of_the_days_are_the_hours_of_the_duties(duty, others):
    every = [duty, *others]
    midnights = [WEDNESDAY + timedelta(days=n) for n in range(-12, 13)]
    by_day = [
        one.minutes_within(first, first + timedelta(days=1)) for one in every for first in midnights
    ]  # fmt: skip
    whole = sum((one.ends_at - one.starts_at) / timedelta(minutes=1) for one in every)
    assert sum(by_day) == pytest.approx(whole)


def test_days_begin_at_the_schools_midnight_whatever_the_moments_zone():
    late = Busy(datetime(2026, 11, 25, 15, tzinfo=UTC), datetime(2026, 11, 25, 17, tzinfo=UTC), "夜", "")
    assert why_no_time(late, [], norms(REFUSE, day=1.5)) is None
    assert why_no_time(late, [at(20, 22)], norms(REFUSE, day=2.5)) == TooMuchADay("3", date(2026, 11, 25), "2.5")
    assert timedelta(hours=48) == MOST_GAP

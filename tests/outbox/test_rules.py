"""By which ways a notice goes out, and when."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from activities.outbox.rules import Channel, Group, Quiet, Way, Wish, after_quiet, next_time, planned

ZONE = ZoneInfo("Asia/Shanghai")
NIGHT = Quiet(time(22, 30), time(7, 0))
NOON = Quiet(time(12, 0), time(14, 0))


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of November 2026 on the school's wall clock."""
    return datetime(2026, 11, day, hour, minute, tzinfo=ZONE).astimezone(UTC)


@pytest.mark.parametrize(
    ("moment", "quiet", "goes_out"),
    [(at(25, 22, 29), NIGHT, at(25, 22, 29)), (at(25, 22, 30), NIGHT, at(26, 7)), (at(25, 0, 0), NIGHT, at(25, 7)),
     (at(25, 6, 59), NIGHT, at(25, 7)), (at(25, 7, 0), NIGHT, at(25, 7)), (at(25, 11, 59), NOON, at(25, 11, 59)),
     (at(25, 12, 0), NOON, at(25, 14)), (at(25, 14, 0), NOON, at(25, 14)), (at(25, 3), None, at(25, 3)),
     (at(25, 3), Quiet(time(7), time(7)), at(25, 3))],
)  # fmt: skip
def test_what_falls_into_quiet_hours_waits_for_their_end(moment, quiet, goes_out):
    assert after_quiet(moment, quiet, ZONE) == goes_out


@pytest.mark.parametrize(
    ("moment", "clock", "comes"),
    [(at(25, 17, 59), time(18), at(25, 18)), (at(25, 18), time(18), at(25, 18)), (at(25, 18, 1), time(18), at(26, 18))],
)
def test_a_time_of_day_comes_today_or_tomorrow(moment, clock, comes):
    assert next_time(moment, clock, ZONE) == comes


def wish(way: Way | None, quiet: Quiet | None = NIGHT) -> Wish:
    return Wish({Group.DUTIES: way} if way else {}, quiet, time(18))


@pytest.mark.parametrize(
    ("chosen", "group", "urgent", "way"),
    [(None, Group.DUTIES, False, (Channel.MAIL, at(26, 7))),
     (Way.AT_ONCE, Group.DUTIES, False, (Channel.MAIL, at(26, 7))),
     (Way.AT_ONCE, Group.DUTIES, True, (Channel.MAIL, at(25, 23))),
     (Way.DAILY, Group.DUTIES, False, (Channel.DIGEST, at(26, 18))),
     (Way.DAILY, Group.DUTIES, True, (Channel.MAIL, at(25, 23))),
     (Way.NEVER, Group.DUTIES, False, None), (Way.NEVER, Group.DUTIES, True, None),
     (Way.NEVER, Group.RECORDS, False, (Channel.MAIL, at(26, 7))),
     (Way.NEVER, Group.ACCOUNT, False, (Channel.MAIL, at(25, 23)))],
)  # fmt: skip
def test_a_notice_goes_the_way_that_its_group_was_given(chosen, group, urgent, way):
    assert planned(wish(chosen), group, urgent=urgent, now=at(25, 23), zone=ZONE) == way


def test_what_opens_an_account_can_be_neither_turned_off_nor_put_off():
    for chosen in Way:
        never = Wish({Group.ACCOUNT: chosen}, NIGHT)
        assert planned(never, Group.ACCOUNT, urgent=False, now=at(25, 3), zone=ZONE) == (Channel.MAIL, at(25, 3))


def test_who_never_chose_is_written_to_at_once():
    now = at(25, 3)
    assert planned(Wish(), Group.DUTIES, urgent=False, now=now, zone=ZONE) == (Channel.MAIL, now)
    assert after_quiet(now, Wish().quiet, ZONE) - now == timedelta(0)

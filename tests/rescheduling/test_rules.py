"""Which days another calendar touches, and which slots can be moved."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from activities.duties.rules import InThePast, SlotState, SlotThere, TooFar
from activities.people.rules import Stages, Standings
from activities.rescheduling import rules
from activities.rescheduling.rules import Calendar, Move, Outcome, Stay, Touched, moves, people_on, touched_days
from activities.signups.rules import Offer
from activities.signups.rules_keeping import Duty, NoTimeToWithdraw, SeatedElsewhere
from activities.terms.rules import Span, Special
from tests.cast import DAY, HOUR, NOW

TERM = Span("2026 秋", date(2026, 9, 7), 18)
THURSDAY, SATURDAY = date(2026, 10, 8), date(2026, 10, 10)
OFF, WORKED = Special("校庆", off=True), Special("调休上班", acts_as=THURSDAY)
ZONE = ZoneInfo("Asia/Shanghai")


def calendar(*terms: Span, **days: Special) -> Calendar:
    return Calendar(terms, {date.fromisoformat(day[1:].replace("_", "-")): special for day, special in days.items()})


PLAIN = calendar(TERM)


@pytest.mark.parametrize(
    ("before", "after", "days"),
    [
        (PLAIN, PLAIN, []),
        (PLAIN, calendar(TERM, d2026_10_08=OFF), [THURSDAY]),
        (calendar(TERM, d2026_10_08=OFF), PLAIN, [THURSDAY]),
        (calendar(TERM, d2026_10_08=OFF), calendar(TERM, d2026_10_08=OFF._replace(name="国庆")), []),
        # A Saturday at work has its own slots in question; those of the day it stands in for only where that is off.
        (PLAIN, calendar(TERM, d2026_10_10=WORKED), [SATURDAY]),
        (calendar(TERM, d2026_10_08=OFF), calendar(TERM, d2026_10_08=OFF, d2026_10_10=WORKED), [THURSDAY, SATURDAY]),
        (PLAIN, calendar(TERM, d2026_10_10=Special("调休上班")), []),
        (
            calendar(TERM, d2026_10_10=WORKED),
            calendar(TERM, d2026_10_10=WORKED._replace(acts_as=date(2026, 10, 7))),
            [SATURDAY],
        ),
        # The last week belongs to no term any more.
        (PLAIN, calendar(Span("2026 秋", TERM.starts_on, 17)), [date(2027, 1, 4) + timedelta(n) for n in range(7)]),
        (PLAIN, calendar(Span("2026 秋", TERM.starts_on, 19)), []),
        (calendar(), PLAIN, []),
    ],
)  # fmt: skip
def test_the_days_on_which_something_else_is_taught(before, after, days):
    assert touched_days(before, after) == days


def test_the_workday_that_stands_in_for_a_day_is_found():
    specials = {SATURDAY: WORKED, date(2026, 10, 11): Special("补课", acts_as=THURSDAY)}
    assert rules.stands_in(THURSDAY, specials) == SATURDAY
    assert rules.stands_in(SATURDAY, specials) is None


# ── moving ──────────────────────────────────────────────────────────────────


def slot(starts_at: datetime, *, hours: float = 2, seated: tuple[int, ...] = (), post: int = 1, **fields) -> Touched:
    offer = Offer(
        id=fields.get("id", 1), public_id="s", state=SlotState.OPEN, starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=hours), capacity=3, taken=len(seated), waiting=0, tickets=0,
        cancel_reason="", activity="清扫", kind_key="cleaning", post="北岸", place="北岸", opens_at=None,
        closes_at=None, withdraw_minutes=24 * 60, stages=Stages(0), standings=Standings(0), eligible_path=None,
        eligible_unit=None,
    )  # fmt: skip
    return Touched(offer, 1, "a", post, fields.get("people", seated))


def seat(member: int, of: Touched, minute: int | None = None) -> Duty:
    return Duty(member, of.offer.id, of.offer.starts_at, of.offer.ends_at, minute)


def elsewhere(member: int, begins: float, ends: float) -> Duty:
    """A duty so many hours from now, in a slot that is not moved."""
    return Duty(member, 99, NOW + begins * HOUR, NOW + ends * HOUR)


TOMORROW = NOW + DAY


def test_a_slot_keeps_its_time_of_day():
    moved, staying = moves([slot(TOMORROW)], timedelta(3), (), (), ZONE, NOW)
    assert moved == (Move(slot(TOMORROW), TOMORROW + 3 * DAY, TOMORROW + 3 * DAY + 2 * HOUR),)
    assert staying == ()


@pytest.mark.parametrize(
    ("comes", "duty", "stays"), [(None, 90, True), (0, 90, False), (60, 90, True), (105, 30, False), (105, 100, True)]
)
def test_who_comes_at_a_time_of_their_own_needs_only_that_time(comes, duty, stays):
    drive, begins = slot(TOMORROW, seated=(7,)), 48 + duty / 60
    _, staying = moves([drive], DAY, (), [seat(7, drive, comes), elsewhere(7, begins, begins + 0.25)], ZONE, NOW)
    assert bool(staying) is stays


@pytest.mark.parametrize(
    ("days", "seated", "taken", "duties", "refusal"),
    [
        (3, (7,), (), (), None),
        (-2, (), (), (), InThePast),
        (-1, (), (), (), InThePast),
        (3, (), {(1, TOMORROW + 3 * DAY)}, (), SlotThere),
        (3, (), {(2, TOMORROW + 3 * DAY)}, (), None),
        (3, (7,), (), [elsewhere(7, 95, 97)], SeatedElsewhere),
        (3, (7,), (), [elsewhere(7, 95, 96)], None),
        (3, (7,), (), [elsewhere(8, 96, 97)], None),
        (800, (), (), (), TooFar),
    ],
)
def test_what_cannot_be_moved_stays_with_its_reason(days, seated, taken, duties, refusal):
    one = slot(TOMORROW, seated=seated)
    moved, staying = moves([one], timedelta(days), taken, [*duties, *(seat(who, one) for who in seated)], ZONE, NOW)
    assert len(moved) == (refusal is None)
    assert [type(stay.refusal) for stay in staying] == ([refusal] if refusal else [])


def test_slots_that_move_together_are_not_in_each_others_way():
    """The night watch reaches into the day to which the other moves, until it moves away itself."""
    watch, early = slot(TOMORROW, hours=25, seated=(7,)), slot(TOMORROW + HOUR / 4, seated=(7,), id=2)
    watch_is_short = [seat(7, watch, 0), seat(7, early, 60)]
    assert len(moves([watch], DAY, (), [seat(7, watch)], ZONE, NOW)[0]) == 1
    assert len(moves([watch, early], DAY, (), watch_is_short, ZONE, NOW)[0]) == 2


def test_what_stays_may_be_in_the_way_of_what_would_have_moved():
    watch, early = slot(TOMORROW, hours=25, seated=(7,)), slot(TOMORROW, seated=(7,), id=2, post=2)
    duties = [seat(7, watch, 23 * 60 + 30), seat(7, early)]
    assert len(moves([watch, early], DAY, (), duties, ZONE, NOW)[0]) == 2
    moved, staying = moves([watch, early], DAY, {(1, TOMORROW + DAY)}, duties, ZONE, NOW)
    assert (moved, [type(stay.refusal) for stay in staying]) == ((), [SlotThere, SeatedElsewhere])


def test_nobody_is_bound_to_a_day_from_which_it_is_too_late_to_withdraw():
    later = slot(NOW + 3 * DAY, seated=(7,))
    [stay] = moves([later], timedelta(-2), (), (), ZONE, NOW)[1]
    assert isinstance(stay.refusal, NoTimeToWithdraw)
    assert moves([slot(NOW + 3 * DAY)], timedelta(-2), (), (), ZONE, NOW)[1] == ()


def test_a_time_that_the_clocks_skip_never_comes():
    berlin = ZoneInfo("Europe/Berlin")
    night = slot(datetime(2027, 3, 26, 1, 30, tzinfo=UTC), hours=1)  # 02:30 on the wall
    [stay] = moves([night], timedelta(2), (), (), berlin, NOW)[1]
    assert isinstance(stay.refusal, rules.NoSuchTime)


@pytest.mark.parametrize(
    ("day", "from_days", "refusal"),
    [
        (SATURDAY, [THURSDAY], None),
        (THURSDAY, [THURSDAY], rules.SameDay),
        (date(2026, 10, 1), [THURSDAY], rules.MovedToDayOff),
        (SATURDAY, [THURSDAY, date(2026, 10, 9)], rules.SeveralDays),
        (SATURDAY, [], None),
    ],
)
def test_the_day_to_which_slots_can_be_moved(day, from_days, refusal):
    specials = {date(2026, 10, 1): OFF, SATURDAY: WORKED}
    assert type(rules.why_not_target(day, from_days, specials)) is (refusal or type(None))


# ── what is shown ───────────────────────────────────────────────────────────


def test_people_are_counted_once():
    assert people_on([slot(TOMORROW, people=(1, 2)), slot(TOMORROW + DAY, people=(2, 3))]) == 3
    assert people_on([]) == 0


def test_another_fate_time_or_person_has_another_digest():
    one = slot(TOMORROW, people=(1,))
    outcomes = [
        Outcome(cancelled=(one,)), Outcome(cancelled=(slot(TOMORROW, people=(1, 2)),)),
        Outcome(moved=(Move(one, TOMORROW, TOMORROW),)), Outcome(moved=(Move(one, TOMORROW + DAY, TOMORROW),)),
        Outcome(staying=(Stay(one, SeatedElsewhere()),)), Outcome(),
    ]  # fmt: skip
    assert len({outcome.digest for outcome in outcomes}) == len(outcomes)
    assert Outcome(cancelled=(one,)).digest == outcomes[0].digest

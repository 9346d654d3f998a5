"""What a special day can be, and how days in a row are put together."""

from __future__ import annotations

from datetime import date

import pytest

from activities.terms import rules
from activities.terms.rules import Run, Span, Special, fingerprint, runs, why_not_day

TERM = Span("2026 秋", date(2026, 9, 7), 18)
SATURDAY = date(2026, 10, 10)


@pytest.mark.parametrize(
    ("day", "special", "refusal"),
    [
        (SATURDAY, Special("调休上班"), None),
        (SATURDAY, Special("调休上班", acts_as=date(2026, 10, 8)), None),
        (SATURDAY, Special("校庆", off=True), None),
        (date(1999, 12, 31), Special("调休上班"), rules.WrongYear),
        (SATURDAY, Special(""), rules.WrongDayName),
        (SATURDAY, Special("x" * 101), rules.WrongDayName),
        (SATURDAY, Special("校庆", off=True, acts_as=date(2026, 10, 8)), rules.OffWithTimetable),
        (date(2026, 10, 8), Special("调休上班", acts_as=date(2026, 10, 8)), rules.OwnTimetable),
        (SATURDAY, Special("调休上班", acts_as=date(2026, 10, 11)), rules.NotATeachingDay),
        (SATURDAY, Special("调休上班", acts_as=date(2026, 9, 4)), rules.NotATeachingDay),
        (SATURDAY, Special("调休上班", acts_as=date(2027, 1, 11)), rules.NotATeachingDay),
    ],
)
def test_a_workday_takes_over_the_timetable_of_another_teaching_day(day, special, refusal):
    assert type(why_not_day(day, special, [TERM])) is (refusal or type(None))


def test_days_in_a_row_that_are_the_same_are_one_run():
    off, workday = Special("中秋节", off=True), Special("调休上班")
    first, second, third, fourth = (date(2026, 9, day) for day in (25, 26, 27, 28))
    days = {third: off, first: off, second: off, fourth: workday, date(2026, 9, 30): workday}
    assert runs(days) == [
        Run((first, second, third), off),
        Run((fourth,), workday),
        Run((date(2026, 9, 30),), workday),
    ]
    assert runs({}) == []


def test_what_differs_in_anything_has_another_fingerprint():
    special = Special("校庆", off=True)
    others = [special._replace(name="校庆日"), special._replace(off=False), special._replace(confirmed=False)]
    shown = [special, *others, special._replace(acts_as=SATURDAY), TERM, Span("2026 秋", TERM.starts_on, 19)]
    assert len({fingerprint(one) for one in shown}) == len(shown)
    assert fingerprint(Special("校庆", off=True)) == fingerprint(special)

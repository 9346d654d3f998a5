"""What is asked, exempted, done, promised and owed."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.duties.kinds import KINDS, Ledger
from activities.people.rules import Stage, Stages, Standing, Standings
from activities.requirements.rules import (
    SORTS,
    Asked,
    Did,
    Exempted,
    Line,
    Whom,
    behind_by,
    exempted,
    expected,
    moved,
    nearest,
    owed_of,
    pace,
    possible_lines,
    read,
    settle,
    write,
)

END = date(2026, 12, 31)
HOURS = Line("hours", "service", 1200, END)
VISIT = Line("times", "elder_care", 1, END)
JANUARY, JUNE, JULY = date(2026, 1, 1), date(2026, 6, 30), date(2026, 7, 1)


# ── what can be asked ───────────────────────────────────────────────────────


def test_everything_that_can_be_asked_for_has_a_key_of_its_own():
    keys = [key for _, key, _ in possible_lines()]
    assert len(set(keys)) == len(keys) == len(Ledger) + len(KINDS) + 5 + 1


@pytest.mark.parametrize(
    ("line", "kind", "topic", "counts"),
    [
        (HOURS, "cleaning", None, True),
        (HOURS, "energy", None, False),
        (VISIT, "elder_care", None, True),
        (VISIT, "cleaning", None, False),
        (Line("study", "theory", 60, END), "study", "theory", True),
        (Line("study", "theory", 60, END), "party_school", "theory", True),
        (Line("study", "theory", 60, END), "study", "school", False),
        (Line("study", "theory", 60, END), "study", None, False),
        (Line("meetings", "organisation", 3, END), "meeting", None, True),
        (Line("meetings", "organisation", 3, END), "study", None, False),
    ],
)
def test_a_line_counts_what_its_sort_says(line, kind, topic, counts):
    assert line.counts(kind, topic) is counts
    assert line.of in SORTS[line.sort].of


def test_what_was_written_is_read_as_it_was():
    asked = Asked((HOURS, VISIT), by_days=False, told_on=15)
    assert read(write(asked)) == asked


def test_a_kind_that_is_not_declared_any_more_asks_for_nothing():
    gone = Asked((VISIT._replace(of="gone"), HOURS))
    assert read(write(gone)).lines == (HOURS,)


def test_last_years_lines_are_asked_by_the_same_day_of_this_year():
    leap = Asked((HOURS._replace(due=date(2028, 2, 29)),))
    assert [line.due for line in moved(leap, 2029).lines] == [date(2029, 2, 28)]
    assert [line.due for line in moved(Asked((HOURS,)), 2027).lines] == [date(2027, 12, 31)]


# ── whom a set concerns ─────────────────────────────────────────────────────

SCHOOL, BRANCH = Whom("1/"), Whom("1/2/")
FULL = Whom("1/2/", Stages.FULL)


@pytest.mark.parametrize(
    ("sets", "path", "stage", "found"),
    [
        ([SCHOOL], "1/2/", Stage.FULL, SCHOOL),
        ([SCHOOL, BRANCH], "1/2/", Stage.FULL, BRANCH),
        ([SCHOOL, BRANCH], "1/3/", Stage.FULL, SCHOOL),
        ([SCHOOL, FULL], "1/2/", Stage.FULL, FULL),
        ([SCHOOL, FULL], "1/2/", Stage.ACTIVIST, SCHOOL),  # the branch has none of its own for activists
        ([FULL], "1/2/", Stage.ACTIVIST, None),
        ([Whom("1/", Stages(0), Standings.TEACHER)], "1/2/", Stage.FULL, None),
        ([Whom("1/1/")], "1/11/", Stage.FULL, None),
        ([], "1/2/", Stage.FULL, None),
    ],
)
def test_the_nearest_set_that_concerns_somebody_holds(sets, path, stage, found):
    assert nearest([(whom, whom) for whom in sets], path, stage, Standing.STUDENT) == found


@pytest.mark.parametrize(
    ("one", "other", "overlap"),
    [
        (BRANCH, FULL, True),
        (FULL, Whom("1/2/", Stages.ACTIVIST), False),
        (FULL, Whom("1/2/", Stages.FULL | Stages.ACTIVIST), True),
        (FULL, Whom("1/2/", Stages(0), Standings.TEACHER), True),
        (Whom("1/2/", Stages.FULL, Standings.STUDENT), Whom("1/2/", Stages.FULL, Standings.TEACHER), False),
        (BRANCH, SCHOOL, False),  # one is below the other: the nearer one holds
    ],
)
def test_two_sets_of_one_unit_may_not_mean_the_same_people(one, other, overlap):
    assert one.overlaps(other) is other.overlaps(one) is overlap


# ── exemptions ──────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("exemptions", "by_days", "taken"),
    [
        ([], True, 0),
        ([Exempted(JANUARY, END)], True, 1200),
        ([Exempted(JANUARY, JUNE)], True, 595),  # 181 of 365 days
        ([Exempted(JANUARY, JUNE)], False, 1200),  # its share of the whole, however long it is
        ([Exempted(JANUARY, END, 50)], True, 600),
        ([Exempted(JANUARY, END, 50), Exempted(JANUARY, END, 30)], True, 960),
        ([Exempted(JANUARY, END, 80), Exempted(JANUARY, END, 80)], True, 1200),  # a day is away once
        ([Exempted(JANUARY, JUNE), Exempted(JULY, END)], True, 1200),
        ([Exempted(JANUARY, END, 100, VISIT.key)], True, 0),  # of another line
        ([Exempted(JANUARY, END, 100, HOURS.key)], True, 1200),
        ([Exempted(date(2025, 7, 1), date(2025, 12, 31))], True, 0),
        ([Exempted(date(2025, 7, 1), date(2025, 12, 31))], False, 0),
        ([Exempted(date(2025, 7, 1), date(2027, 7, 1))], True, 1200),
        ([Exempted(JUNE, JUNE, 1)], False, 12),
    ],
)
def test_an_exemption_takes_away_its_part(exemptions, by_days, taken):
    assert exempted(HOURS, exemptions, by_days=by_days) == taken


def test_of_one_visit_half_a_year_takes_all_and_less_takes_nothing():
    assert exempted(VISIT, [Exempted(JULY, END)], by_days=True) == 1  # 184 of 365 days
    assert exempted(VISIT, [Exempted(JANUARY, date(2026, 6, 1))], by_days=True) == 0


def test_what_is_asked_by_summer_is_not_eased_by_an_autumn_away():
    by_summer = HOURS._replace(due=JUNE)
    assert exempted(by_summer, [Exempted(JULY, END)], by_days=True) == 0
    assert exempted(by_summer, [Exempted(JULY, END)], by_days=False) == 0


# ── what is owed ────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("did", "taken_away", "said"),
    [
        (Did(), 0, (0, 0, 0, 1200)),
        (Did(600), 0, (600, 0, 0, 600)),
        (Did(600, 300, 120), 0, (600, 300, 120, 180)),
        (Did(1500), 0, (1200, 0, 0, 0)),
        (Did(1000, 500, 500), 0, (1000, 200, 0, 0)),  # what is final counts first
        (Did(600), 600, (600, 0, 0, 0)),
        (Did(), 1200, (0, 0, 0, 0)),
        (Did(), 5000, (0, 0, 0, 0)),
        (Did(unmarked=600), 0, (0, 0, 0, 1200)),  # nobody has said yet who came
    ],
)
def test_what_is_done_counts_before_what_is_promised(did, taken_away, said):
    owed = settle(HOURS, did, taken_away)
    assert (owed.final, owed.provisional, owed.promised, owed.owed) == said


amounts = st.integers(0, 10_000)
dids = st.builds(Did, amounts, amounts, amounts, amounts)
days = st.dates(date(2025, 1, 1), date(2027, 12, 31))
exemption = st.builds(
    lambda first, length, percent, line: Exempted(first, first + timedelta(days=length), percent, line),
    days, st.integers(0, 500), st.integers(1, 100), st.sampled_from(("", HOURS.key, VISIT.key)),
)  # fmt: skip
a_line = st.builds(
    lambda line, amount, due: line._replace(amount=amount, due=due),
    st.sampled_from((HOURS, VISIT)), st.integers(1, 5000), st.dates(date(2026, 1, 1), END),
)  # fmt: skip


@given(a_line, dids, st.lists(exemption, max_size=4), st.booleans())
def test_what_is_asked_is_done_promised_exempted_or_owed(line, did, exemptions, by_days):
    [owed] = owed_of(Asked((line,), by_days=by_days), {line.key: did}, exemptions)
    parts = (owed.final, owed.provisional, owed.promised, owed.exempted, owed.owed)
    assert sum(parts) == line.amount
    assert min(parts) >= 0


@given(a_line, dids, dids, st.lists(exemption, max_size=3), exemption, st.booleans())
def test_more_done_promised_or_exempted_never_leaves_more_owed(line, did, more, exemptions, another, by_days):
    asked = Asked((line,), by_days=by_days)
    [before] = owed_of(asked, {line.key: did}, exemptions)
    [after] = owed_of(asked, {line.key: did + more}, [*exemptions, another])
    assert after.owed <= before.owed
    assert after.exempted >= before.exempted


# ── the time that is over ───────────────────────────────────────────────────


def test_the_pace_goes_from_nothing_to_all():
    assert pace(HOURS, date(2025, 12, 31)) == 0
    assert pace(HOURS, date(2026, 7, 2)) == pytest.approx(183 / 365)
    assert pace(HOURS, END) == pace(HOURS, date(2027, 5, 1)) == 1


@pytest.mark.parametrize(
    ("did", "taken_away", "today", "behind"),
    [
        (Did(), 0, date(2026, 7, 2), 602),
        (Did(602), 0, date(2026, 7, 2), 0),
        (Did(300, 200, 102), 0, date(2026, 7, 2), 0),  # promised is as good as done
        (Did(), 600, date(2026, 7, 2), 301),  # the rest is expected evenly
        (Did(), 1200, END, 0),
        (Did(), 0, date(2026, 1, 1), 3),
    ],
)
def test_who_is_behind_the_time(did, taken_away, today, behind):
    assert behind_by(settle(HOURS, did, taken_away), today) == behind


def test_the_one_visit_of_a_year_is_expected_from_its_middle_on():
    owed = settle(VISIT, Did(), 0)
    assert [expected(owed, day) for day in (date(2026, 3, 1), JUNE, date(2026, 7, 2), END)] == [0, 0, 1, 1]


@given(a_line, dids, days)
def test_nobody_is_behind_by_more_than_is_owed(line, did, today):
    owed = settle(line, did, 0)
    assert 0 <= behind_by(owed, today) <= owed.owed

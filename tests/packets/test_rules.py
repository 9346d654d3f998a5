"""Points by a formula: every point has a line, caps hold, and more of what is good never gives less."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.packets.rules import (
    ALL,
    Amount,
    Counts,
    Figures,
    Formula,
    NothingGiven,
    Part,
    SameFormula,
    Shift,
    Term,
    changes,
    nearest,
    possible_terms,
    read,
    reckon,
    shifts,
    why_not_set,
    write,
)

HOURS, TIMES = "hours:service", "times:elder_care"
AN_HOUR, A_VISIT = Term(Counts.DONE, HOURS, 100, 2000), Term(Counts.DONE, TIMES, 300)
AWARD, MET, ABSENT = Term(Counts.COMMENDED, "", 500), Term(Counts.MET, "", 400), Term(Counts.ABSENT, "", 200, 1000)
PRACTICE = Formula(6000, 3000, 1000, (AN_HOUR, A_VISIT, AWARD, MET, ABSENT))

amounts = st.integers(0, 100_000)
points = st.integers(0, 100_000)
terms = st.builds(Term._replace, st.sampled_from(possible_terms()), rate=points, most=points)
formulas = st.builds(
    Formula, points, points, points, st.lists(terms, unique_by=lambda term: term.key).map(tuple), st.booleans()
)  # fmt: skip
few = st.integers(0, 9)
done = st.dictionaries(
    st.sampled_from([term.of for term in possible_terms() if term.of]), st.builds(Amount, amounts, amounts)
)
years = st.builds(Figures, done, amounts, amounts, few, few, few, st.none() | st.integers(0, ALL))


def given_by(term: Term, figures: Figures, **more) -> int:
    return reckon(Formula(0, 10**9, 0, (term,), **more), figures).points


@pytest.mark.parametrize(
    ("minutes", "hundredths"),
    [(0, 0), (60, 100), (90, 150), (1, 2), (59, 98), (1200, 2000), (1201, 2000), (6000, 2000)],
)
def test_hours_give_points_up_to_the_cap_of_their_line(minutes, hundredths):
    assert given_by(AN_HOUR, Figures({HOURS: Amount(minutes)})) == hundredths


@pytest.mark.parametrize(
    ("figures", "term", "hundredths"),
    [
        (Figures({TIMES: Amount(2)}), A_VISIT, 600),
        (Figures(commendations=2), AWARD, 1000),
        (Figures(asked=3, met=3, met_final=3), MET, 400),
        (Figures(asked=3, met=3, met_final=2), MET, 0),
        (Figures(), MET, 400),  # nothing is asked, so nothing is missing
    ],
)
def test_each_sort_of_term_counts_what_it_says(figures, term, hundredths):
    assert given_by(term, figures) == hundredths


def test_what_is_provisional_counts_where_the_formula_says_so():
    figures = Figures({HOURS: Amount(60, 30)}, asked=1, met=1)
    assert (given_by(AN_HOUR, figures), given_by(AN_HOUR, figures, provisional=True)) == (100, 150)
    assert (given_by(MET, figures), given_by(MET, figures, provisional=True)) == (0, 400)
    assert [line.waiting for line in reckon(PRACTICE, figures).lines[1:5]] == [30, 0, 0, 1]


def test_a_year_as_the_practice_has_it():
    figures = Figures({HOURS: Amount(25 * 60), TIMES: Amount(2)}, 1, 1, 2, 2, 2, ballot=9_500)
    found = reckon(PRACTICE, figures)
    assert [(line.key, line.points) for line in found.lines] == [
        ("base", 6000), (AN_HOUR.key, 2000), (A_VISIT.key, 600), (AWARD.key, 500), (MET.key, 400), ("over", -500),
        ("ballot", 950), (ABSENT.key, -200),
    ]  # fmt: skip
    assert found.points == 9750


def test_nobody_has_less_than_nothing():
    found = reckon(Formula(100, 0, 0, (Term(Counts.ABSENT, "", 200),)), Figures(absences=3))
    assert (found.points, found.lines[-1].part, found.lines[-1].points) == (0, Part.FLOOR, 500)


@given(formulas, years)
def test_the_lines_add_up_and_stay_within_the_caps(formula, figures):
    found = reckon(formula, figures)
    assert sum(line.points for line in found.lines) == found.points
    assert 0 <= found.points <= formula.most
    for line in found.lines:
        if line.term and line.term.most:
            assert abs(line.points) <= line.term.most
    earned = sum(line.points for line in found.lines if line.term in formula.earning or line.part is Part.OVER)
    assert 0 <= earned <= formula.bonus_most
    assert len({line.key for line in found.lines}) == len(found.lines)


@given(formulas, years, st.sampled_from([HOURS, TIMES]), amounts)
def test_more_done_never_gives_less(formula, figures, key, more):
    there = figures.done.get(key, Amount())
    better = replace(figures, done={**figures.done, key: Amount(there.final + more, there.provisional)})
    assert reckon(formula, better).points >= reckon(formula, figures).points


@given(formulas, years, amounts)
def test_more_absences_never_give_more_and_commendations_never_less(formula, figures, more):
    found = reckon(formula, figures).points
    assert reckon(formula, replace(figures, absences=figures.absences + more)).points <= found
    assert reckon(formula, replace(figures, commendations=figures.commendations + more)).points >= found
    if figures.ballot is not None:
        assert reckon(formula, replace(figures, ballot=ALL)).points >= found


@given(formulas, formulas, years)
def test_the_changes_are_the_whole_difference(before, after, figures):
    one, other = reckon(before, figures), reckon(after, figures)
    found = changes(one, other)
    assert sum(change.points for change in found) == other.points - one.points
    assert changes(one, one) == []


@given(formulas)
def test_a_formula_is_read_as_it_was_written(formula):
    assert read(write(formula)) == formula


def test_a_term_about_what_is_declared_no_more_gives_nothing():
    assert read(write(Formula(100, terms=(Term(Counts.DONE, "times:gone", 100), MET)))).terms == (MET,)


@pytest.mark.parametrize(
    ("path", "found"), [("1/", "school"), ("1/2/", "branch"), ("1/2/7/", "branch"), ("1/3/", "school"), ("4/", None)]
)
def test_the_nearest_unit_says(path, found):
    assert nearest({"1/": "school", "1/2/": "branch"}, path) == found


@pytest.mark.parametrize(
    ("formula", "present", "refusal"),
    [
        (PRACTICE, None, None), (PRACTICE, replace(PRACTICE, base=1), None), (PRACTICE, PRACTICE, SameFormula),
        (Formula(terms=(AN_HOUR,)), None, NothingGiven),
    ],
)  # fmt: skip
def test_a_formula_says_something_that_is_not_so_yet(formula, present, refusal):
    found = why_not_set(formula, present)
    assert (type(found) if found else None) is refusal


def test_units_are_counted_by_who_would_have_more_fewer_and_as_many():
    pairs = [("甲", 5, 6), ("乙", 5, 5), ("甲", 5, 4), ("甲", None, 1), ("乙", None, 0)]
    assert shifts(pairs) == [Shift("甲", 2, 1, 0), Shift("乙", 0, 0, 2)]
    assert shifts(pairs)[0].people == 3

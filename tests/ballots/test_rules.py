"""Papers become counts, and counts become no more than may be known."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.ballots.rules import (
    BallotState,
    EndIsPast,
    NobodyToAppraise,
    NotOpen,
    Shape,
    TooFewVoters,
    TooManyPeople,
    VotedAlready,
    VoteIsOver,
    Whose,
    counted,
    empty_box,
    publishable,
    put_in,
    remind_at,
    why_not_open,
    why_not_vote,
)
from tests.cast import DAY, HOUR, NOW

SHAPE = Shape(people=3, choices=5)
papers = st.lists(
    st.tuples(
        st.booleans(), st.dictionaries(st.integers(0, 2), st.one_of(st.none(), st.integers(0, 4)), max_size=3)
    ),
    max_size=30,
)  # fmt: skip
counts = st.lists(st.integers(0, 12), min_size=3, max_size=3)


@given(papers, st.randoms())
def test_a_box_holds_counts_alone_whatever_the_order_in_which_papers_came(some, rng):
    box = other = empty_box(SHAPE)
    for of_masses, ticks in some:
        box = put_in(box, SHAPE, of_masses, ticks)
    for of_masses, ticks in rng.sample(some, len(some)):
        other = put_in(other, SHAPE, of_masses, ticks)
    assert box == other
    assert len(box) == len(empty_box(SHAPE))


@given(papers)
def test_no_paper_is_lost_or_counted_twice(some):
    box = empty_box(SHAPE)
    for of_masses, ticks in some:
        box = put_in(box, SHAPE, of_masses, ticks)
    for place, groups in enumerate(counted(box, SHAPE)):
        for group, of_masses in ((Whose.MEMBERS, False), (Whose.MASSES, True)):
            here = [ticks[place] for masses, ticks in some if masses is of_masses and place in ticks]
            assert list(groups[group]) == [*(here.count(n) for n in range(5)), here.count(None)]


@given(counts, counts, st.integers(3, 9))
def test_nothing_that_is_shown_says_or_lets_reckon_what_fewer_than_the_least_voted(members, masses, least):
    shown = publishable({Whose.MEMBERS: members, Whose.MASSES: masses}, least)
    for one in shown.values():
        assert sum(one) >= least
    if len(shown) > 1:  # then each is what is left of all without the other
        assert min(sum(members), sum(masses)) >= least
    assert bool(shown) is (sum(members) + sum(masses) >= least)


@pytest.mark.parametrize(
    ("members", "masses", "shown"),
    [
        (4, 0, set()), (5, 0, {Whose.ALL}), (5, 4, {Whose.ALL}), (5, 5, set(Whose)), (4, 9, {Whose.ALL}),
        (2, 3, {Whose.ALL}), (0, 5, {Whose.ALL}),
    ],
)  # fmt: skip
def test_a_group_stands_by_itself_only_where_the_rest_is_not_too_few(members, masses, shown):
    assert publishable({Whose.MEMBERS: [members, 0], Whose.MASSES: [0, masses]}, 5).keys() == shown


@pytest.mark.parametrize(
    ("appraised", "voters", "ends_in", "refusal"),
    [
        (1, 5, 1, None), (0, 5, 1, NobodyToAppraise()), (201, 300, 1, TooManyPeople(200)),
        (1, 4, 1, TooFewVoters(4, 5)), (1, 5, 0, EndIsPast()),
    ],
)  # fmt: skip
def test_a_ballot_opens_only_where_it_could_have_a_result(appraised, voters, ends_in, refusal):
    assert why_not_open(appraised, voters, 5, NOW + ends_in * DAY, NOW) == refusal


@pytest.mark.parametrize(
    ("state", "ends_in", "has_voted", "refusal"),
    [
        (BallotState.OPEN, 1, False, None), (BallotState.OPEN, 0, False, VoteIsOver()),
        (BallotState.OPEN, 1, True, VotedAlready()), (BallotState.DRAFT, 1, False, NotOpen()),
        (BallotState.COUNTED, 1, False, NotOpen()), (BallotState.COUNTED, 1, True, VotedAlready()),
    ],
)  # fmt: skip
def test_one_votes_once_while_it_is_open(state, ends_in, has_voted, refusal):
    assert why_not_vote(state, NOW + ends_in * DAY, has_voted, NOW) == refusal


def test_who_has_not_voted_is_reminded_a_day_before_the_end_or_half_way():
    assert remind_at(NOW, NOW + 7 * DAY) == NOW + 6 * DAY
    assert remind_at(NOW, NOW + 4 * HOUR) == NOW + timedelta(hours=2)

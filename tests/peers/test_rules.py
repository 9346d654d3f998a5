"""Who reviews whom: nobody themselves, everybody as often, and the same by the same seed."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.peers.rules import Peer, PeerRule, TooFewEach, TooManyEach, drawn, grouped, told, why_not_rule

# Up to 30 accounts in three groups, of which some are one person's.
ACCOUNTS = st.lists(st.tuples(st.integers(0, 20), st.sampled_from("abc")), max_size=30).map(
    lambda some: [Peer(n, f"n{n}", person, group) for n, (person, group) in enumerate(some)]
)
EACH = st.integers(0, 8)


@given(ACCOUNTS, EACH, st.text(max_size=5))
def test_everybody_reviews_as_many_as_review_them_and_nobody_themselves(accounts, each, seed):
    groups = grouped(accounts)
    pairs = drawn(groups, each, seed)
    by_id = {one.id: one for one in accounts}
    assert len(set(pairs)) == len(pairs), "nobody twice"
    given_, got = Counter(reviewer for reviewer, _ in pairs), Counter(reviewed for _, reviewed in pairs)
    for people in groups.values():
        wanted = min(each or len(people), len(people) - 1)
        for one in people:
            assert given_[one.id] == got[one.id] == wanted
    for reviewer, reviewed in pairs:
        one, other = by_id[reviewer], by_id[reviewed]
        assert one.person != other.person
        assert one.group == other.group


@given(ACCOUNTS)
def test_of_several_accounts_of_a_person_one_takes_part(accounts):
    people = [one for some in grouped(accounts).values() for one in some]
    assert len({one.person for one in people}) == len(people)
    assert {one.person for one in people} == {one.person for one in accounts}


@given(ACCOUNTS, EACH, st.text(max_size=5), st.randoms())
def test_whoever_knows_the_seed_comes_to_the_same(accounts, each, seed, rng):
    groups = grouped(accounts)
    shuffled = {name: rng.sample(people, len(people)) for name, people in groups.items()}
    assert set(drawn(groups, each, seed)) == set(drawn(shuffled, each, seed))


def test_another_seed_draws_otherwise():
    groups = grouped([Peer(n, f"n{n}", n, "a") for n in range(20)])
    assert len({frozenset(drawn(groups, 3, str(seed))) for seed in range(5)}) == 5


@pytest.mark.parametrize(
    ("rule", "size", "refusal"),
    [
        (PeerRule(each=3), 100, None), (PeerRule(each=2), 100, TooFewEach(2, 3)), (PeerRule(each=0), 31, None),
        (PeerRule(each=0), 32, TooManyEach(32, 30)),
    ],
)  # fmt: skip
def test_a_rule_by_which_nothing_could_be_shown_or_nobody_could_do_it_is_refused(rule, size, refusal):
    groups = grouped([Peer(n, f"n{n}", n, "a") for n in range(size)])
    assert why_not_rule(rule, groups) == refusal


ONE = ([0, 1], "好")


@given(st.lists(st.tuples(st.lists(st.integers(0, 3), min_size=2, max_size=2), st.sampled_from(["", "好", "还行"]))))
def test_what_is_told_is_sums_alone_and_of_enough_reviews(reviews):
    found = told([reviews], 2, 3)
    assert (found is None) is (len(reviews) < 3)
    if found:
        assert [sum(row) for row in found.marks] == [len(reviews)] * 2
        assert sorted(found.comments) == sorted(text for _, text in reviews if text)


@given(st.permutations([([0, 1], "甲"), ([1, 1], "乙"), ([2, 2], "丙"), ([3, 0], "")]))
def test_the_order_in_which_they_came_is_not_told(reviews):
    assert told([reviews], 2, 3) == told([[([0, 1], "甲"), ([1, 1], "乙"), ([2, 2], "丙"), ([3, 0], "")]], 2, 3)


@given(st.lists(st.lists(st.just(([0, 1], "")), max_size=5), max_size=6), st.integers(3, 5))
def test_what_comes_to_what_was_shown_before_is_never_fewer_than_the_least(batches, least):
    shown = [found.reviews if (found := told(batches[:end], 2, least)) else 0 for end in range(len(batches) + 1)]
    assert all(later == before or later - before >= least for before, later in pairwise(shown))

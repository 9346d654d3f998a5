"""One vote a person and no paper lost, with real threads."""

from __future__ import annotations

from functools import partial

import sqlalchemy as sa

from activities.ballots import ending, queries, rules, voting
from activities.ballots.models import BallotBox
from activities.ballots.rules import BallotState, Whose
from activities.kit.db import db
from activities.kit.refusal import Refusal
from activities.people.joining import join
from tests.ballots.held import comes, in_box, marked, opened
from tests.cast import NOW
from tests.house.test_races import crowd, race


def test_double_clicks_retries_and_two_devices_give_one_vote(app, cast):
    with app.app_context():
        other = comes("T101", "欧阳慧敏", cast.second)
        join(cast.gu.id, cast.ou.id, other.id, NOW)
        ballot = opened(cast)
    verbs = [partial(voting.vote, who, ballot.id, {0: n % 5}, NOW) for n, who in enumerate([cast.ou.id, other.id] * 8)]
    results = race(app, verbs)
    assert len([one for one in results if one is None]) == 1
    assert {type(one) for one in results if one is not None} == {rules.VotedAlready}
    with app.app_context():
        assert sum(in_box(ballot)[0][Whose.MEMBERS]) == 1


def test_many_at_once_lose_no_paper(app, cast):
    people = crowd(app, cast, 40)
    with app.app_context():
        ballot = opened(cast)
    race(app, [partial(voting.vote, who, ballot.id, {0: n % 5}, NOW) for n, who in enumerate(people)], threads=8)
    with app.app_context():
        assert marked(ballot) == set(people)
        assert in_box(ballot)[0][Whose.MEMBERS] == (8, 8, 8, 8, 8, 0)


def test_a_paper_that_comes_as_it_is_closed_counts_or_is_refused(app, cast):
    people = crowd(app, cast, 12)
    with app.app_context():
        ballot = opened(cast)
        for who in people[:4]:
            voting.vote(who, ballot.id, {0: 0}, NOW)
    late = [partial(voting.vote, who, ballot.id, {0: 0}, NOW) for who in people[4:]]
    results = race(app, [*late[:4], lambda: ending.close(cast.chen.id, ballot.id, "够了", NOW), *late[4:]])
    accepted = 4 + sum(one is None for one in results[:4] + results[5:])
    assert results[4] is None
    with app.app_context():
        assert len(marked(ballot)) == accepted
        for counts in queries.results([ballot.id])[ballot.id].values():
            assert sum(counts[Whose.ALL]) == accepted


def test_a_paper_that_comes_as_it_is_cancelled_is_destroyed_or_refused(app, cast):
    people = crowd(app, cast, 8)
    with app.app_context():
        ballot = opened(cast)
    verbs = [partial(voting.vote, who, ballot.id, {0: 0}, NOW) for who in people]
    race(app, [*verbs[:4], lambda: ending.cancel(cast.chen.id, ballot.id, "有误", NOW), *verbs[4:]])
    with app.app_context():
        assert db.session.scalars(sa.select(BallotBox)).all() == []
        assert queries.progress([ballot.id])[ballot.id].state is BallotState.CANCELLED


def test_two_workers_count_once(app, cast):
    with app.app_context():
        ballot = opened(cast)
        for who in (cast.ou, cast.chen, cast.gu):
            voting.vote(who.id, ballot.id, {0: 0}, NOW)
    race(app, [lambda: ending.count_those_over(ballot.ends_at)] * 4)
    with app.app_context():
        assert len(queries.results([ballot.id])[ballot.id]) == 2


def test_accounts_that_are_joined_while_both_vote_put_in_one_paper_or_say_so(app, cast):
    with app.app_context():
        other = comes("T101", "欧阳慧敏", cast.second)
        ballot = opened(cast)
    votes = [partial(voting.vote, who, ballot.id, {0: 0}, NOW) for who in (cast.ou.id, other.id)]
    results = race(app, [votes[0], lambda: join(cast.gu.id, cast.ou.id, other.id, NOW), votes[1]])
    accepted = sum(one is None for one in (results[0], results[2]))
    assert all(one is None or isinstance(one, Refusal) for one in results)
    with app.app_context():
        assert sum(in_box(ballot)[0][Whose.MEMBERS]) == accepted == len(marked(ballot))

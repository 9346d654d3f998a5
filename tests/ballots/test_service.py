"""Ballots from preparation to the end: who may vote, who may not, and what is left."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from activities.ballots import ending, queries, rules, service, voting
from activities.ballots.models import Ballot, BallotBox, BallotTally, BallotVoter
from activities.ballots.rules import BallotState, Whose
from activities.ballots.service import Wanted
from activities.kit.db import db, transaction
from activities.kit.refusal import ChangedMeanwhile, NotFound
from activities.kit.roles import Role
from activities.outbox.models import Notice
from activities.people.joining import join
from tests.ballots.held import PLAN, comes, in_box, marked, opened, places, prepared
from tests.cast import DAY, HOUR, NOW, grant

END = PLAN.ends_at


def told(topic: str) -> list[int]:
    return sorted(db.session.scalars(sa.select(Notice.member_id).where(Notice.topic == f"ballots.{topic}")))


def electorate(ballot: Ballot) -> dict[int, bool]:
    """Who may vote, and whether as one of the masses."""
    query = sa.select(BallotVoter.member_id, BallotVoter.of_masses).where(BallotVoter.ballot_id == ballot.id)
    return dict(db.session.execute(query).all())


def members(cast) -> list[int]:
    return sorted(one.id for one in (cast.lin, cast.zhao, cast.ou, cast.chen, cast.gu))


# ── preparing and opening ───────────────────────────────────────────────────


def test_every_member_is_on_the_form_until_others_are_chosen(ctx, cast):
    public_id = service.prepare(cast.chen.id, cast.school.id, PLAN, NOW)
    ballot = db.session.scalars(sa.select(Ballot).where(Ballot.public_id == public_id)).one()
    assert sorted(places(ballot)) == members(cast)
    service.choose(cast.chen.id, ballot.id, {cast.wang.public_id, "nobody"}, NOW)
    assert places(ballot) == {cast.wang.id: 0}


@pytest.mark.parametrize(
    ("more", "voters"),
    [
        ({}, {"lin": False, "zhao": False, "ou": False, "chen": False, "gu": False}),
        ({"asks_masses": True}, {"lin": False, "zhao": False, "ou": False, "chen": False, "gu": False, "wang": True}),
    ],
)
def test_who_may_vote_is_fixed_when_it_opens(ctx, cast, more, voters):
    ballot = opened(cast, **more)
    comes("2301009", "后来", cast.first)
    assert electorate(ballot) == {getattr(cast, name).id: masses for name, masses in voters.items()}
    assert told("opened") == sorted(electorate(ballot))


def test_a_branch_alone_leaves_out_those_below(ctx, cast):
    ballot = prepared(cast, cast.chen, below=False)
    for n in range(3):
        comes(f"T01{n}", f"老师{n}", cast.school)
    service.open_one(cast.chen.id, ballot.id, NOW)
    assert cast.lin.id not in electorate(ballot)
    assert cast.gu.id in electorate(ballot)


def test_a_ballot_that_could_have_no_result_is_not_opened(ctx, cast):
    with pytest.raises(rules.TooFewVoters) as refused:
        opened(cast, least=5)  # on Lin only four others could vote
    assert (refused.value.voters, refused.value.least) == (4, 5)


def test_once_it_is_open_only_its_end_moves(ctx, cast):
    ballot = opened(cast)
    for verb in (
        lambda: service.choose(cast.chen.id, ballot.id, {cast.wang.public_id}, NOW),
        lambda: service.change(cast.chen.id, ballot.id, ballot.revision, PLAN, NOW),
        lambda: service.open_one(cast.chen.id, ballot.id, NOW),
    ):
        with pytest.raises(rules.NotPrepared):
            verb()


def test_a_draft_that_somebody_else_has_changed_is_not_overwritten(ctx, cast):
    ballot = prepared(cast)
    service.change(cast.chen.id, ballot.id, 0, PLAN._replace(title="另一个"), NOW)
    with pytest.raises(ChangedMeanwhile):
        service.change(cast.chen.id, ballot.id, 0, PLAN._replace(title="再一个"), NOW)


def test_outside_ones_units_there_is_no_ballot(ctx, cast):
    ballot = opened(cast)
    grant(cast.wang, Role.SECRETARY, cast.first)
    db.session.commit()
    for verb in (
        lambda: service.prepare(cast.wang.id, cast.school.id, PLAN, NOW),
        lambda: ending.extend(cast.wang.id, ballot.id, END + DAY, "理由", NOW),
        lambda: ending.close(cast.wang.id, ballot.id, "理由", NOW),
        lambda: ending.cancel(cast.wang.id, ballot.id, "理由", NOW),
    ):
        with pytest.raises(NotFound):
            verb()


# ── voting ──────────────────────────────────────────────────────────────────


def test_a_paper_adds_to_the_counts_and_marks_its_voter(ctx, cast):
    ballot = opened(cast)
    at = places(ballot)
    voting.vote(cast.ou.id, ballot.id, {at[cast.lin.id]: 0}, NOW)
    assert marked(ballot) == {cast.ou.id}
    assert in_box(ballot)[at[cast.lin.id]][Whose.MEMBERS] == (1, 0, 0, 0, 0, 0)
    assert in_box(ballot)[at[cast.zhao.id]][Whose.MEMBERS] == (0, 0, 0, 0, 0, 1), "left out is abstained"


def test_nobody_votes_twice(ctx, cast):
    ballot = opened(cast)
    voting.vote(cast.ou.id, ballot.id, {0: 1}, NOW)
    before = in_box(ballot)
    with pytest.raises(rules.VotedAlready):
        voting.vote(cast.ou.id, ballot.id, {0: 2}, NOW)
    assert in_box(ballot) == before


def test_nobody_appraises_themselves_with_any_account(ctx, cast):
    other = comes("T101", "林可欣", cast.second)
    join(cast.gu.id, cast.lin.id, other.id, NOW)
    ballot = opened(cast)
    assert len(electorate(ballot)) == 5, "one vote for both accounts"
    at = places(ballot)
    with pytest.raises(rules.OwnAppraisal):
        voting.vote(other.id, ballot.id, {at[cast.lin.id]: 0}, NOW)
    voting.vote(other.id, ballot.id, {at[cast.zhao.id]: 0}, NOW)
    assert sum(in_box(ballot)[at[cast.lin.id]][Whose.MEMBERS]) == 0, "their paper says nothing of themselves"
    with pytest.raises(rules.VotedAlready):
        voting.vote(cast.lin.id, ballot.id, {}, NOW)


def test_who_has_no_vote_finds_no_ballot(ctx, cast):
    ballot = opened(cast)
    with pytest.raises(NotFound):
        voting.vote(cast.wang.id, ballot.id, {}, NOW)


@pytest.mark.parametrize("ticks", [{0: 5}, {0: -1}])
def test_a_choice_that_is_none_is_not_found(ctx, cast, ticks):
    ballot = opened(cast)
    with pytest.raises(NotFound):
        voting.vote(cast.ou.id, ballot.id, ticks, NOW)
    assert marked(ballot) == set()


def test_who_leaves_the_unit_keeps_the_vote_they_had_when_it_opened(ctx, cast):
    ballot = opened(cast)
    cast.ou.stage = "activist"
    db.session.commit()
    voting.vote(cast.ou.id, ballot.id, {}, NOW)
    assert marked(ballot) == {cast.ou.id}


def test_accounts_that_turn_out_to_be_one_persons_have_one_vote(ctx, cast):
    other = comes("T101", "欧阳慧敏", cast.second)
    ballot = opened(cast)
    voting.vote(other.id, ballot.id, {}, NOW)
    join(cast.gu.id, cast.ou.id, other.id, NOW)
    assert cast.ou.id not in electorate(ballot)
    with pytest.raises(rules.VotedAlready):
        voting.vote(cast.ou.id, ballot.id, {}, NOW)


def test_a_box_that_was_sealed_with_another_key_takes_no_paper_and_is_never_counted(ctx, cast):
    ballot = opened(cast)
    box = db.session.scalars(sa.select(BallotBox)).one()
    box.sealed = box.sealed[:-1] + bytes([box.sealed[-1] ^ 1])
    db.session.commit()
    with pytest.raises(rules.BoxIsLost):
        voting.vote(cast.ou.id, ballot.id, {}, NOW)
    assert marked(ballot) == set()
    ending.count_those_over(END)
    assert db.session.get(Ballot, ballot.id).state is BallotState.SPOILT


# ── the end ─────────────────────────────────────────────────────────────────


def all_vote(cast, ballot, *names: str) -> None:
    at = places(ballot)
    for name in names:
        who = getattr(cast, name)
        voting.vote(who.id, ballot.id, {place: 0 for one, place in at.items() if one != who.id}, NOW)


def test_nothing_is_counted_before_the_time_is_over(ctx, cast):
    ballot = opened(cast)
    all_vote(cast, ballot, "ou", "chen", "gu")
    ending.count_those_over(END - HOUR)
    assert queries.results([ballot.id]) == {}
    ending.count_those_over(END)
    assert queries.results([ballot.id])[ballot.id] == {
        one.id: {Whose.ALL: [3, 0, 0, 0, 0, 0]} for one in (cast.lin, cast.zhao)
    }
    assert db.session.scalars(sa.select(BallotBox)).all() == [], "the box is gone"


def test_of_fewer_papers_than_the_least_nothing_is_kept(ctx, cast):
    """Lin voted, too, but not on herself."""
    ballot = opened(cast)
    all_vote(cast, ballot, "ou", "chen", "lin")
    ending.count_those_over(END)
    assert queries.results([ballot.id])[ballot.id].keys() == {cast.zhao.id}
    assert len(db.session.scalars(sa.select(BallotTally)).all()) == 1


def test_the_masses_are_left_out_where_the_rest_would_be_too_few(ctx, cast):
    people = [comes(f"23019{n}", f"积极分子{n}", cast.first, stage="activist") for n in range(2)]
    ballot = opened(cast, cast.lin, asks_masses=True)
    for one in (cast.ou, cast.chen, cast.wang, *people):
        voting.vote(one.id, ballot.id, {0: 1}, NOW)
    ending.count_those_over(END)
    assert queries.results([ballot.id])[ballot.id][cast.lin.id] == {Whose.ALL: [0, 5, 0, 0, 0, 0]}


def test_both_groups_stand_by_themselves_where_both_are_enough(ctx, cast):
    people = [comes(f"23019{n}", f"积极分子{n}", cast.first, stage="activist") for n in range(2)]
    ballot = opened(cast, cast.lin, asks_masses=True)
    for choice, some in enumerate(((cast.ou, cast.chen, cast.gu), (cast.wang, *people))):
        for one in some:
            voting.vote(one.id, ballot.id, {0: choice}, NOW)
    ending.count_those_over(END)
    assert queries.results([ballot.id])[ballot.id][cast.lin.id] == {
        Whose.ALL: [3, 3, 0, 0, 0, 0], Whose.MEMBERS: [3, 0, 0, 0, 0, 0], Whose.MASSES: [0, 3, 0, 0, 0, 0],
    }  # fmt: skip


@pytest.mark.parametrize("shows_own", [True, False])
def test_who_is_appraised_is_told_where_they_may_see_it(ctx, cast, shows_own):
    ballot = opened(cast, shows_own=shows_own)
    all_vote(cast, ballot, "ou", "chen", "gu")
    ending.count_those_over(END)
    ending.count_those_over(END)
    assert told("own_result") == (sorted([cast.lin.id, cast.zhao.id]) if shows_own else [])
    assert told("results") == [cast.chen.id]
    assert [one.id for one in queries.my_results(cast.lin)] == ([ballot.id] if shows_own else [])


def test_closing_early_needs_enough_papers(ctx, cast):
    ballot = opened(cast)
    all_vote(cast, ballot, "ou", "chen")
    with pytest.raises(rules.TooFewYet):
        ending.close(cast.chen.id, ballot.id, "都投完了", NOW)
    all_vote(cast, ballot, "gu")
    ending.close(cast.chen.id, ballot.id, "都投完了", NOW)
    assert queries.progress([ballot.id])[ballot.id].state is BallotState.COUNTED
    with pytest.raises(rules.NotOpen):
        voting.vote(cast.lin.id, ballot.id, {}, NOW)


def test_cancelling_destroys_all_papers_and_tells_everyone_with_a_vote(ctx, cast):
    ballot = opened(cast)
    all_vote(cast, ballot, "ou", "chen", "gu")
    ending.cancel(cast.chen.id, ballot.id, "名单有误", NOW)
    assert db.session.scalars(sa.select(BallotBox)).all() == []
    assert told("cancelled") == members(cast)
    ending.count_those_over(END)
    assert queries.results([ballot.id]) == {}
    with pytest.raises(rules.NotOpen):
        voting.vote(cast.lin.id, ballot.id, {}, NOW)


def test_what_is_over_can_be_neither_extended_nor_cancelled(ctx, cast):
    ballot = opened(cast)
    for verb in (
        lambda: ending.extend(cast.chen.id, ballot.id, END + DAY, "理由", END),
        lambda: ending.cancel(cast.chen.id, ballot.id, "理由", END),
        lambda: ending.close(cast.chen.id, ballot.id, "理由", END),
        lambda: voting.vote(cast.ou.id, ballot.id, {}, END),
    ):
        with pytest.raises(rules.VoteIsOver):
            verb()


def test_more_time_is_told_to_who_has_not_voted(ctx, cast):
    ballot = opened(cast)
    all_vote(cast, ballot, "ou")
    with pytest.raises(rules.NotLater):
        ending.extend(cast.chen.id, ballot.id, END, "理由", NOW)
    ending.extend(cast.chen.id, ballot.id, END + DAY, "很多人在外实习", NOW)
    assert told("extended") == [one for one in members(cast) if one != cast.ou.id]
    voting.vote(cast.lin.id, ballot.id, {}, END)


def test_who_has_not_voted_is_reminded_once(ctx, cast):
    ballot = opened(cast)
    all_vote(cast, ballot, "ou")
    ending.remind_those_due(END - 2 * DAY)
    assert told("reminder") == []
    for _ in range(2):
        ending.remind_those_due(END - DAY)
    assert told("reminder") == [one for one in members(cast) if one != cast.ou.id]


# ── for other rooms ─────────────────────────────────────────────────────────


def test_another_room_opens_many_at_once_and_asks_how_far_they_are(ctx, cast, statements):
    def open_some(units):
        wanted = [Wanted(unit.id, PLAN, (cast.zhao.id, cast.lin.id)) for unit in units]
        with statements.count() as n, transaction():
            ids = service.open_ballots(cast.chen.id, wanted, cast.chen.id, NOW)
        return ids, n

    one, few = open_some([cast.school])
    several, many = open_some([cast.school] * 6)
    assert len(many) == len(few)
    voting.vote(cast.ou.id, several[0], {0: 0}, NOW)
    with statements.count() as n:
        progress = queries.progress([*one, *several])
    assert len(n) == 1
    assert [progress[ballot_id].voted for ballot_id in (*one, *several)] == [0, 1, 0, 0, 0, 0, 0]

"""Random histories of a ballot: one vote a person, and every paper is counted once, whatever else happens."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress

import sqlalchemy as sa
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from activities.ballots import ending, queries, rules, voting
from activities.ballots.models import BallotVoter
from activities.ballots.rules import BallotState, Whose
from activities.kit.db import db
from activities.kit.refusal import NotFound, Refusal
from activities.people.joining import join
from activities.people.models import AccountLink
from activities.people.persons import persons, same_person
from tests.ballots.held import comes, in_box, marked, opened, places
from tests.cast import DAY, NOW, Cast

WHO, CHOICE = st.integers(0, 8), st.one_of(st.none(), st.integers(0, 4))
PAPER = st.dictionaries(st.integers(0, 2), CHOICE, max_size=3)


class Ballots(RuleBasedStateMachine):
    cast: Cast

    @initialize()
    def begin(self) -> None:
        cast = self.cast
        self.now = NOW
        db.session.execute(sa.delete(AccountLink))  # of the history before
        count = db.session.scalar(sa.select(sa.func.count(BallotVoter.id)))
        masses = [comes(f"m{count}-{n}", f"群众{n}", cast.first, stage="activist") for n in range(2)]
        doubles = [comes(f"d{count}-{n}", f"同一人{n}", cast.second) for n in range(2)]
        accounts = [cast.lin, cast.zhao, cast.ou, cast.chen, cast.gu, *masses, *doubles]
        self.accounts = [one.id for one in accounts]
        self.ballot = opened(cast, cast.lin, doubles[0], masses[0], asks_masses=True)
        self.at = places(self.ballot)
        self.expected: Counter[tuple[int, Whose, int]] = Counter()
        self.voted: set[int] = set()

    @rule(who=WHO, paper=PAPER)
    def somebody_votes(self, who, paper):
        account = self.accounts[who]
        own = [place for one, place in self.at.items() if same_person(account, one)]
        has_voted = any(same_person(account, one) for one in self.voted)
        voter = queries.voter(self.ballot.id, account)
        may = voter is not None and self.is_open() and not has_voted and not set(own) & set(paper)
        try:
            voting.vote(account, self.ballot.id, paper, self.now)
        except (Refusal, NotFound):
            may_not = not may
            assert may_not
            return
        assert may
        self.voted.add(voter.member_id)
        group = Whose.MASSES if voter.of_masses else Whose.MEMBERS
        for place in set(self.at.values()) - set(own):
            choice = paper.get(place)
            self.expected[place, group, 5 if choice is None else choice] += 1

    @rule(one=WHO, other=WHO)
    def accounts_turn_out_to_be_one_persons(self, one, other):
        with suppress(Refusal):
            join(self.cast.gu.id, self.accounts[one], self.accounts[other], self.now)

    @rule()
    def it_goes_on_longer(self):
        if self.is_open():
            ending.extend(self.cast.chen.id, self.ballot.id, self.present.ends_at + DAY, "再等等", self.now)

    @rule(days=st.integers(1, 4))
    def time_passes(self, days):
        self.now += days * DAY
        ending.remind_those_due(self.now)
        ending.count_those_over(self.now)

    @property
    def present(self):
        return queries.progress([self.ballot.id])[self.ballot.id]

    def is_open(self) -> bool:
        return self.present.state is BallotState.OPEN and self.present.ends_at > self.now

    @invariant()
    def one_vote_a_person(self):
        if self.present.state is BallotState.OPEN:
            query = sa.select(BallotVoter.member_id).where(BallotVoter.ballot_id == self.ballot.id)
            unused = set(db.session.scalars(query)) - self.voted
            known = persons([*unused, *self.voted])
            used = {known[one] for one in self.voted}
            assert not used & {known[one] for one in unused}
            assert len({known[one] for one in unused}) == len(unused)
        assert marked(self.ballot) == self.voted

    @invariant()
    def every_paper_is_counted_once_and_what_is_shown_is_of_enough(self):
        wanted = {
            place: {group: tuple(self.expected[place, group, n] for n in range(6)) for group in rules.GROUPS}
            for place in self.at.values()
        }
        if self.present.state is BallotState.OPEN:
            assert dict(enumerate(in_box(self.ballot))) == wanted
            assert queries.results([self.ballot.id]) == {}
        else:
            shown = queries.results([self.ballot.id]).get(self.ballot.id, {})
            for member_id, place in self.at.items():
                kept = {whose: tuple(counts) for whose, counts in shown.get(member_id, {}).items()}
                assert kept == rules.publishable(wanted[place], self.ballot.least)


def test_one_vote_a_person_and_no_paper_lost_in_every_history(ctx, cast):
    machine = type("Ballots", (Ballots,), {"cast": cast})
    run_state_machine_as_test(machine, settings=settings(max_examples=15, stateful_step_count=25, deadline=None))

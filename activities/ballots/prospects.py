"""What would come of opening a ballot now. Opening asks this too, so that what was looked at is what happens."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from activities.ballots import queries, rules
from activities.ballots.choosing import would_vote
from activities.ballots.models import Ballot
from activities.ballots.queries import Somebody
from activities.kit.refusal import Refusal
from activities.people.persons import with_others


class Prospect(NamedTuple):
    """Who could vote, each person once, and what speaks against opening it."""

    voters: list[Somebody]
    refusal: Refusal | None

    @property
    def members(self) -> int:
        return sum(one.is_member for one in self.voters)

    @property
    def masses(self) -> int:
        return len(self.voters) - self.members


def prospects(ballots: Sequence[tuple[Ballot, Collection[int]]], now: datetime) -> list[Prospect]:
    """Of ballots, stored or not, with the members on the form of each. Two statements."""
    people = queries.everybody([ballot for ballot, _ in ballots])
    known = with_others({one.id for one in people} | {each for _, form in ballots for each in form})
    return [_prospect(ballot, form, people, known, now) for ballot, form in ballots]


def _prospect(
    ballot: Ballot, form: Collection[int], people: Sequence[Somebody], known: Mapping[int, int], now: datetime
) -> Prospect:  # fmt: skip
    voters = would_vote(ballot, people, known)
    voting = {known[one.id] for one in voters}
    # Nobody appraises themselves: of who is on the form and votes, one fewer could.
    fewest = len(voters) - any(known[each] in voting for each in form)
    return Prospect(voters, rules.why_not_open(len(form), fewest, ballot.least, ballot.ends_at, now))

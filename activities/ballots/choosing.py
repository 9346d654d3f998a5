"""Whose accounts are in a ballot, each person once: plain choices among people who were read together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from activities.ballots.models import Ballot
from activities.ballots.queries import Somebody


def within(ballot: Ballot, people: Sequence[Somebody]) -> list[Somebody]:
    """Those of the ballot's unit, and of the units below where they take part."""
    path = ballot.unit.path
    return [one for one in people if (one.path.startswith(path) if ballot.below else one.path == path)]


def would_vote(ballot: Ballot, people: Sequence[Somebody], known: Mapping[int, int]) -> list[Somebody]:
    """Each person once; by which of several accounts as a member, where one of them is."""
    asked = [one for one in within(ballot, people) if one.is_member or ballot.asks_masses]
    return each_once(sorted(asked, key=lambda one: not one.is_member), known)


def each_once(people: Sequence[Somebody], known: Mapping[int, int]) -> list[Somebody]:
    """`known`: by account, the one by which its person is known."""
    found: dict[int, Somebody] = {}
    for one in people:
        found.setdefault(known[one.id], one)
    return list(found.values())

"""Who is told what of a ballot. That somebody has voted is told nobody, not even them: the page says it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from activities.ballots.models import Ballot
from activities.kit.refusal import N_
from activities.outbox import service as outbox
from activities.outbox.rules import Group
from activities.outbox.words import Page, is_past, words


def _vote(params: Mapping[str, Any]) -> Page:
    return "ballots.vote", {"public_id": params["ballot"]}


def _own(params: Mapping[str, Any]) -> Page:
    return "ballots.mine", {"public_id": params["ballot"]}


def _kept(params: Mapping[str, Any]) -> Page:
    return "ballots.show", {"public_id": params["ballot"]}


def _lasts(params: Mapping[str, Any], now: datetime) -> bool:
    return not is_past(params["until"], now)


words(
    "ballots.opened",
    N_("Your vote is asked for: %(title)s"),
    N_(
        "Secret ballot of %(unit)s, until %(until)s. Nobody can see who voted what: what you tick is added to counts"
        " and kept nowhere else."
    ),
    _vote,
    Group.OWED,
    holds=_lasts,
)
words(
    "ballots.extended",
    N_("More time to vote: %(title)s"),
    N_("You can vote until %(until)s. Reason: %(reason)s"),
    _vote,
    Group.OWED,
    holds=_lasts,
)
words(
    "ballots.reminder",
    N_("You have not voted yet: %(title)s"),
    N_("You can until %(until)s. It takes a few minutes; you can abstain on anybody."),
    _vote,
    Group.OWED,
    holds=_lasts,
)
words(
    "ballots.cancelled",
    N_("Ballot cancelled: %(title)s"),
    N_("All papers were destroyed unread. Reason: %(reason)s"),
    None,
    Group.OWED,
)
words(
    "ballots.set_aside",
    N_("The ballot is held anew: %(title)s"),
    N_("What was counted stands no more, and is gone. Reason: %(reason)s"),
    None,
    Group.OWED,
)
words(
    "ballots.own_result",
    N_("How you were appraised: %(title)s"),
    N_("The papers are counted, and you can see what came of them about you. The secretaries of the unit see it too."),
    _own,
    Group.RECORDS,
)
words(
    "ballots.results",
    N_("Counted: %(title)s"),
    N_("The results of the ballot of %(unit)s are there, as far as enough people voted."),
    _kept,
    Group.ORGANIZING,
)


def opened(ballots: Mapping[int, Ballot], voters: Sequence[Mapping[str, Any]], now: datetime) -> None:
    facts = {ballot_id: _facts(ballot) for ballot_id, ballot in ballots.items()}
    _tell("opened", ((one["member_id"], facts[one["ballot_id"]]) for one in voters), now)


def extended(ballot: Ballot, member_ids: Collection[int], reason: str, now: datetime) -> None:
    """Who has voted needs no more time, and is not told."""
    outbox.post(now, member_ids, "ballots.extended", **_facts(ballot), reason=reason)


def reminded(ballot: Ballot, member_ids: Collection[int], now: datetime) -> None:
    facts = _facts(ballot)
    _tell("reminder", ((member_id, facts) for member_id in member_ids), now)


def cancelled(ballot: Ballot, member_ids: Collection[int], reason: str, now: datetime) -> None:
    outbox.post(now, member_ids, "ballots.cancelled", **_facts(ballot), reason=reason)


def set_aside(ballot: Ballot, member_ids: Collection[int], reason: str, now: datetime) -> None:
    outbox.post(now, member_ids, "ballots.set_aside", **_facts(ballot), reason=reason)


def counted(ballot: Ballot, member_ids: Collection[int], now: datetime) -> None:
    """Whoever prepared it, and who is appraised where they may see what came of it."""
    facts = _facts(ballot)
    _tell("results", [(ballot.prepared_by_id, facts)], now)
    if ballot.shows_own:
        _tell("own_result", ((member_id, facts) for member_id in dict.fromkeys(member_ids)), now)


def _facts(ballot: Ballot) -> dict[str, Any]:
    return {
        "ballot": ballot.public_id, "title": ballot.title, "unit": ballot.unit.name,
        "until": ballot.ends_at.isoformat(),
    }  # fmt: skip


def _tell(what: str, people: Iterable[tuple[int, Mapping[str, Any]]], now: datetime) -> None:
    """Once a ballot."""
    told = [(member_id, f"ballot {what} {facts['ballot']}", facts) for member_id, facts in people]
    outbox.post_once(now, f"ballots.{what}", told)

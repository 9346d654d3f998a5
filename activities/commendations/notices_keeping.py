"""What those are told who hold, decide on, answer or grant in a round of commendation."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from activities.commendations.models import Round
from activities.commendations.notices import of_round, round_page
from activities.kit.refusal import N_
from activities.outbox import service as outbox
from activities.outbox.rules import Group
from activities.outbox.words import Page, words


def _kept(params: Mapping[str, Any]) -> Page:
    return "commendations.manage", {"public_id": params["round"]}


def _roles(_: Mapping[str, Any]) -> Page:
    return "people.roles", {}


words(
    "commendations.committee",
    N_("You decide on “%(title)s”"),
    N_("You are named to its committee. Its page shows who is nominated, and why."),
    round_page, Group.ANSWERS,
)  # fmt: skip
words(
    "commendations.taken_off",
    N_("You do not decide on “%(title)s” any more"),
    N_("You are taken off its committee. What you entered stands."),
    round_page, Group.ANSWERS,
)  # fmt: skip
words(
    "commendations.decide_now",
    N_("“%(title)s”: the committee has to decide"),
    N_("Nominations are over. Before those chosen stand on notice, the committee decides on everybody."),
    lambda params: ("commendations.committee", {"public_id": params["round"]}), Group.ANSWERS,
)  # fmt: skip
words(
    "commendations.objected",
    N_("“%(title)s”: somebody objects"),
    N_("Somebody who has nothing to do with it answers the objection."),
    _kept, Group.ANSWERS,
)  # fmt: skip
words(
    "commendations.nobody_judges",
    N_("“%(title)s”: an objection that nobody may answer"),
    N_(
        "Who is commended, nominated, decided or objects does not answer, and there is no other secretary of the unit"
        " or above. Appoint one."
    ),
    _roles, Group.ORGANIZING,
)  # fmt: skip
words(
    "commendations.to_grant",
    N_("“%(title)s”: it can be granted"),
    N_("The notice is over. You neither nominated, decided nor put it on notice, so you can grant it."),
    _kept, Group.ANSWERS,
)  # fmt: skip
words(
    "commendations.nobody_grants",
    N_("“%(title)s”: nobody may grant it"),
    N_(
        "The notice is over. Who is commended, nominated, decided or put it on notice does not grant it, and there is"
        " no other secretary of the unit or above. Appoint one."
    ),
    _roles, Group.ORGANIZING,
)  # fmt: skip
words(
    "commendations.look_again",
    N_("Look at “%(title)s” again"),
    N_(
        "Two accounts turned out to be one person’s after it was granted. Its page says to whom; revoke it where it"
        " does not stand."
    ),
    _kept, Group.ANSWERS,
)  # fmt: skip
words(
    "commendations.joined",
    N_("“%(title)s”: a decision does not hold"),
    N_("Two accounts turned out to be one person’s. What was decided by them waits for somebody else again."),
    _kept, Group.ANSWERS,
)  # fmt: skip


def named(member_id: int, one: Round, now: datetime) -> None:
    outbox.post(now, [member_id], "commendations.committee", **of_round(one))


def taken_off(member_id: int, one: Round, now: datetime) -> None:
    outbox.post(now, [member_id], "commendations.taken_off", **of_round(one))


def decide_now(committee: Collection[int], one: Round, now: datetime) -> None:
    """Each of them once a round."""
    _once(committee, "commendations.decide_now", one, now)


def objected(judges: Collection[int], one: Round, now: datetime) -> None:
    outbox.post(now, judges, "commendations.objected", **of_round(one))


def nobody_judges(appointers: Collection[int], one: Round, now: datetime) -> None:
    outbox.post(now, appointers, "commendations.nobody_judges", **of_round(one))


def to_grant(granters: Collection[int], one: Round, now: datetime) -> None:
    """Each of them once a notice."""
    _once(granters, "commendations.to_grant", one, now)


def nobody_grants(appointers: Collection[int], one: Round, now: datetime) -> None:
    """Each of them once a notice."""
    _once(appointers, "commendations.nobody_grants", one, now)


def _once(member_ids: Collection[int], topic: str, one: Round, now: datetime) -> None:
    key = f"{one.public_id} {one.notice_until or ''}"
    outbox.post_once(now, topic, [(who, key, of_round(one)) for who in member_ids])


def look_again(keepers: Collection[int], one: Round, now: datetime) -> None:
    outbox.post(now, keepers, "commendations.look_again", **of_round(one))


def joined(member_ids: Collection[int], one: Round, now: datetime) -> None:
    outbox.post(now, member_ids, "commendations.joined", **of_round(one))

"""Who is told that grades stand on notice, of objections to them and of the answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from activities.certificates.rules_notice import Verdict
from activities.cycles.models import Cycle
from activities.cycles.notices import all_mine, mine
from activities.kit.refusal import N_
from activities.outbox import service as outbox
from activities.outbox.rules import Group
from activities.outbox.words import Page, words


def _notice(params: Mapping[str, Any]) -> Page:
    return "objections.on_notice", {"public_id": params["cycle"]}


def _objections(_: Mapping[str, Any]) -> Page:
    return "objections.to_judge", {}


words(
    "cycles.on_notice",
    N_("The grades of %(year)s stand on notice"),
    N_("Yours and those of your unit, until the end of %(day)s. Who sees something wrong can object there."),
    _notice,
    Group.RECORDS,
)
words(
    "cycles.objected",
    N_("An objection to a grade waits for you"),
    N_("Annual review of %(year)s, %(unit)s. Whoever has nothing to do with the grade answers it."),
    _objections,
    Group.ORGANIZING,
)
words(
    "cycles.nobody_judges",
    N_("Nobody can answer an objection to a grade"),
    N_("Annual review of %(year)s, %(unit)s: everybody who holds it has to do with the grade. Appoint somebody else."),
    None,
    Group.ORGANIZING,
)
words(
    "cycles.taken_away",
    N_("Your grade of %(year)s is decided anew"),
    N_("An objection was upheld, and the grade was taken away. Why: %(word)s"),
    mine,
    Group.RECORDS,
)
words(
    "cycles.upheld",
    N_("Your objection to a grade of %(year)s was upheld"),
    N_("The grade is decided anew. The answer: %(word)s"),
    all_mine,
    Group.ANSWERS,
)
words(
    "cycles.rejected",
    N_("Your objection to a grade of %(year)s was rejected"),
    N_("The grade stays. The answer: %(word)s"),
    all_mine,
    Group.ANSWERS,
)


def on_notice(member_ids: Iterable[int], cycle: Cycle, day: date, now: datetime) -> None:
    """Once for each last day: a notice that is reopened has another."""
    params = {"cycle": cycle.public_id, "year": cycle.year, "day": day.isoformat()}
    key = f"grade {cycle.id} {day.isoformat()}"
    outbox.post_once(now, "cycles.on_notice", [(member_id, key, params) for member_id in member_ids])


def objected(member_ids: Iterable[int], year: int, unit: str, now: datetime) -> None:
    outbox.post(now, member_ids, "cycles.objected", year=year, unit=unit)


def nobody_judges(member_ids: Iterable[int], year: int, unit: str, now: datetime) -> None:
    outbox.post(now, member_ids, "cycles.nobody_judges", year=year, unit=unit)


def taken_away(member_id: int, cycle: Cycle, word: str, now: datetime) -> None:
    outbox.post(now, [member_id], "cycles.taken_away", cycle=cycle.public_id, year=cycle.year, word=word)


def judged(member_id: int, cycle: Cycle, verdict: Verdict, word: str, now: datetime) -> None:
    topic = "cycles.upheld" if verdict is Verdict.UPHELD else "cycles.rejected"
    outbox.post(now, [member_id], topic, year=cycle.year, word=word)

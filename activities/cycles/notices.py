"""Who is told what of a review."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from activities.cycles.models import Cycle
from activities.cycles.rules_grades import GRADE_NAMES, Grade
from activities.cycles.rules_notice import Verdict
from activities.kit.i18n import gettext as _
from activities.kit.refusal import N_
from activities.outbox import service as outbox
from activities.outbox.rules import Group
from activities.outbox.words import Page, words


def _all_mine(_: Mapping[str, Any]) -> Page:
    return "cycles.mine", {}


words(
    "cycles.opened",
    N_("The annual review of %(year)s begins"),
    N_("%(unit)s reviews its members of %(first)s to %(last)s. Your page shows what is asked of you, and by when."),
    _all_mine,
    Group.RECORDS,
)


def _mine(params: Mapping[str, Any]) -> Page:
    return "cycles.my_part", {"public_id": params["cycle"]}


words(
    "cycles.removed",
    N_("You take part in the annual review of %(year)s no more"),
    N_("Reason: %(reason)s"),
    _all_mine,
    Group.RECORDS,
)
words(
    "cycles.called_off",
    N_("The annual review of %(year)s is called off"),
    N_("%(unit)s has called it off. Reason: %(reason)s"),
    _all_mine,
    Group.RECORDS,
)
words(
    "cycles.due_soon",
    N_("Your self-review of %(year)s is not handed in"),
    N_("It can be handed in until the end of %(day)s. What you have written is kept."),
    _mine,
    Group.OWED,
)


def _opinion(params: Mapping[str, Any]) -> Page:
    return "cycles.opinion", {"public_id": params["opinion"]}


words(
    "cycles.opinion_asked",
    N_("You are asked for an opinion on %(name)s"),
    N_("You know %(name)s: please write a few sentences for the annual review, until the end of %(day)s."),
    _opinion,
    Group.ANSWERS,
)


def _grade(params: Mapping[str, Any]) -> dict[str, str]:
    """The grade in the reader's language."""
    return {"what": _(GRADE_NAMES.get(params["grade"], GRADE_NAMES[Grade.UNGRADED]))}


def _notice(params: Mapping[str, Any]) -> Page:
    return "cycles.on_notice", {"public_id": params["cycle"]}


def _objections(_: Mapping[str, Any]) -> Page:
    return "cycles.objections", {}


words(
    "cycles.on_notice",
    N_("The grades of %(year)s stand on notice"),
    N_("Yours and those of your unit, until the end of %(day)s. Who sees something wrong can object there."),
    _notice,
    Group.RECORDS,
)
words(
    "cycles.closed",
    N_("The annual review of %(year)s is closed: %(what)s"),
    N_("Your grade: %(what)s. Two people closed the review; nothing about it changes any more."),
    _mine,
    Group.RECORDS,
    said=_grade,
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
    _mine,
    Group.RECORDS,
)
words(
    "cycles.upheld",
    N_("Your objection to a grade of %(year)s was upheld"),
    N_("The grade is decided anew. The answer: %(word)s"),
    _all_mine,
    Group.ANSWERS,
)
words(
    "cycles.rejected",
    N_("Your objection to a grade of %(year)s was rejected"),
    N_("The grade stays. The answer: %(word)s"),
    _all_mine,
    Group.ANSWERS,
)


def opened(member_ids: Iterable[int], unit: str, year: int, first: date, last: date, now: datetime) -> None:
    days = {"first": first.isoformat(), "last": last.isoformat()}
    outbox.post(now, member_ids, "cycles.opened", unit=unit, year=year, **days)


def removed(member_id: int, year: int, reason: str, now: datetime) -> None:
    outbox.post(now, [member_id], "cycles.removed", year=year, reason=reason)


def called_off(member_ids: Iterable[int], unit: str, year: int, reason: str, now: datetime) -> None:
    outbox.post(now, member_ids, "cycles.called_off", unit=unit, year=year, reason=reason)


def due_soon(member_ids: Iterable[int], cycle: Cycle, day: date, now: datetime) -> None:
    """Once for each last day: a step that is reopened has another."""
    params = {"cycle": cycle.public_id, "year": cycle.year, "day": day.isoformat()}
    key = f"essay {cycle.id} {day.isoformat()}"
    outbox.post_once(now, "cycles.due_soon", [(member_id, key, params) for member_id in member_ids])


def opinion_asked(member_id: int, opinion: str, name: str, day: date, now: datetime) -> None:
    outbox.post(now, [member_id], "cycles.opinion_asked", opinion=opinion, name=name, day=day.isoformat())


def on_notice(member_ids: Iterable[int], cycle: Cycle, day: date, now: datetime) -> None:
    """Once for each last day: a notice that is reopened has another."""
    params = {"cycle": cycle.public_id, "year": cycle.year, "day": day.isoformat()}
    key = f"grade {cycle.id} {day.isoformat()}"
    outbox.post_once(now, "cycles.on_notice", [(member_id, key, params) for member_id in member_ids])


def closed(grades: Mapping[int, Grade], cycle: Cycle, now: datetime) -> None:
    """Everyone, with their grade."""
    facts = {"cycle": cycle.public_id, "year": cycle.year}
    outbox.post_each(now, "cycles.closed", {who: {**facts, "grade": str(grade)} for who, grade in grades.items()})


def objected(member_ids: Iterable[int], year: int, unit: str, now: datetime) -> None:
    outbox.post(now, member_ids, "cycles.objected", year=year, unit=unit)


def nobody_judges(member_ids: Iterable[int], year: int, unit: str, now: datetime) -> None:
    outbox.post(now, member_ids, "cycles.nobody_judges", year=year, unit=unit)


def taken_away(member_id: int, cycle: Cycle, word: str, now: datetime) -> None:
    outbox.post(now, [member_id], "cycles.taken_away", cycle=cycle.public_id, year=cycle.year, word=word)


def judged(member_id: int, cycle: Cycle, verdict: Verdict, word: str, now: datetime) -> None:
    topic = "cycles.upheld" if verdict is Verdict.UPHELD else "cycles.rejected"
    outbox.post(now, [member_id], topic, year=cycle.year, word=word)

"""Who is told what of what is asked, exempted and owed."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from activities.kit.db import db
from activities.kit.i18n import gettext as _
from activities.kit.refusal import N_
from activities.outbox import service as outbox
from activities.outbox.models import Notice
from activities.outbox.rules import Group
from activities.outbox.words import Page, words
from activities.requirements.behind import Stands
from activities.requirements.rules import LINE_NAMES, SORTS, Exempted
from activities.requirements.words import say_amount
from activities.signups.notices import facts
from activities.signups.rules import Offer


def _my_year(params: Mapping[str, Any]) -> Page:
    return "requirements.mine", {"year": int(params["first"][:4])}


def _what(params: Mapping[str, Any]) -> dict[str, str]:
    """Of what somebody is exempted."""
    key = params["of"]
    return {"line": _(LINE_NAMES[key]) if key in LINE_NAMES else _("everything that is asked")}


words(
    "requirements.exempted",
    N_("You are exempted: %(line)s"),
    N_("From %(first)s to %(last)s, %(percent)s percent. The page of what you owe counts it."),
    _my_year,
    Group.RECORDS,
    said=_what,
)
words(
    "requirements.exemption_ended",
    N_("Your exemption ends earlier: %(line)s"),
    N_("It holds from %(first)s to %(last)s. Reason: %(reason)s"),
    _my_year,
    Group.RECORDS,
    said=_what,
)
words(
    "requirements.taken_back",
    N_("Your exemption is taken back: %(line)s"),
    N_("It was from %(first)s to %(last)s and counts no more. Reason: %(reason)s"),
    _my_year,
    Group.RECORDS,
    said=_what,
)


def _owed(params: Mapping[str, Any]) -> dict[str, str]:
    """What is left, line by line."""
    lines = [
        _("%(what)s %(amount)s", what=_(LINE_NAMES[key]), amount=say_amount(SORTS[key.split(":")[0]].measure, amount))
        for key, amount in params["owed"]
        if key in LINE_NAMES
    ]
    return {"lines": _("; ").join(lines)}


def _year(params: Mapping[str, Any]) -> Page:
    return "requirements.mine", {"year": params["year"]}


words(
    "requirements.told",
    N_("Still to do in %(year)s, and slots that would help"),
    N_(
        "Left: %(lines)s. You could take:\n%(list)s\nIf something stands in the way, or a figure is wrong, tell your"
        " secretary: there is a way for most things."
    ),
    _year,
    Group.OWED,
    said=_owed,
)
words(
    "requirements.told_alone",
    N_("Still to do in %(year)s"),
    N_(
        "Left: %(lines)s. At present no slot is open that you could take; please look again later. If something"
        " stands in the way, or a figure is wrong, tell your secretary: there is a way for most things."
    ),
    _year,
    Group.OWED,
    said=_owed,
)
words(
    "requirements.monthly",
    N_("Your month: what is left to do in %(year)s"),
    N_("Left: %(lines)s. The page shows each line, and slots that you can take. If a figure is wrong, say so there."),
    _year,
    Group.OWED,
    said=_owed,
)


def told(people: Sequence[Stands], slots: Mapping[int, Sequence[Offer]], year: int, today: date, now: datetime) -> None:
    """From a secretary, once a day. Two statements, however many people they are."""
    listed: list[tuple[int, str, dict[str, Any]]] = []
    alone: list[tuple[int, str, dict[str, Any]]] = []
    for one in people:
        params: dict[str, Any] = {"year": year, "owed": _amounts(one)}
        if some := slots.get(one.person.id):
            params["list"] = [facts(offer) for offer in some]
        (listed if some else alone).append((one.person.id, _told_key(today), params))
    outbox.post_once(now, "requirements.told", listed)
    outbox.post_once(now, "requirements.told_alone", alone)


def told_on(day: date, member_ids: Collection[int]) -> set[int]:
    """Who of these people has been told on this day. One statement."""
    query = sa.select(Notice.member_id).where(Notice.member_id.in_(member_ids), Notice.key == _told_key(day))
    return {member_id for member_id in db.session.scalars(query) if member_id}


def _told_key(day: date) -> str:
    return f"owed told {day.isoformat()}"


def monthly(people: Sequence[Stands], today: date, now: datetime) -> None:
    """Once a month."""
    key = f"owed {today:%Y-%m}"
    facts = ((one.person.id, {"year": today.year, "owed": _amounts(one)}) for one in people)
    outbox.post_once(now, "requirements.monthly", [(member_id, key, params) for member_id, params in facts])


def _amounts(one: Stands) -> list[list[Any]]:
    return [[each.line.key, each.owed] for each in one.owes]


def exempted(member_id: int, topic: str, what: Exempted, now: datetime, **more: Any) -> None:
    days = {"first": what.first.isoformat(), "last": what.last.isoformat()}
    outbox.post(now, [member_id], f"requirements.{topic}", of=what.line, percent=what.percent, **days, **more)

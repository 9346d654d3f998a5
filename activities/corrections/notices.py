"""Who is told what of a request to correct a record."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from activities.corrections.models import Correction
from activities.kit.refusal import N_
from activities.outbox import service as outbox
from activities.outbox.rules import Group
from activities.outbox.words import Page, words
from activities.signups.facts import offer_of
from activities.signups.notices import facts


def _mine(_: object) -> Page:
    return "corrections.mine", {}


def _to_answer(_: object) -> Page:
    return "corrections.to_answer", {}


def _to_decide(_: object) -> Page:
    return "corrections.to_decide", {}


words(
    "corrections.asked",
    N_("%(name)s says that a record is wrong: %(what)s"),
    N_("%(when)s, %(where)s. Reason: %(reason)s. Please answer by %(due)s; after that it goes on to the secretary."),
    _to_answer,
    Group.ORGANIZING,
)
words(
    "corrections.answer_soon",
    N_("By %(due)s: answer that a record is said to be wrong: %(what)s"),
    N_("%(name)s, %(when)s, %(where)s. After that day it goes on to the secretary without your answer."),
    _to_answer,
    Group.ORGANIZING,
)
words(
    "corrections.withdrawn",
    N_("%(name)s no longer asks for a correction: %(what)s"),
    N_("%(when)s, %(where)s. There is nothing to answer."),
    _to_answer,
    Group.ORGANIZING,
)
words(
    "corrections.settled",
    N_("The secretary has decided on a correction: %(what)s"),
    N_("%(name)s, %(when)s, %(where)s. The list shows what was decided, and why."),
    _to_answer,
    Group.ORGANIZING,
)
words(
    "corrections.to_decide",
    N_("A correction is to be decided: %(what)s"),
    N_("%(name)s, %(when)s, %(where)s. Please decide by %(due)s."),
    _to_decide,
    Group.ORGANIZING,
)
words(
    "corrections.decide_soon",
    N_("By %(due)s: decide on a correction: %(what)s"),
    N_("%(name)s, %(when)s, %(where)s. After that day every secretary above is asked."),
    _to_decide,
    Group.ORGANIZING,
)
words(
    "corrections.nobody_decides",
    N_("Nobody can decide on a correction: %(what)s"),
    N_("%(name)s, %(when)s, %(where)s. No secretary is there who is neither the person nor who answered. Appoint one."),
    lambda _: ("people.roles", {}),
    Group.ORGANIZING,
)
words(
    "corrections.agrees",
    N_("The organizer agrees with you: %(what)s"),
    N_("%(when)s, %(where)s. %(word)s A secretary decides by %(due)s."),
    _mine,
    Group.RECORDS,
)
words(
    "corrections.disagrees",
    N_("The organizer does not agree with you: %(what)s"),
    N_("%(when)s, %(where)s. %(word)s A secretary decides by %(due)s."),
    _mine,
    Group.RECORDS,
)
words(
    "corrections.none",
    N_("Your request goes on to the secretary: %(what)s"),
    N_("%(when)s, %(where)s. No organizer answered in time. A secretary decides by %(due)s."),
    _mine,
    Group.RECORDS,
)
words(
    "corrections.raised",
    N_("Your request goes on to every secretary above: %(what)s"),
    N_("%(when)s, %(where)s. Nobody has decided in time. It is not lost; it is to be decided by %(due)s."),
    _mine,
    Group.RECORDS,
)
words(
    "corrections.granted",
    N_("Your record was corrected: %(what)s"),
    N_("%(when)s, %(where)s. %(word)s Your records show what it was and what it is now."),
    _mine,
    Group.RECORDS,
)
words(
    "corrections.declined",
    N_("Your record stays as it is: %(what)s"),
    N_("%(when)s, %(where)s. The secretary has decided: %(word)s"),
    _mine,
    Group.RECORDS,
)


def tell(request: Correction, topic: str, member_ids: Iterable[int], now: datetime, word: str = "") -> None:
    """Tell of a step. The request's slot, post and activity are loaded."""
    outbox.post(now, member_ids, f"corrections.{topic}", **_said(request), word=word)


def remind(request: Correction, topic: str, member_ids: Iterable[int], now: datetime) -> None:
    """Once a step."""
    key, said = f"{topic} {request.public_id} {request.due.isoformat()}", _said(request)
    outbox.post_once(now, f"corrections.{topic}", [(who, key, said) for who in member_ids])


def _said(request: Correction) -> dict[str, Any]:
    return {
        **facts(offer_of(request.slot)), "name": request.member.name, "reason": request.reason,
        "due": request.due.isoformat(),
    }  # fmt: skip

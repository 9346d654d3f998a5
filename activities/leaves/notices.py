"""Who is told what of a request for leave."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from activities.duties.models import Activity
from activities.duties.queries import running
from activities.kit.refusal import N_
from activities.outbox import service as outbox
from activities.outbox.rules import Group
from activities.outbox.words import Page, of_slot, words
from activities.signups.notices import facts
from activities.signups.rules import Offer

# Deadlines are near when leave is asked for, so all of this is told at once.
SOON = timedelta(days=2)


def _slot(params: Mapping[str, Any]) -> Page:
    return "signups.slot", {"public_id": params["slot"]}


words(
    "leaves.asked",
    N_("%(name)s asks for leave: %(what)s"),
    N_("%(when)s, %(where)s. Reason: %(reason)s. The seat stays theirs until you answer."),
    lambda _: ("leaves.requests", {}),
    Group.ORGANIZING,
    urgent=SOON,
)
words(
    "leaves.accepted",
    N_("Leave accepted: %(what)s"),
    N_("%(when)s, %(where)s. You do not have to come; this is no absence. %(word)s"),
    _slot,
    urgent=SOON,
    duties=of_slot,
)
words(
    "leaves.declined",
    N_("Leave not accepted: %(what)s"),
    N_("%(when)s, %(where)s. The seat stays yours. %(word)s"),
    _slot,
    urgent=SOON,
)


def asked(activity: Activity, offer: Offer, name: str, reason: str, now: datetime) -> None:
    outbox.post(now, running(activity), "leaves.asked", **facts(offer), name=name, reason=reason)


def answered(offer: Offer, member_id: int, answer: str, word: str, now: datetime) -> None:
    outbox.post(now, [member_id], f"leaves.{answer}", **facts(offer), word=word)

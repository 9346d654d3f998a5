"""Who is told that they care for a class or a person, and that it has ended."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from activities.kit.i18n import gettext as _
from activities.kit.refusal import N_
from activities.outbox import service as outbox
from activities.outbox.rules import Group
from activities.outbox.words import Page, words
from activities.pairings.models import Pairing
from activities.pairings.rules import CARES, Sort


def _mine(params: Mapping[str, Any]) -> Page:  # noqa: ARG001
    return "cares.mine", {}


def _mentors(params: Mapping[str, Any]) -> Page:  # noqa: ARG001
    return "cares.about_me", {}


def _sort(params: Mapping[str, Any]) -> Mapping[str, str]:
    return {"sort": _(CARES[Sort(params["care"])].name)}


words(
    "pairings.begun",
    N_("%(sort)s of %(whom)s: that is you"),
    N_("Since %(first)s. Your page “In my care” shows whom you guide."),
    _mine,
    Group.OWED,
    said=_sort,
)
words(
    "pairings.ended",
    N_("%(sort)s of %(whom)s: you are it no more"),
    N_("Your last day is %(last)s. Reason: %(reason)s"),
    _mine,
    Group.OWED,
    said=_sort,
)
words("pairings.mentored", N_("%(name)s is your mentor"), N_("Since %(first)s."), _mentors, Group.OWED)
words("pairings.mentored_no_more", N_("%(name)s is your mentor no more"), N_("Until %(last)s."), _mentors, Group.OWED)


def begun(one: Pairing, carer: str, whom: str, now: datetime) -> None:
    day = {"first": one.first.isoformat()}
    outbox.post(now, [one.member_id], "pairings.begun", care=str(one.sort), whom=whom, **day)
    if one.person_id:
        outbox.post(now, [one.person_id], "pairings.mentored", name=carer, **day)


def ended(one: Pairing, carer: str, whom: str, now: datetime) -> None:
    assert one.last  # it has ended
    day, care = {"last": one.last.isoformat()}, str(one.sort)
    outbox.post(now, [one.member_id], "pairings.ended", care=care, whom=whom, reason=one.reason, **day)
    if one.person_id:
        outbox.post(now, [one.person_id], "pairings.mentored_no_more", name=carer, **day)

"""Who is told what of what is asked, exempted and owed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from activities.kit.i18n import gettext as _
from activities.kit.refusal import N_
from activities.outbox import service as outbox
from activities.outbox.rules import Group
from activities.outbox.words import Page, words
from activities.requirements.rules import LINE_NAMES, Exempted


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


def exempted(member_id: int, topic: str, what: Exempted, now: datetime, **more: Any) -> None:
    days = {"first": what.first.isoformat(), "last": what.last.isoformat()}
    outbox.post(now, [member_id], f"requirements.{topic}", of=what.line, percent=what.percent, **days, **more)

"""Nobody is paused in silence: who is told what, before, at the beginning and when it is lifted."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from activities.kit.refusal import N_
from activities.norms.rules import Norms
from activities.norms.words import say_days, say_duties
from activities.outbox import service as outbox
from activities.outbox.words import words


def _counted(params: Mapping[str, Any]) -> dict[str, str]:
    """How many duties were missed within how many days."""
    return {"duties": say_duties(params["misses"]), "span": say_days(params["days"])}


words(
    "pauses.warned",
    N_("One more missed duty leads to a pause"),
    N_(
        "You have missed %(duties)s within %(span)s. With one more you take on nothing new for"
        " %(pause_span)s. If you cannot come, withdraw in time or ask for leave; if a mark is"
        " not right, tell an organizer."
    ),
    lambda _: ("records.mine", {}),
    said=lambda params: {**_counted(params), "pause_span": say_days(params["pause"])},
)
words(
    "pauses.begun",
    N_("After missed duties: a pause until %(last)s"),
    N_(
        "You have missed %(duties)s within %(span)s, so you take on nothing new until %(last)s. What you"
        " have already stays yours. An organizer or the secretary of %(unit)s can lift the pause; if a mark"
        " is not right, tell an organizer."
    ),
    lambda _: ("records.mine", {}),
    said=lambda params: _counted(params),
)
words(
    "pauses.lifted",
    N_("Your pause is lifted"),
    N_("You can sign up again. %(name)s has lifted it: %(reason)s"),
    lambda _: ("signups.find", {}),
)


def warned(member_id: int, misses: int, norms: Norms, now: datetime) -> None:
    figures = {"misses": misses, "days": norms.miss_days, "pause": norms.pause_days}
    outbox.post(now, [member_id], "pauses.warned", **figures)


def begun(member_id: int, misses: int, days: int, until: datetime, unit: str, now: datetime) -> None:
    outbox.post(now, [member_id], "pauses.begun", misses=misses, days=days, last=until.isoformat(), unit=unit)


def lifted(member_id: int, name: str, reason: str, now: datetime) -> None:
    outbox.post(now, [member_id], "pauses.lifted", name=name, reason=reason)

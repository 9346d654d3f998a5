"""How the figures of the norms are said: as phrases that other sentences take in."""

from __future__ import annotations

from activities.kit.i18n import gettext as _
from activities.kit.i18n import ngettext
from activities.norms.rules import Norms


def say_duties(count: int) -> str:
    return ngettext("%(num)s duty", "%(num)s duties", count)


def say_days(count: int) -> str:
    return ngettext("%(num)s day", "%(num)s days", count)


def say_misses(norms: Norms) -> str:
    """What missed duties lead to."""
    if not norms.misses:
        return _("Missed duties lead to no pause.")
    return _(
        "Who misses %(duties)s within %(span)s without having asked for leave takes on nothing new for %(pause)s.",
        duties=say_duties(norms.misses), span=say_days(norms.miss_days), pause=say_days(norms.pause_days),
    )  # fmt: skip

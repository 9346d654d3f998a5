"""What was done about a review, in words."""

from __future__ import annotations

from activities.cycles.queries import Deed
from activities.cycles.rules import STEPS
from activities.kit.asked import read_day
from activities.kit.i18n import gettext as _
from activities.kit.i18n import say_date
from activities.kit.refusal import N_

DEEDS = {
    "open": N_("opened the review for %(people)s people of %(units)s units"),
}


def say_deed(deed: Deed) -> str:
    """One entry of the trail as a sentence; a verb without words of its own is said as it is."""
    facts = dict(deed.after)
    if step := STEPS.get(facts.get("step", "")):
        facts["step"] = _(step.name)
    for name, value in deed.after.items():
        day = read_day(value) if isinstance(value, str) else None
        if day:
            facts[name] = say_date(day)
    return _(DEEDS[deed.verb], **facts) if deed.verb in DEEDS else deed.verb

"""What is asked, in words."""

from __future__ import annotations

from activities.kit.i18n import gettext as _
from activities.kit.i18n import ngettext, say_hours
from activities.people.rules import STAGE_NAMES, STANDING_NAMES, Stages, Standings
from activities.requirements.rules import Line, Measure, Whom


def say_amount(measure: Measure, amount: int) -> str:
    """14.5 hours, 3 times."""
    if measure is Measure.MINUTES:
        return _("%(hours)s hours", hours=say_hours(amount))
    return ngettext("%(num)s time", "%(num)s times", amount)


def say_figure(measure: Measure, amount: int) -> str:
    """The number alone."""
    return say_hours(amount) if measure is Measure.MINUTES else str(amount)


def say_whom(whom: Whom) -> str:
    """Full member, Student; everyone where nothing narrows it down."""
    stages = [_(name) for stage, name in STAGE_NAMES.items() if Stages[stage.name] in whom.stages]
    standings = [_(name) for one, name in STANDING_NAMES.items() if Standings[one.name] in whom.standings]
    said = [_(" or ").join(some) for some in (stages, standings) if some]
    return _(", ").join(said) or _("everyone")


def say_line(line: Line) -> str:
    """Volunteer service: 20 hours."""
    return _("%(what)s: %(amount)s", what=_(line.name), amount=say_amount(line.measure, line.amount))

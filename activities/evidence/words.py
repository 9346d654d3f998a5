"""The figures of a packet in words."""

from __future__ import annotations

from activities.evidence.rules import DONE, WAITING
from activities.kit.i18n import gettext as _
from activities.kit.i18n import say_hours
from activities.kit.refusal import N_
from activities.packets.rules import Figures
from activities.packets.words import say_points
from activities.requirements.rules import LINE_NAMES, SORTS, Measure

HOURS = "hours"
NAMES = {
    "absences": N_("Absences without leave"),
    "commendations": N_("Commendations"),
    "asked": N_("Lines that are asked"),
    "met": N_("Lines that are done"),
    "met_final": N_("Lines that are done and signed"),
    "ballot": N_("Share of the best in the ballot"),
}


def name_of_figure(key: str) -> str:
    """Volunteer service, hours; Absences without leave."""
    line = key.removeprefix(DONE).removeprefix(WAITING)
    if line not in LINE_NAMES:
        return _(NAMES[key]) if key in NAMES else line
    name = _(LINE_NAMES[line])
    name = _("%(what)s, hours", what=name) if _is_hours(line) else _("%(what)s, times", what=name)
    return _("%(what)s, provisional", what=name) if key.startswith(WAITING) else name


def say_evidence(key: str, value: int | None) -> str:
    """The figure of a line alone."""
    if value is None:
        return "–"
    if key == "ballot":
        return f"{say_points(value)}%"
    return say_hours(value) if _is_hours(key.removeprefix(DONE).removeprefix(WAITING)) else str(value)


def _is_hours(line: str) -> bool:
    sort = SORTS.get(line.partition(":")[0])
    return sort is not None and sort.measure is Measure.MINUTES


def headline(figures: Figures) -> list[tuple[str, str]]:
    """What of a packet is said first, as (what, how much)."""
    said = [
        (name_of_figure(DONE + key), say_hours(figures.done[key].final if key in figures.done else 0))
        for key in LINE_NAMES
        if key.startswith(f"{HOURS}:")
    ]
    said.append((name_of_figure("absences"), str(figures.absences)))
    if figures.commendations:
        said.append((name_of_figure("commendations"), str(figures.commendations)))
    if figures.asked:
        said.append((_("Done of what is asked"), f"{figures.met}/{figures.asked}"))
    return said

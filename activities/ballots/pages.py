"""What the pages of ballots show, put together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from activities.ballots import queries
from activities.ballots.models import Appraised, Ballot
from activities.ballots.queries import Counts
from activities.ballots.rules import DEFAULT_CHOICES, WHOSE_NAMES, Whose
from activities.kit.i18n import gettext as _

# Shades of the data ramp: the first choice is the darkest, and the numbers stand beside.
SHADES = ("v4", "v3", "v2", "v1", "v0")


def say_choice(choice: str) -> str:
    """A choice as it is read: one of our own in the reader's language, another as it was typed."""
    return _(choice) if choice in DEFAULT_CHOICES else choice


@dataclass(frozen=True)
class Part:
    """A stretch of a bar, in percent of its length."""

    name: str
    count: int
    x: float
    width: float
    shade: str


@dataclass(frozen=True)
class Counted:
    """The papers of one group on one person."""

    whose: str
    counts: Sequence[int]
    parts: Sequence[Part]

    @property
    def papers(self) -> int:
        return sum(self.counts)


@dataclass(frozen=True)
class Result:
    """What may be known about one person: of all papers, and of each group where that may be known too."""

    person: Appraised
    groups: Sequence[Counted]


def names_of(ballot: Ballot) -> list[str]:
    """The choices, and last that none was made."""
    return [*(say_choice(choice) for choice in ballot.choices), _("Abstained")]


def results(ballot: Ballot, without: int | None = None) -> list[Result]:
    """Of everyone on the form, in its order, but of the accounts of one person, where they may not know it. Three
    statements."""
    form = queries.on_form(ballot.id)
    shown = form if without is None else queries.but_own(form, without)
    found = queries.results([ballot.id]).get(ballot.id, {})
    names = names_of(ballot)
    return [Result(one, _counted(found.get(one.member_id, {}), names)) for one in shown]


def own_results(ballot: Ballot, member_id: int) -> list[Result]:
    """Of this person alone."""
    others = {one.id for one in queries.but_own(queries.on_form(ballot.id), member_id)}
    return [one for one in results(ballot) if one.person.id not in others]


def _counted(found: Counts, names: Sequence[str]) -> list[Counted]:
    return [
        Counted(_(WHOSE_NAMES[whose]), found[whose], _parts(found[whose], names)) for whose in Whose if whose in found
    ]


def _parts(counts: Sequence[int], names: Sequence[str]) -> list[Part]:
    """Who abstained is no part of the bar: it shows those who chose."""
    chosen, parts, x = counts[:-1], [], 0.0
    for n, (name, count) in enumerate(zip(names, chosen, strict=False)):
        width = 100 * count / max(sum(chosen), 1)
        parts.append(Part(name, count, round(x, 2), round(width, 2), SHADES[min(n, len(SHADES) - 1)]))
        x += width
    return parts


def legend(ballot: Ballot) -> Mapping[str, str]:
    """The shade of each choice, by its name."""
    return {say_choice(choice): SHADES[min(n, len(SHADES) - 1)] for n, choice in enumerate(ballot.choices)}

"""Shapes of input: one field a measure, or one a measure and person, made from the kind's declaration."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from flask_babel import lazy_gettext as _l
from wtforms import RadioField
from wtforms.validators import InputRequired

from activities.duties.kinds import PHOTO_MOMENT_NAMES, Measure, PhotoMoment
from activities.kit.i18n import gettext as _
from activities.kit.i18n import say_fully
from activities.kit.refusal import Refusal
from activities.kit.text import clean_line
from activities.outcomes.rules import Cell, read_amount, write_amount
from activities.photos.forms import PhotoForm
from activities.records.sheets import Line

MOST_TYPED = 20
MOST_OF_TERM = 100_000_000


@dataclass
class Entry:
    """One field: what it is of, what is typed in it, what it showed when it was opened, and what is wrong with it."""

    cell: Cell
    measure: Measure
    name: str
    person: str
    typed: str
    was: str
    error: str = ""

    @property
    def label(self) -> str:
        label = str(_(self.measure.name))
        return f"{label}, {self.person}" if self.person else label

    @property
    def amount(self) -> int | None:
        return read_amount(self.typed, self.measure)

    def is_valid(self) -> bool:
        """Whether it can be read; else the error says why not."""
        try:
            read_amount(self.typed, self.measure)
        except Refusal as refusal:
            self.error = str(say_fully(refusal))
        return not self.error

    @property
    def seen(self) -> int | None:
        try:
            return read_amount(self.was, self.measure)
        except Refusal:
            return None


class OutcomeForm:
    """`typed` is what was sent, None for a form that is opened. `hold` is what holds now."""

    def __init__(
        self, measures: Iterable[Measure], people: Iterable[Line], hold: Mapping[Cell, int | None],
        typed: Mapping[str, str] | None = None,
    ) -> None:  # fmt: skip
        people = list(people)
        self.entries = []
        for measure in measures:
            if measure.is_each:
                cells = [(Cell(measure.key, line.member_id), f"-{line.public_id}", line.name) for line in people]
            else:
                cells = [(Cell(measure.key), "", "")]
            self.entries += [self._entry(measure, *cell, hold, typed) for cell in cells]
        self.reason = clean_line((typed or {}).get("reason"))[:200]
        self.reason_error = ""

    @staticmethod
    def _entry(
        measure: Measure, cell: Cell, suffix: str, person: str, hold: Mapping[Cell, int | None],
        typed: Mapping[str, str] | None,
    ) -> Entry:  # fmt: skip
        name, now = f"amount-{measure.key}{suffix}", write_amount(hold.get(cell))
        if typed is None:
            return Entry(cell, measure, name, person, now, now)
        # A field that was not sent is as it was.
        was = typed.get(f"was-{name}", "")[:MOST_TYPED]
        return Entry(cell, measure, name, person, clean_line(typed.get(name, was))[:MOST_TYPED], was)

    @property
    def groups(self) -> list[tuple[Measure, list[Entry]]]:
        """The fields by measure."""
        return [(measure, list(some)) for measure, some in groupby(self.entries, key=lambda entry: entry.measure)]

    def validate(self) -> bool:
        read = [entry.is_valid() for entry in self.entries]  # each says what is wrong with it
        return all(read)

    def refuse(self, name: str, refusal: Refusal) -> None:
        """Show a refusal beside the reason or, where it speaks of amounts, beside the first of them."""
        if name == "reason":
            self.reason_error = str(say_fully(refusal))
        elif self.entries:
            self.entries[0].error = str(say_fully(refusal))

    @property
    def changed(self) -> dict[Cell, int | None]:
        """What was typed where something else stood."""
        return {entry.cell: entry.amount for entry in self.entries if entry.typed != entry.was}

    @property
    def seen(self) -> dict[Cell, int | None]:
        return {entry.cell: entry.seen for entry in self.entries}

    @property
    def errors(self) -> list[tuple[str, str, str]]:
        found = [(entry.name, entry.label, entry.error) for entry in self.entries if entry.error]
        return found + ([("reason", str(_("Reason")), self.reason_error)] if self.reason_error else [])


class TargetForm:
    """How much of each measure is to be achieved in a term; a score is to be reached on average."""

    def __init__(
        self, measures: Iterable[Measure], kept: Mapping[str, int], typed: Mapping[str, str] | None
    ) -> None:  # fmt: skip
        self.entries = []
        for measure in measures:
            name, now = f"amount-{measure.key}", write_amount(kept.get(measure.key))
            text = now if typed is None else clean_line(typed.get(name, ""))[:MOST_TYPED]
            # A term's sum may be more than one slot's.
            wide = measure if measure.is_score else replace(measure, most=MOST_OF_TERM)
            self.entries.append(Entry(Cell(measure.key), wide, name, "", text, now))

    def validate(self) -> bool:
        read = [entry.is_valid() for entry in self.entries]  # each says what is wrong with it
        return all(read)

    @property
    def amounts(self) -> dict[str, int | None]:
        return {entry.cell.measure: entry.amount for entry in self.entries}

    @property
    def errors(self) -> list[tuple[str, str, str]]:
        return [(entry.name, entry.label, entry.error) for entry in self.entries if entry.error]


class SlotPhotoForm(PhotoForm):
    """A photo of a slot: one of the kind's moments."""

    moment = RadioField(_l("When it was taken"), [InputRequired(_l("Choose one."))])

    def __init__(self, moments: Sequence[PhotoMoment]) -> None:
        super().__init__()
        self.moment.choices = [(str(moment), _(PHOTO_MOMENT_NAMES[moment])) for moment in moments]
        if len(moments) == 1 and not self.is_submitted():
            self.moment.data = str(moments[0])

"""What importing a roster would do: who is new, what changes, and what the people already known stand against."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, ClassVar

from activities.kit.refusal import N_, Refusal, refusal
from activities.people.roster_rules import Entry, Problem, SameZeros, Table, without_zeros
from activities.people.roster_words import Field
from activities.people.rules import Stage, Standing

FIELDS = ("name", "unit_id", "class_name", "stage", "standing", "email")


@refusal
class NeedsOwnPerson(Refusal):
    sentence: ClassVar[str] = N_("Someone of your units: this number belongs to a person of another one.")


@refusal
class NeedsFreeEmail(Refusal):
    sentence: ClassVar[str] = N_("An e-mail address that nobody else has.")


@dataclass(frozen=True, kw_only=True)
class Known:
    """A person as the roster has them."""

    id: int
    number: str
    name: str
    unit_id: int
    class_name: str
    stage: Stage
    standing: Standing
    email: str | None


@dataclass(frozen=True)
class Change:
    """A known person and the fields that differ, as they were and as they will be."""

    member_id: int
    entry: Entry
    before: Mapping[str, Any]
    after: Mapping[str, Any]


@dataclass(frozen=True)
class Plan:
    """What an import would do; with problems it does nothing. `assumes_students`: no column says who is what."""

    new: Sequence[Entry]
    changed: Sequence[Change]
    unchanged: int
    problems: Sequence[Problem]
    ignored: tuple[str, ...]
    assumes_students: bool
    unit_names: Mapping[int, str]

    @property
    def does_nothing(self) -> bool:
        return not (self.new or self.changed)

    @property
    def fingerprint(self) -> str:
        """Equal for two plans that write the same."""
        what = [[vars(e) for e in self.new], [(c.member_id, c.before, c.after) for c in self.changed]]
        return sha256(json.dumps(what).encode()).hexdigest()[:32]


def make_plan(
    table: Table,
    entries: Sequence[Entry],
    problems: Sequence[Problem],
    known: Collection[Known],
    owners: Mapping[str, int],
    own_units: Mapping[int, str],
) -> Plan:
    """Hold the entries against the people `known` by number, also by one with other leading zeros.

    `owners` are the ids of those who have one of the entries' e-mail addresses, by address, `own_units` the names of
    the units one may import into, by id.
    """
    by_number = {person.number: person for person in known}
    twins = {without_zeros(person.number): person.number for person in known}
    new, changed, found, unchanged = [], [], list(problems), 0
    after_import = _emails_after(entries, by_number)
    for entry in entries:
        person = by_number.get(entry.number)
        wrong = _against(entry, person, twins, own_units, table) + _email_taken(
            entry, person, owners, after_import, table
        )
        found += wrong
        if wrong:
            continue
        if person is None:
            new.append(entry)
        elif change := _difference(person, entry):
            changed.append(change)
        else:
            unchanged += 1
    found.sort(key=lambda problem: problem.row)
    return Plan(new, changed, unchanged, found, table.ignored, Field.STANDING not in table.columns, own_units)


def _against(
    entry: Entry, person: Known | None, twins: Mapping[str, str], own_units: Mapping[int, str], table: Table
) -> list[Problem]:
    expected: Refusal | None = None
    if person is None and (twin := twins.get(without_zeros(entry.number))):
        expected = SameZeros(twin)
    elif person is not None and person.unit_id not in own_units:
        expected = NeedsOwnPerson()
    return [Problem(entry.row, table.headings[Field.NUMBER], entry.number, expected)] if expected else []


def _emails_after(entries: Sequence[Entry], by_number: Mapping[str, Known]) -> dict[int, str | None]:
    """The addresses that known people of the file will have, by their id."""
    return {person.id: entry.email or person.email for entry in entries if (person := by_number.get(entry.number))}


def _email_taken(
    entry: Entry, person: Known | None, owners: Mapping[str, int], after: Mapping[int, str | None], table: Table
) -> list[Problem]:
    """Taken by someone who keeps it; that two people of the file exchange their addresses is fine."""
    if entry.email is None or (owner := owners.get(entry.email)) is None:
        return []
    if (person is not None and person.id == owner) or after.get(owner, entry.email) != entry.email:
        return []
    return [Problem(entry.row, table.headings[Field.EMAIL], entry.email, NeedsFreeEmail())]


def _difference(person: Known, entry: Entry) -> Change | None:
    told = {name: value for name in FIELDS if (value := getattr(entry, name)) is not None}
    after = {name: value for name, value in told.items() if getattr(person, name) != value}
    before = {name: getattr(person, name) for name in after}
    return Change(person.id, entry, before, after) if after else None

"""What importing a roster would do: who is new, what changes, and what the people already known stand against."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, ClassVar

from activities.kit.refusal import N_, Refusal, refusal
from activities.people.roster_rules import Entry, SameZeros, Table, without_zeros
from activities.people.roster_words import Field
from activities.people.rules import HoldsMore, OwnStage, Stage, Standing
from activities.people.tables import Problem

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


@dataclass(frozen=True)
class Facts:
    """What an import stands against: the people known by the entries' numbers, also those that differ in leading zeros;
    whose the entries' e-mail addresses are; the names of the units one may import into; whose accounts are beyond the
    one who imports, because of the roles they hold; and which are that person's own. Ids all."""

    known: Collection[Known]
    owners: Mapping[str, int]
    unit_names: Mapping[int, str]
    beyond: Collection[int]
    own: Collection[int] = ()


def make_plan(table: Table, entries: Sequence[Entry], problems: Sequence[Problem], facts: Facts) -> Plan:
    """Hold the entries against the facts."""
    by_number = {person.number: person for person in facts.known}
    twins = {without_zeros(person.number): person.number for person in facts.known}
    keeping = _emails_after(entries, by_number)
    new, changed, found, unchanged = [], [], list(problems), 0
    for entry in entries:
        person = by_number.get(entry.number)
        change = _difference(person, entry) if person else None
        reasons = {
            Field.NUMBER: _not_yours(person, change, facts) if person else _wrong_zeros(entry, twins),
            Field.STAGE: OwnStage() if change and "stage" in change.after and change.member_id in facts.own else None,
            Field.EMAIL: _wrong_email(entry, person, facts.owners, keeping),
        }
        wrong = [_problem(entry, field, reason, table) for field, reason in reasons.items() if reason]
        found += wrong
        if wrong:
            continue
        if person is None:
            new.append(entry)
        elif change:
            changed.append(change)
        else:
            unchanged += 1
    found.sort(key=lambda problem: problem.row)
    return Plan(new, changed, unchanged, found, table.ignored, Field.STANDING not in table.columns, facts.unit_names)


def _problem(entry: Entry, field: Field, expected: Refusal, table: Table) -> Problem:
    return table.problem(entry.row, field, str(getattr(entry, field)), expected)


def _wrong_zeros(entry: Entry, twins: Mapping[str, str]) -> Refusal | None:
    twin = twins.get(without_zeros(entry.number))
    return SameZeros(twin) if twin else None


def _not_yours(person: Known, change: Change | None, facts: Facts) -> Refusal | None:
    if person.unit_id not in facts.unit_names:
        return NeedsOwnPerson()
    return HoldsMore(person.name) if change and person.id in facts.beyond else None


def _emails_after(entries: Sequence[Entry], by_number: Mapping[str, Known]) -> dict[int, str | None]:
    """The addresses that known people of the file will have, by their id."""
    return {person.id: entry.email or person.email for entry in entries if (person := by_number.get(entry.number))}


def _wrong_email(
    entry: Entry, person: Known | None, owners: Mapping[str, int], after: Mapping[int, str | None]
) -> Refusal | None:
    """Taken by someone who keeps it; that two people of the file exchange their addresses is fine."""
    if entry.email is None or (owner := owners.get(entry.email)) is None:
        return None
    own = person is not None and person.id == owner
    return None if own or after.get(owner, entry.email) != entry.email else NeedsFreeEmail()


def _difference(person: Known, entry: Entry) -> Change | None:
    told = {name: value for name in FIELDS if (value := getattr(entry, name)) is not None}
    after = {name: value for name, value in told.items() if getattr(person, name) != value}
    before = {name: getattr(person, name) for name in after}
    return Change(person.id, entry, before, after) if after else None

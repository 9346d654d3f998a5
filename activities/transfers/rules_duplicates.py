"""What importing would do: each entry is new, a duplicate of time that its person has already, or something is wrong
with it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import timedelta

from activities.kit.refusal import Refusal
from activities.people.roster_words import fold
from activities.people.tables import Problem
from activities.records.rules import OwnRecord
from activities.records.rules_overlap import Spell, most_counted
from activities.transfers.rules import Duplicate, Entry, Known, Line, Person, Plan, Table, Target
from activities.transfers.rules_cells import Field
from activities.transfers.rules_columns import ONE_DAY, Reader
from activities.transfers.rules_refusals import HasBadRows, NoRoom, NothingNew, OtherPerson, Unknown


def make_plan(
    table: Table, columns: Mapping[Field, int], read: tuple[Sequence[Entry], Sequence[Problem]],
    people: Mapping[str, Person], known: Mapping[int, Sequence[Known]], target: Target,
) -> Plan:  # fmt: skip
    """Each entry becomes new, a duplicate or a problem. An entry that is taken counts for those below it."""
    entries, problems = read
    plan = Plan(problems=list(problems))
    rows = {row.number: row for row in table.rows}
    theirs = {whose: list(spells) for whose, spells in known.items()}
    for entry in entries:
        reader = Reader(table, columns, rows[entry.row])
        person = people.get(entry.number)
        if why := _why_not_person(entry, person, target):
            reader.at = Field.NAME if isinstance(why, OtherPerson) else Field.NUMBER
            plan.problems.append(reader.problem(why))
            continue
        assert person
        line, spells = Line(person, entry), theirs.setdefault(person.whose, [])
        if same := next(_same(entry, spells), None):
            plan.duplicates.append(Duplicate(line, same.activity, same.row))
            continue
        spell = Spell(entry.starts_at, entry.ends_at, entry.minutes)
        near = [one.spell for one in spells if _is_near(one.spell, spell)]
        if (most := most_counted(spell, near)) < entry.minutes:
            reader.at = Field.MINUTES if Field.MINUTES in columns else Field.HOURS
            plan.problems.append(reader.problem(NoRoom(timedelta(minutes=most))))
            continue
        spells.append(Known(spell, entry.activity, entry.is_timed, entry.row))
        plan.new.append(line)
    plan.problems.sort(key=lambda problem: problem.row)
    return plan


def _why_not_person(entry: Entry, person: Person | None, target: Target) -> Refusal | None:
    if person is None:
        return Unknown()
    if entry.name and fold(entry.name) != fold(person.name):
        return OtherPerson(person.name)
    return OwnRecord(person.name) if person.whose == target.importer else None


def _same(entry: Entry, spells: Collection[Known]) -> Iterator[Known]:
    """Time the person has already: at an overlapping time, or in the same activity of a day without times."""
    for one in spells:
        overlaps = one.spell.starts_at < entry.ends_at and entry.starts_at < one.spell.ends_at
        is_both_timed = entry.is_timed and one.is_timed
        if overlaps and (is_both_timed or fold(one.activity, asides=True) == fold(entry.activity, asides=True)):
            yield one


def _is_near(one: Spell, other: Spell) -> bool:
    return one.starts_at < other.ends_at + 2 * ONE_DAY and one.ends_at > other.starts_at - 2 * ONE_DAY


def why_not_import(plan: Plan, *, leaves_out_bad: bool) -> Refusal | None:
    """The first reason against importing what a plan shows, or None."""
    if plan.problems and not leaves_out_bad:
        return HasBadRows(plan.bad_rows)
    return None if plan.new else NothingNew()

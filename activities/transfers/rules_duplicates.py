"""What importing would do: each entry is new, a duplicate of time that its person has already, or something is wrong
with it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import count

from activities.kit.refusal import Refusal
from activities.people.roster_words import fold
from activities.people.tables import Problem
from activities.records.rules import OwnRecord
from activities.records.rules_overlap import Spell, most_counted
from activities.transfers.rules import Duplicate, Entry, Known, Line, Person, Plan, Table, Target
from activities.transfers.rules_cells import Field
from activities.transfers.rules_columns import ONE_DAY, Reader
from activities.transfers.rules_refusals import HasBadRows, NoRoom, NothingNew, OtherPerson, Unknown

DAY = ONE_DAY.total_seconds()


class Spells:
    """The time of one person by its days, so that what is near an entry is found without looking at all of it."""

    def __init__(self, known: Iterable[Known] = ()) -> None:
        self._by_day: defaultdict[int, dict[int, Known]] = defaultdict(dict)
        self._count = count()
        for one in known:
            self.add(one)

    def add(self, one: Known) -> None:
        number = next(self._count)
        for day in _days(one.spell.starts_at, one.spell.ends_at):
            self._by_day[day][number] = one

    def near(self, spell: Spell) -> list[Known]:
        """What is no further than two days away, in the order in which it was added."""
        first, last = spell.starts_at - 2 * ONE_DAY, spell.ends_at + 2 * ONE_DAY
        found = {number: one for day in _days(first, last) for number, one in self._by_day.get(day, {}).items()}
        return [one for _, one in sorted(found.items()) if one.spell.starts_at < last and one.spell.ends_at > first]


def _days(first: datetime, last: datetime) -> range:
    """The days since 1970 between two moments, wherever these were said."""
    return range(int(first.timestamp() // DAY), int(last.timestamp() // DAY) + 1)


def make_plan(
    table: Table, columns: Mapping[Field, int], read: tuple[Sequence[Entry], Sequence[Problem]],
    people: Mapping[str, Person], known: Mapping[int, Sequence[Known]], target: Target,
) -> Plan:  # fmt: skip
    """Each entry becomes new, a duplicate or a problem. An entry that is taken counts for those below it."""
    entries, problems = read
    plan = Plan(problems=list(problems))
    rows = {row.number: row for row in table.rows}
    theirs = {whose: Spells(spells) for whose, spells in known.items()}
    for entry in entries:
        reader = Reader(table, columns, rows[entry.row])
        person = people.get(entry.number)
        if why := _why_not_person(entry, person, target):
            reader.at = Field.NAME if isinstance(why, OtherPerson) else Field.NUMBER
            plan.problems.append(reader.problem(why))
            continue
        assert person
        line, spells = Line(person, entry), theirs.setdefault(person.whose, Spells())
        spell = Spell(entry.starts_at, entry.ends_at, entry.minutes)
        near = spells.near(spell)
        if same := next(_same(entry, near), None):
            plan.duplicates.append(Duplicate(line, same.activity, same.row))
            continue
        if (most := most_counted(spell, (one.spell for one in near))) < entry.minutes:
            reader.at = Field.MINUTES if Field.MINUTES in columns else Field.HOURS
            plan.problems.append(reader.problem(NoRoom(timedelta(minutes=most))))
            continue
        spells.add(Known(spell, entry.activity, entry.is_timed, entry.row))
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


def why_not_import(plan: Plan, *, leaves_out_bad: bool) -> Refusal | None:
    """The first reason against importing what a plan shows, or None."""
    if plan.problems and not leaves_out_bad:
        return HasBadRows(plan.bad_rows)
    return None if plan.new else NothingNew()

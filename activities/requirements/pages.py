"""What the pages show, put together from their reads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import sqlalchemy as sa

from activities.duties.models import Activity
from activities.kit import clock
from activities.people.users import Viewer
from activities.records import queries as records
from activities.records.models import Record
from activities.requirements import queries, rules
from activities.requirements.queries import OwnYear
from activities.requirements.rules import By, Line, Owed, Whom
from activities.signups import engagements, search, search_many
from activities.signups.can_take import can_take
from activities.signups.cards import Card, cards
from activities.signups.rules import Offer

# How far ahead slots are looked for that would settle a line, how many are shown of each, and of how many records.
AHEAD = timedelta(weeks=8)
EACH = 3
LATEST = 5
MOST_RECORDS = 500


@dataclass(frozen=True)
class Explained:
    """A line with what stands behind it: the records that count for it, the latest first, and slots that would settle
    what is owed."""

    owed: Owed
    today: date
    records: Sequence[Record] = ()
    cards: Sequence[Card] = ()

    @property
    def pace(self) -> float:
        """How much of the time is over, in percent."""
        return round(100 * rules.pace(self.owed.line, self.today), 1)

    @property
    def behind(self) -> int:
        return rules.behind_by(self.owed, self.today)

    @property
    def is_late(self) -> bool:
        """Whether the day by which it is asked has passed."""
        return self.today > self.owed.line.due


def at_a_glance(member: Viewer, now: datetime) -> list[Explained]:
    """The lines of somebody's present year, without what stands behind them. At most five statements."""
    today = clock.local_day(now)
    own = queries.own_year(member, today.year, now)
    return [Explained(one, today) for one in own.lines] if own else []


def explained(member: Viewer, own: OwnYear, now: datetime) -> list[Explained]:
    """The lines of somebody's year, those of which something is owed with slots. Three statements."""
    history = records.history(member.id, year=own.year, limit=MOST_RECORDS)
    open_lines = [one.line for one in own.lines if one.owed]
    offered = slots_for(member, own.year, open_lines, now) if open_lines else {}
    today = clock.local_day(now)
    return [
        Explained(one, today, _of(one.line, history), offered.get(one.line.key, ()))
        for one in own.lines
    ]  # fmt: skip


def _of(line: Line, history: Sequence[Record]) -> list[Record]:
    activities = ((record, record.slot.post.activity) for record in history)
    return [record for record, activity in activities if line.counts(activity.kind_key, activity.topic)][:LATEST]


def slots_for(member: Viewer, year: int, lines: Sequence[Line], now: datetime) -> dict[str, list[Card]]:
    """The next slots that count for each line, that the member can take and has time for. Two statements."""
    end = min(now + AHEAD, clock.at(date(year + 1, 1, 1), time()))
    if end <= now:
        return {}
    span = (now, end)
    person, mine = engagements.taken_on(member.id, *span)
    found = search.next_of_each(member, _wanted(lines), can_take(person, mine, span, now), span, EACH)
    shown = zip(cards(person, [offer for offer, _ in found], mine, now), (topic for _, topic in found), strict=True)
    pairs = list(shown)
    return {
        line.key: [card for card, topic in pairs if line.counts(card.offer.kind_key, topic)][:EACH] for line in lines
    }


def next_for(
    members: Collection[Viewer], owed: Mapping[int, Sequence[Line]], year: int, most: int, now: datetime
) -> dict[int, list[Offer]]:
    """By person the next so many slots, in order of time, that count for one of their lines, and that they can take and
    have time for. Four statements, however many people they are."""
    end = min(now + AHEAD, clock.at(date(year + 1, 1, 1), time()))
    if end <= now:
        return {}
    wants = {member.id: _wants(owed[member.id]) for member in members}
    wanted = _wanted([line for lines in owed.values() for line in lines])
    return search_many.next_of_many(members, wants, wanted, (now, end), most, now)


def _wants(lines: Sequence[Line]) -> search_many.Wants:
    return lambda kind, topic: any(line.counts(kind, topic) for line in lines)


def _wanted(lines: Iterable[Line]) -> sa.ColumnElement[bool]:
    """Activities that may count for one of the lines."""
    lines = list(lines)
    topics = {line.of for line in lines if rules.SORTS[line.sort].by is By.TOPIC}
    kinds = {kind for line in lines if line.of not in topics for kind in line.kinds}
    return sa.or_(Activity.kind_key.in_(kinds), Activity.topic.in_(topics))


@dataclass(frozen=True)
class Concerned:
    """Whom a set concerns: how many people of which unit, and how many of those meant are asked by a set nearer to
    them."""

    units: Sequence[tuple[str, int]]
    elsewhere: int

    @property
    def people(self) -> int:
        return sum(count for _, count in self.units)


def concerned(whom: Whom, year: int) -> Concerned:
    """Two statements. A set that is not there yet is counted as if it were."""
    there = [version.of.whom for version in queries.around([whom.path], year)]
    sets = [(one, one) for one in {*there, whom}]
    units: Counter[str] = Counter()
    elsewhere = 0
    for unit, path, stage, standing, count in queries.people_below(whom.path):
        if not whom.concerns(path, stage, standing):
            continue
        if rules.nearest(sets, path, stage, standing) == whom:
            units[unit] += count
        else:
            elsewhere += count
    return Concerned(list(units.items()), elsewhere)

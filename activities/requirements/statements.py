"""What there is of each line, in three statements whatever the number of people: what is done, by ledger and by what
the activity was, and what is signed up for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import date, datetime, time
from typing import Any, TypeAlias

import sqlalchemy as sa

from activities.duties.kinds import kind_of
from activities.duties.models import Activity, Post, Slot
from activities.duties.rules import SlotState
from activities.kit import clock
from activities.kit.db import run
from activities.kit.sql import Among
from activities.people.models import Member
from activities.records.models import Record
from activities.records.rules import CAME
from activities.requirements.rules import NOTHING, By, Did, Measure, keys_of
from activities.signups.models import SignUp
from activities.signups.rules import SignUpState
from activities.signups.rules_arrivals import STAY

# By member and line.
Figures: TypeAlias = dict[int, dict[str, Did]]
# The condition that a column of member ids is of those who are asked about.
Whose: TypeAlias = Callable[[Any], sa.ColumnElement[bool]]

FINAL, PROVISIONAL = Record.is_final, ~Record.is_final
_STAY = int(STAY.total_seconds())


def of_member(member_id: int) -> Whose:
    return lambda column: column == member_id


def of_people(member_ids: Collection[int]) -> Whose:
    """These, however many."""
    return lambda column: Among(column, member_ids)


def of_units(unit_ids: Collection[int]) -> Whose:
    """The active people of these units."""
    people = sa.select(Member.id).where(Member.unit_id.in_(unit_ids), Member.active)
    return lambda column: column.in_(people)


def figures(whose: Whose, year: int, keys: Collection[str], now: datetime) -> Figures:
    """What there is of the lines with these keys."""
    found: Figures = defaultdict(lambda: defaultdict(lambda: NOTHING))
    for member_id, key, did in _all(whose, year, now):
        if key in keys:
            own = found[member_id]
            own[key] = own[key] + did if key in own else did
    return found


def _all(whose: Whose, year: int, now: datetime) -> Iterator[tuple[int, str, Did]]:
    for member_id, ledger, *sums in run(_done(whose, year, Record.ledger)):
        yield from _counted(member_id, {By.LEDGER: ledger}, *_pairs(sums))
    for member_id, kind, topic, *sums in run(_done(whose, year, Activity.kind_key, Activity.topic)):
        yield from _counted(member_id, {By.KIND: kind, By.TOPIC: topic}, *_pairs(sums))
    for member_id, kind, topic, is_over, seconds, times in run(_promised(whose, year, now)):
        what = {By.LEDGER: kind_of(kind).ledger, By.KIND: kind, By.TOPIC: topic}
        amounts = (int(seconds) // 60, times)
        yield from _counted(member_id, what, *(Did(unmarked=n) if is_over else Did(promised=n) for n in amounts))


def _pairs(sums: Sequence[int]) -> tuple[Did, Did]:
    """Minutes, final and provisional, and times, from four sums."""
    return Did(*sums[:2]), Did(*sums[2:])


def _counted(member_id: int, what: Mapping[By, str | None], minutes: Did, times: Did) -> Iterator[tuple[int, str, Did]]:
    """By every line that counts it."""
    for by, value in what.items():
        for key, measure in keys_of(by, value):
            yield member_id, key, minutes if measure is Measure.MINUTES else times


def _done(whose: Whose, year: int, *by: Any) -> sa.Select[*tuple[Any, ...]]:
    """Minutes, final and not, and how often somebody came, in groups. By ledger alone it is read from an index."""
    minutes = [sa.func.coalesce(sa.func.sum(Record.minutes).filter(standing), 0) for standing in (FINAL, PROVISIONAL)]
    times = [sa.func.count().filter(standing) for standing in (FINAL, PROVISIONAL)]
    integers = [sa.cast(amount, sa.BigInteger) for amount in minutes]
    query = sa.select(Record.member_id, *by, *integers, *times).select_from(Record)
    if by != (Record.ledger,):
        query = query.join(Slot, Slot.id == Record.slot_id).join(Post).join(Activity)
    return query.where(
        whose(Record.member_id), Record.day.between(date(year, 1, 1), date(year, 12, 31)), Record.attendance.in_(CAME)
    ).group_by(Record.member_id, *by)


def _promised(whose: Whose, year: int, now: datetime) -> sa.Select[*tuple[Any, ...]]:
    """Seats in open slots of the year of which nothing is recorded, those that are over apart. Who comes at a time of
    their own is there as long as people stay."""
    starts, ends = (clock.at(day, time()) for day in (date(year, 1, 1), date(year + 1, 1, 1)))
    seconds = sa.extract("epoch", Slot.ends_at) - sa.extract("epoch", Slot.starts_at)
    stays = sa.case((sa.and_(SignUp.arrival_id.is_not(None), seconds > _STAY), _STAY), else_=seconds)
    is_over = sa.case((Slot.ends_at <= now, True), else_=False).label("is_over")
    recorded = sa.select(Record.id).where(Record.slot_id == SignUp.slot_id, Record.member_id == SignUp.member_id)
    return (
        sa.select(
            SignUp.member_id, Activity.kind_key, Activity.topic, is_over, sa.cast(sa.func.sum(stays), sa.BigInteger),
            sa.func.count(),
        )
        .join(Slot, Slot.id == SignUp.slot_id)
        .join(Post, Post.id == Slot.post_id)
        .join(Activity, Activity.id == Post.activity_id)
        .where(
            whose(SignUp.member_id), SignUp.state == SignUpState.SEATED, Slot.state == SlotState.OPEN,
            Slot.starts_at >= starts, Slot.starts_at < ends, ~recorded.exists(),
        )
        .group_by(SignUp.member_id, Activity.kind_key, Activity.topic, is_over)
    )  # fmt: skip

"""What a packet asks of the records and of what was achieved: a statement each, however many people it is asked of."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any, TypeAlias

import sqlalchemy as sa

from activities.duties.models import Activity, Post, Slot
from activities.kit.sql import Among
from activities.leaves.models import Leave
from activities.leaves.rules import Answer
from activities.outcomes.models import Outcome
from activities.packets.rules_packet import Share
from activities.people.models import Unit
from activities.records.models import Record
from activities.records.rules import CAME, Attendance
from activities.signups.models import SignUp

AnySelect: TypeAlias = "sa.Select[*tuple[Any, ...]]"
Ids: TypeAlias = Collection[int]
MISSED = (Attendance.EXCUSED, Attendance.ABSENT, Attendance.DEFERRED)


def _in(year: int, day: Any) -> sa.ColumnElement[bool]:
    found: sa.ColumnElement[bool] = day.between(date(year, 1, 1), date(year, 12, 31))
    return found


def _whole(amount: sa.ColumnElement[Any]) -> sa.ColumnElement[int]:
    """Sums are decimals on some databases."""
    return sa.cast(sa.func.coalesce(amount, 0), sa.BigInteger)


def given(member_ids: Ids, year: int) -> AnySelect:
    """By person, ledger, evidence, signature and activity: how often they came, minutes that are final and that are
    not, the first and the last day."""
    minutes = [_whole(sa.func.sum(Record.minutes).filter(one)) for one in (Record.is_final, ~Record.is_final)]
    by = (
        Record.member_id, Record.ledger, Record.evidence, Record.countersigned_by_id.is_not(None).label("signed"),
        Post.activity_id,
    )  # fmt: skip
    return (
        sa.select(*by, sa.func.count(), *minutes, sa.func.min(Record.day), sa.func.max(Record.day))
        .join(Slot, Slot.id == Record.slot_id)
        .join(Post, Post.id == Slot.post_id)
        .where(Among(Record.member_id, member_ids), _in(year, Record.day), Record.attendance.in_(CAME))
        .group_by(*by)
    )


def achieved(member_ids: Ids, year: int) -> sa.CompoundSelect[*tuple[Any, ...]]:
    """By person, share, kind and measure: amounts that hold, added up, and how many they are. What somebody entered of
    others is told of those who were not there themselves."""
    was_there = sa.and_(Record.slot_id == Outcome.slot_id, Record.attendance.in_(CAME))
    own = _amounts(Share.OWN, Outcome.member_id, year).where(Among(Outcome.member_id, member_ids))
    part = (
        _amounts(Share.PART, Record.member_id, year)
        .join(Record, was_there)
        .where(Among(Record.member_id, member_ids), _in(year, Record.day), Outcome.member_id.is_(None))
    )
    of_others = sa.func.coalesce(Outcome.member_id, 0) != Outcome.entered_by_id
    entered = _amounts(Share.ENTERED, Outcome.entered_by_id, year).where(
        Among(Outcome.entered_by_id, member_ids), of_others,
        ~sa.exists().where(was_there, Record.member_id == Outcome.entered_by_id),
    )  # fmt: skip
    return sa.union_all(own, part, entered)


def _amounts(share: Share, whose: Any, year: int) -> AnySelect:
    by = (whose, Activity.kind_key, Outcome.measure)
    return (
        sa.select(whose, sa.literal(str(share)), *by[1:], _whole(sa.func.sum(Outcome.amount)), sa.func.count())
        .select_from(Outcome)
        .join(Slot, Slot.id == Outcome.slot_id)
        .join(Post, Post.id == Slot.post_id)
        .join(Activity, Activity.id == Post.activity_id)
        .where(Outcome.is_current, Outcome.amount.is_not(None), _in(year, Outcome.day))
        .group_by(*by)
    )


def missed(member_ids: Ids, year: int) -> AnySelect:
    """Slots in which people did not serve, with the day, and the moment at which leave was granted."""
    granted = (
        sa.select(sa.func.max(Leave.answered_at))
        .join(SignUp, SignUp.id == Leave.sign_up_id)
        .where(
            SignUp.slot_id == Record.slot_id, SignUp.member_id == Record.member_id, Leave.answer == Answer.ACCEPTED,
        )
        .correlate(Record)
        .scalar_subquery()
    )  # fmt: skip
    return (
        sa.select(Record.member_id, Record.day, Post.activity_id, Record.attendance, granted)
        .join(Slot, Slot.id == Record.slot_id)
        .join(Post, Post.id == Slot.post_id)
        .where(Among(Record.member_id, member_ids), _in(year, Record.day), Record.attendance.in_(MISSED))
        .order_by(Record.day, Record.id)
    )


def activities(activity_ids: Ids) -> AnySelect:
    """Id, name, kind and unit."""
    return (
        sa.select(Activity.id, Activity.name, Activity.kind_key, Unit.name)
        .join(Unit, Unit.id == Activity.unit_id)
        .where(Among(Activity.id, activity_ids))
    )

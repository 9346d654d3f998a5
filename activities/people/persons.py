"""Whose accounts are one person's. Whoever asks that two be different people asks here, and nowhere else."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, aliased

from activities.kit.db import db, run
from activities.kit.sql import Among
from activities.people.models import AccountLink, Member


def persons(member_ids: Iterable[int | None]) -> dict[int, int]:
    """By account, the account by which its person is known: equal for one person. One statement."""
    ids = {member_id for member_id in member_ids if member_id is not None}
    query = sa.select(AccountLink.member_id, AccountLink.person_id).where(AccountLink.member_id.in_(ids))
    return {**{member_id: member_id for member_id in ids}, **dict(db.session.execute(query).all())}


def with_others(member_ids: Iterable[int]) -> dict[int, int]:
    """The same for these accounts and all others of the same people. One statement, however many there are."""
    ids = set(member_ids)
    people = sa.select(AccountLink.person_id).where(Among(AccountLink.member_id))
    query = sa.select(AccountLink.member_id, AccountLink.person_id).where(AccountLink.person_id.in_(people))
    linked = {row.member_id: row.person_id for row in run(query, {"ids": list(ids)})}
    return {**{member_id: member_id for member_id in ids}, **linked}


def same_person(one: int, *others: int | None) -> bool:
    """Whether one of the others is an account of the same person as `one`; nobody is."""
    known = persons((one, *others))
    return any(known[other] == known[one] for other in others if other is not None)


def is_account_of(
    column: InstrumentedAttribute[int] | InstrumentedAttribute[int | None] | sa.ColumnElement[int], member_id: int
) -> sa.ColumnElement[bool]:
    """The same in SQL."""
    person = sa.select(AccountLink.person_id).where(AccountLink.member_id == member_id).scalar_subquery()
    return sa.or_(
        column == member_id, column.in_(sa.select(AccountLink.member_id).where(AccountLink.person_id == person))
    )


def of_one_person(one: sa.ColumnElement[int] | InstrumentedAttribute[int], other: Any) -> sa.ColumnElement[bool]:
    """The same of two columns."""
    first, second = aliased(AccountLink), aliased(AccountLink)
    linked = sa.exists().where(
        first.member_id == one, second.member_id == other, first.person_id == second.person_id
    )  # fmt: skip
    return sa.or_(one == other, linked)


def accounts(member_id: int) -> list[Member]:
    """All accounts of a person, this one among them, by number."""
    query = sa.select(Member).where(is_account_of(Member.id, member_id)).order_by(Member.number)
    return list(db.session.scalars(query))

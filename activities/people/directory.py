"""The list of the people somebody administers: filtered, sorted, fifty a page, in a fixed number of statements."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager

from activities.kit.db import db
from activities.kit.refusal import N_
from activities.kit.text import clean_line
from activities.people.models import Member, Unit
from activities.people.queries import within
from activities.people.rules import Stage, Standing

PAGE_SIZE = 50
Word = TypeVar("Word", bound=StrEnum)


class Account(StrEnum):
    """Where an account stands."""

    ACTIVE = "active"
    UNUSED = "unused"
    INACTIVE = "inactive"


class Sort(StrEnum):
    NUMBER = "number"
    NAME = "name"
    CLASS = "class"
    NEWEST = "newest"


ACCOUNT_NAMES = {
    Account.ACTIVE: N_("Active"),
    Account.UNUSED: N_("No password yet"),
    Account.INACTIVE: N_("Deactivated"),
}
SORT_NAMES = {
    Sort.NUMBER: N_("Number"),
    Sort.NAME: N_("Name"),
    Sort.CLASS: N_("Class"),
    Sort.NEWEST: N_("Newest first"),
}
ORDERS: dict[Sort, tuple[sa.ColumnElement[Any], ...]] = {
    Sort.NUMBER: (Member.number.asc(),),
    Sort.NAME: (Member.name.asc(), Member.number.asc()),
    Sort.CLASS: (Member.class_name.asc(), Member.number.asc()),
    Sort.NEWEST: (Member.id.desc(),),
}


@dataclass(frozen=True, kw_only=True)
class Search:
    """What is looked for, as the address says it. Whatever makes no sense is left out."""

    text: str
    unit: str
    class_name: str
    stage: Stage | None
    standing: Standing | None
    account: Account | None
    sort: Sort
    page: int

    @classmethod
    def of(cls, args: Mapping[str, str]) -> Search:
        page = args.get("page", "")
        return cls(
            text=clean_line(args.get("q"))[:100],
            unit=args.get("unit", ""),
            class_name=clean_line(args.get("class"))[:50],
            stage=_one_of(Stage, args.get("stage")),
            standing=_one_of(Standing, args.get("standing")),
            account=_one_of(Account, args.get("account")),
            sort=_one_of(Sort, args.get("sort")) or Sort.NUMBER,
            page=max(1, int(page)) if page.isascii() and page.isdigit() and len(page) < 7 else 1,
        )

    @property
    def narrows(self) -> bool:
        return any((self.text, self.unit, self.class_name, self.stage, self.standing, self.account))


@dataclass(frozen=True)
class Entry:
    member: Member
    account: Account


@dataclass(frozen=True)
class Page:
    entries: list[Entry]
    total: int
    number: int

    @property
    def first(self) -> int:
        return (self.number - 1) * PAGE_SIZE + 1

    @property
    def last(self) -> int:
        return self.first + len(self.entries) - 1

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE_SIZE))


def find(paths: list[str], search: Search) -> Page:
    """One page of the people below these paths; the last one where the address asks for one beyond it."""
    base = sa.select(Member).join(Member.unit).where(*_conditions(paths, search))
    total = db.session.scalar(base.with_only_columns(sa.func.count(Member.id))) or 0
    number = min(search.page, max(1, -(-total // PAGE_SIZE)))
    rows = db.session.execute(
        base.add_columns(Member.password_hash.is_not(None))
        .options(contains_eager(Member.unit))
        .order_by(*ORDERS[search.sort])
        .limit(PAGE_SIZE)
        .offset((number - 1) * PAGE_SIZE)
    )
    return Page([Entry(member, standing_of(member, entered)) for member, entered in rows], total, number)


def standing_of(member: Member, has_password: bool) -> Account:
    if not member.active:
        return Account.INACTIVE
    return Account.ACTIVE if has_password else Account.UNUSED


def classes(paths: list[str]) -> list[str]:
    """The classes of the people below these paths."""
    query = (
        sa.select(Member.class_name)
        .join(Member.unit)
        .where(within(paths), Member.class_name != "")
        .distinct()
        .order_by(Member.class_name)
    )
    return list(db.session.scalars(query))


def _conditions(paths: list[str], search: Search) -> list[sa.ColumnElement[bool]]:
    found = [within(paths)]
    if search.text:
        found.append(
            sa.or_(
                Member.name.contains(search.text, autoescape=True),
                Member.number.icontains(search.text, autoescape=True),
            )
        )
    if search.unit:
        chosen = sa.select(Unit.path).where(Unit.public_id == search.unit).scalar_subquery()
        found.append(Unit.path.startswith(chosen))
    if search.class_name:
        found.append(Member.class_name == search.class_name)
    if search.stage:
        found.append(Member.stage == search.stage)
    if search.standing:
        found.append(Member.standing == search.standing)
    if search.account is Account.INACTIVE:
        found.append(Member.active.is_(False))
    elif search.account:
        found += [Member.active.is_(True), (Member.password_hash.is_not(None)) == (search.account is Account.ACTIVE)]
    return found


def _one_of(words: type[Word], value: str | None) -> Word | None:
    return words(value) if value in list(words) else None

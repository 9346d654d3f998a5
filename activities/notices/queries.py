"""Reads of what people have been told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask import url_for

from activities.kit.db import db
from activities.kit.i18n import gettext as _
from activities.kit.refusal import NotFound
from activities.notices.rules import ABOUT
from activities.outbox.letters import say
from activities.outbox.models import Delivery, Hook, Notice, Wishes
from activities.outbox.rules import DeliveryState
from activities.outbox.words import WORDS
from activities.people.models import Member, Unit
from activities.people.queries import within

PAGE_SIZE = 30
WORDLESS = (LookupError, TypeError, ValueError)


@dataclass(frozen=True)
class Entry:
    """A notice of the inbox in words. `leads`: there is a page that it is about."""

    id: int
    subject: str
    body: str
    leads: bool
    at: datetime
    unread: bool


def inbox(member_id: int, page: int) -> tuple[list[Entry], bool]:
    """One page of what a person has been told, newest first, and whether there are older ones. One statement."""
    query = _own(member_id).order_by(Notice.id.desc()).limit(PAGE_SIZE + 1).offset((page - 1) * PAGE_SIZE)
    found = list(db.session.scalars(query))
    return [_entry(notice) for notice in found[:PAGE_SIZE]], len(found) > PAGE_SIZE


def own_notice(member_id: int, notice_id: int) -> Notice:
    """A notice of this person's inbox."""
    notice = db.session.scalars(_own(member_id).where(Notice.id == notice_id)).one_or_none()
    if notice is None:
        raise NotFound
    return notice


def wishes_of(member_id: int) -> Wishes | None:
    """What a person chose of notices, if ever."""
    return db.session.scalars(sa.select(Wishes).where(Wishes.member_id == member_id)).one_or_none()


def page_about(notice: Notice) -> str | None:
    """The address of the page that a notice is about."""
    words = WORDS.get(notice.topic)
    try:
        endpoint, values = words.page(notice.params) if words and words.page else ("notices.inbox", {})
        return url_for(endpoint, **values)
    except WORDLESS:
        return None


# ── what could not be delivered ─────────────────────────────────────────────


@dataclass(frozen=True)
class Failed:
    """A delivery that was given up: to whom and by which way, what it is about, but not what it says."""

    id: int
    to: str
    number: str
    is_chat: bool
    about: str
    at: datetime
    tries: int
    trouble: str


@dataclass(frozen=True)
class Undelivered:
    """A page of what was given up, how much of it there is in all, and how many are being tried again."""

    rows: list[Failed]
    total: int
    tried_again: int


def undelivered_page(paths: Sequence[str], page: int) -> Undelivered:
    """What could not be delivered to people and chat groups of these units, newest first. Two statements."""
    query = undelivered(paths).order_by(Delivery.id.desc()).limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE)
    counts = _to_units(paths).with_only_columns(
        sa.func.count().filter(_FAILED), sa.func.count().filter(Delivery.state == _WAITING, Delivery.tries > 0)
    )
    total, tried_again = db.session.execute(counts.where(Delivery.state.in_([_WAITING, _GIVEN_UP]))).one()
    return Undelivered([_failed(row) for row in db.session.execute(query)], total, tried_again)


def undelivered(paths: Iterable[str]) -> sa.Select[*tuple[Any, ...]]:
    return _to_units(paths).where(_FAILED)


_WAITING, _GIVEN_UP = DeliveryState.WAITING, DeliveryState.FAILED
_FAILED = Delivery.state == _GIVEN_UP


def _to_units(paths: Iterable[str]) -> sa.Select[*tuple[Any, ...]]:
    """The deliveries to people and chat groups of these units."""
    return (
        sa.select(
            Delivery.id, Delivery.tries, Delivery.trouble, Notice.topic, Notice.created_at, Member.name, Member.number,
            Hook.name.label("chat"),
        )
        .join(Notice, Notice.id == Delivery.notice_id)
        .outerjoin(Member, Member.id == Notice.member_id)
        .outerjoin(Hook, Hook.id == Notice.hook_id)
        .join(Unit, Unit.id == sa.func.coalesce(Member.unit_id, Hook.unit_id))
        .where(within(paths))
    )  # fmt: skip


def _failed(row: sa.Row[*tuple[Any, ...]]) -> Failed:
    words = WORDS.get(row.topic)
    about = ABOUT[words.group] if words else ""
    return Failed(
        row.id, row.chat or row.name, row.number or "", bool(row.chat), about, row.created_at, row.tries, row.trouble
    )


def _own(member_id: int) -> sa.Select[Notice]:
    """What the inbox shows: not what goes by mail alone."""
    return sa.select(Notice).where(Notice.member_id == member_id, Notice.topic.not_in(_mail_only()))


def _mail_only() -> Sequence[str]:
    return [topic for topic, words in WORDS.items() if words.mail_only]


def _entry(notice: Notice) -> Entry:
    try:
        said = say(notice)
    except WORDLESS:  # from a release that said it otherwise
        return Entry(notice.id, _("A notice of an earlier release"), "", False, notice.created_at, _is_unread(notice))
    return Entry(notice.id, said.subject, said.body, said.address is not None, notice.created_at, _is_unread(notice))


def _is_unread(notice: Notice) -> bool:
    return notice.read_at is None

"""Decide by which ways notices go out, and gather the day's letters. Both take what is there in portions, each in one
transaction, and leave the same whoever runs them, however often."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from activities.kit import clock
from activities.kit.db import db, run, transactional
from activities.kit.refusal import N_
from activities.outbox.letters import Recipient
from activities.outbox.models import Delivery, Notice, Wishes
from activities.outbox.rules import Channel, DeliveryState, Group, Wish, planned
from activities.outbox.words import WORDS, Words, still_holds, words

PORTION = 500
DIGEST = "outbox.digest"
# The people who are told, by id; who left is not among them.
Recipients = Callable[[Collection[int]], Mapping[int, Recipient]]

_NEW = (
    sa.select(Notice.id, Notice.member_id, Notice.topic, Notice.params)
    .where(Notice.planned_at.is_(None))
    .order_by(Notice.id)
    .limit(PORTION)
    .with_for_update(skip_locked=True)
)
_IDS = sa.bindparam("ids", type_=sa.Integer(), expanding=True)
_PLANNED = sa.update(Notice).where(Notice.id.in_(_IDS))


def plan(now: datetime, recipients: Recipients, *, mails: bool) -> int:
    """Decide for all new notices; without a mail server (`mails`) they stay in the inbox. Return how many it was."""
    total = 0
    while count := _plan(now, recipients, mails):
        total += count
    return total


@transactional
def _plan(now: datetime, recipients: Recipients, mails: bool) -> int:
    notices = run(_NEW).all()
    if not notices:
        return 0
    member_ids = {n.member_id for n in notices if n.member_id}
    wishes = db.session.scalars(sa.select(Wishes).where(Wishes.member_id.in_(member_ids)))
    wish = {row.member_id: row.wish for row in wishes}
    people = recipients(member_ids) if mails else {}
    rows = []
    for notice in notices:
        if notice.member_id is None:
            rows.append(_delivery(notice.id, Channel.HOOK, now))
        elif notice.member_id in people:
            rows += _mail(notice, people[notice.member_id], wish.get(notice.member_id, Wish()), now)
    if rows:
        run(sa.insert(Delivery), rows)
    run(_PLANNED.values(planned_at=now), {"ids": [n.id for n in notices]})
    return len(notices)


def _mail(notice: sa.Row[*tuple[Any, ...]], person: Recipient, wish: Wish, now: datetime) -> list[dict[str, Any]]:
    """The delivery by mail, where the person has an address and wants it."""
    if not person.email:
        return []
    its = WORDS.get(notice.topic, Words("", ""))
    urgent = its.is_urgent(notice.params, now)
    if way := planned(wish, its.group, urgent=urgent, now=now, zone=clock.zone()):
        return [_delivery(notice.id, *way)]
    return []


def _delivery(notice_id: int, channel: Channel, due_at: datetime) -> dict[str, Any]:
    return {"notice_id": notice_id, "channel": channel, "due_at": due_at}


# ── the day's letter ────────────────────────────────────────────────────────

words(
    DIGEST,
    N_("Your notices of the day (%(count)s)"),
    N_("This is what came since the last letter of this kind. All of it is in your inbox:"),
    lambda _: ("notices.inbox", {}),
    Group.ACCOUNT,
    mail_only=True,
)
_WAITS = sa.and_(Delivery.channel == Channel.DIGEST, Delivery.state == DeliveryState.WAITING)
_PEOPLE = sa.select(Notice.member_id).join(Delivery, Delivery.notice_id == Notice.id).where(_WAITS).distinct()
_THEIRS = (
    sa.select(Delivery.id, Delivery.notice_id, Notice.member_id, Notice.topic, Notice.params)
    .join(Notice, Notice.id == Delivery.notice_id)
    .where(_WAITS, Notice.member_id.in_(_IDS))
    .order_by(Delivery.id)
    .with_for_update(of=Delivery, skip_locked=True)
)
_LETTER = sa.insert(Notice).returning(Notice.id)
_IN_LETTER = sa.update(Notice).where(Notice.id.in_(_IDS))
_GATHERED = sa.update(Delivery).where(Delivery.id.in_(_IDS)).values(state=DeliveryState.SENT)
_OVER = sa.update(Delivery).where(Delivery.id.in_(_IDS)).values(state=DeliveryState.DROPPED)


def gather(now: datetime) -> None:
    """Put what waits for the day's letter, is due, and still holds, into one letter a person."""
    while _gather(now):
        pass


@transactional
def _gather(now: datetime) -> bool:
    """Return whether there was anything, so that there may be more."""
    people = run(_PEOPLE.where(Delivery.due_at <= now).limit(PORTION)).scalars().all()
    letters: dict[int, list[sa.Row[*tuple[Any, ...]]]] = defaultdict(list)
    over: list[int] = []
    for row in run(_THEIRS.where(Delivery.due_at <= now), {"ids": people}) if people else ():
        if still_holds(row.topic, row.params, now):
            letters[row.member_id].append(row)
        else:
            over.append(row.id)
    if over:
        run(_OVER, {"ids": over})
    for member_id, rows in letters.items():
        letter = {
            "member_id": member_id, "topic": DIGEST, "params": {"count": len(rows)}, "created_at": now, "read_at": now,
        }  # fmt: skip
        letter_id = run(_LETTER, letter).scalar_one()
        run(_IN_LETTER.values(digest_id=letter_id), {"ids": [row.notice_id for row in rows]})
        run(_GATHERED.values(sent_at=now), {"ids": [row.id for row in rows]})
    return bool(letters or over)

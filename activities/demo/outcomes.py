"""What was achieved in the slots that were: entered by who recorded who came, when they did, and now and then corrected
two days later. For this term the activities have targets."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random
from typing import Any, NamedTuple

import sqlalchemy as sa

from activities.audit.models import AuditEntry
from activities.demo import article
from activities.demo.rows import entry, nothing, write
from activities.duties.kinds import kind_of
from activities.duties.models import Activity, Post, Slot
from activities.kit.clock import local_day
from activities.kit.db import db, transaction
from activities.outcomes.models import Outcome
from activities.outcomes.rules import SCALE, Cell
from activities.outcomes.service import enter, set_targets
from activities.records.models import Record
from activities.records.rules import CAME
from activities.terms.models import Term

# From, to, and in steps of which part of the unit; of kinds where people hand something in, not all do.
RANGES = {
    "rooms_checked": (4, 9, 1), "rooms_on": (0, 3, 1), "devices_on": (0, 5, 1), "energy_saved": (0, 6, 10),
    "zone_score": (82, 98, 2), "elders_visited": (6, 24, 1), "clothes": (5, 60, 1), "books": (10, 120, 1),
    "bedding": (0, 12, 1), "other_items": (0, 30, 1), "registrants": (18, 50, 1), "visitors": (1, 9, 1),
    "characters": (1200, 12000, 1), "questionnaires": (4, 14, 1),
}  # fmt: skip
HANDS_IN = 0.3
TARGETS = {"cleaning": {"zone_score": 90}, "elder_care": {"elders_visited": 800}, "energy": {"energy_saved": 1500}}
WHY = "登记时把两个班次的数写反了。"
LATER = timedelta(days=2)


class Held(NamedTuple):
    """A slot in which somebody was recorded: by whom and when, and who came."""

    id: int
    kind: str
    starts_at: datetime
    by: int
    at: datetime
    came: tuple[int, ...]


def play(now: datetime) -> None:
    rng = Random(article.SEED)
    rows = [row for held in _held(now) for row in _rows(held, rng)]
    with transaction():
        write(Outcome, rows, nothing)
        # The table was empty, so that their ids go in their order.
        ids = db.session.scalars(sa.select(Outcome.id).order_by(Outcome.id))
        write(AuditEntry, map(_entry, ids, rows), nothing)
    _correct(now)
    _aim(now)


def _entry(row_id: int, row: dict[str, Any]) -> dict[str, Any]:
    after = {name: row[name] for name in ("measure", "member_id", "amount")}
    return entry(row["entered_at"], row["entered_by_id"], "enter outcome", Outcome, row_id, after=after)


def _held(now: datetime) -> list[Held]:
    query = (
        sa.select(
            Slot.id, Activity.kind_key, Slot.starts_at, Record.recorded_by_id, Record.recorded_at, Record.member_id,
            Record.attendance, Slot.ends_at,
        )
        .join(Record, Record.slot_id == Slot.id)
        .join(Slot.post)
        .join(Post.activity)
        .where(Slot.ends_at <= now)
        .order_by(Slot.id, Record.id)
    )  # fmt: skip
    found: dict[int, Held] = {}
    for slot_id, kind, starts_at, by, at, member_id, attendance, ends_at in db.session.execute(query):
        held = found.get(slot_id) or Held(slot_id, kind, starts_at, by, max(at, ends_at), ())
        came = (*held.came, member_id) if attendance in CAME else held.came
        found[slot_id] = held._replace(came=came)
    return [held for held in found.values() if held.came]


def _rows(held: Held, rng: Random) -> Iterator[dict[str, Any]]:
    amounts: dict[str, int] = {}
    for measure in kind_of(held.kind).measures:
        least, most, parts = RANGES[measure.key]
        for member_id in held.came if measure.is_each else (None,):
            if measure.is_each and rng.random() > HANDS_IN:
                continue
            amount = rng.randint(least * parts, most * parts) * SCALE // parts
            amounts[measure.key] = min(amount, amounts.get(measure.part_of, amount))
            yield {
                "slot_id": held.id, "member_id": member_id, "measure": measure.key, "amount": amounts[measure.key],
                "day": local_day(held.starts_at), "reason": "", "entered_by_id": held.by, "entered_at": held.at,
                "is_current": True,
            }  # fmt: skip


def _correct(now: datetime) -> None:
    """The last elder-care visit that is long enough ago."""
    query = (
        sa.select(Outcome)
        .where(Outcome.measure == "elders_visited", Outcome.entered_at < now - LATER)
        .order_by(Outcome.entered_at.desc(), Outcome.id)
        .limit(1)
    )
    for row in db.session.scalars(query):
        cell, amount = Cell(row.measure), (row.amount or 0) + 3 * SCALE
        enter(row.entered_by_id, row.slot_id, {cell: amount}, row.entered_at + LATER, reason=WHY)


def _aim(now: datetime) -> None:
    today = local_day(now)
    term = sa.select(Term.starts_on).where(Term.starts_on <= today).order_by(Term.starts_on.desc()).limit(1)
    starts_on = db.session.scalar(term)
    if starts_on is None:
        return
    by = (
        sa.select(Activity.id, Activity.kind_key, sa.func.min(Record.recorded_by_id))
        .join(Post, Post.activity_id == Activity.id)
        .join(Slot, Slot.post_id == Post.id)
        .join(Record, Record.slot_id == Slot.id)
        .where(Activity.kind_key.in_(TARGETS))
        .group_by(Activity.id, Activity.kind_key)
    )
    for activity_id, kind, organizer in db.session.execute(by).all():
        set_targets(
            organizer, activity_id, starts_on, {key: amount * SCALE for key, amount in TARGETS[kind].items()}, now
        )

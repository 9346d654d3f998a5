"""A draw's page: announced with a hash, then its result with all that it takes to recompute it."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, Flask, Response, render_template
from flask_login import current_user

from activities.draws import queries, rules
from activities.draws.models import Draw, DrawEntry
from activities.draws.rules import Drawn, Entry
from activities.duties.kinds import LEDGER_NAMES
from activities.duties.models import Slot
from activities.kit import clock
from activities.kit.access import access
from activities.kit.roles import Permission
from activities.people.users import Viewer
from activities.records.queries import minutes_since
from activities.signups import panels
from activities.signups.cards import Card
from activities.signups.panels import Panel

draws = Blueprint("draws", __name__)


def init_app(app: Flask) -> None:
    app.register_blueprint(draws)


@draws.get("/draws/<public_id>")
@access(Permission.TAKE_PART)
def draw(public_id: str) -> Any:
    found = queries.draw_for(current_user, public_id)
    ledger = found.activity.kind.ledger
    since = clock.local_day(min(clock.now(), found.draws_at)) - timedelta(days=found.days)
    minutes = minutes_since([current_user.id], since).get((current_user.id, ledger), 0)
    entries = queries.entries_of(found) if found.drawn_at else []
    return render_template(
        "draws/draw.html", draw=found, activity=found.activity, ledger=LEDGER_NAMES[ledger],
        slots=[] if found.drawn_at else queries.slots_of(found), mine=queries.mine(current_user, found),
        seed=queries.seed_of(found), results=_results(found, entries), example=entries[0] if entries else None,
        most=rules.MOST_TICKETS, minutes=minutes, tickets=rules.tickets(minutes),
    )  # fmt: skip


@draws.get("/draws/<public_id>/data.json")
@access(Permission.TAKE_PART)
def data(public_id: str) -> Any:
    found = queries.draw_for(current_user, public_id)
    text = json.dumps(_document(found), ensure_ascii=False, indent=1)
    name = f'attachment; filename="draw-{found.public_id}.json"'
    return Response(text, mimetype="application/json", headers={"Content-Disposition": name})


def _document(draw: Draw) -> dict[str, Any]:
    """The draw as data: numbers for people, never a name. Before it was held, without its seed and entries."""
    facts = {
        "draw": draw.public_id, "activity": draw.activity.name, "hash": draw.seed_hash, "days": draw.days,
        "announced_at": draw.announced_at.isoformat(), "draws_at": draw.draws_at.isoformat(),
        "drawn_at": draw.drawn_at.isoformat() if draw.drawn_at else None,
    }  # fmt: skip
    frozen = draw.frozen or {"slots": [], "clashes": []}
    drawn = [_drawn(entry, slot) for entry, slot in queries.entries_of(draw)] if draw.drawn_at else []
    return rules.document(facts, frozen["slots"], frozen["clashes"], drawn, queries.seed_of(draw))


def _drawn(entry: DrawEntry, slot: str) -> Drawn:
    left = tuple((entry.minutes_left or {}).items())
    own = Entry(slot, entry.number, entry.who, entry.tickets, entry.may, tuple(entry.times or ()), left)
    return Drawn(own, entry.lot, entry.place, str(entry.outcome), entry.minute)


@dataclass(frozen=True)
class Result:
    """A slot that was drawn: its seats then, and the numbers by outcome, in the order of their lots."""

    name: str
    starts_at: datetime
    ends_at: datetime
    seats: int
    seated: list[int]
    waiting: list[int]


def _results(draw: Draw, entries: Iterable[tuple[DrawEntry, str]]) -> list[Result]:
    numbers: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for entry, slot in entries:
        numbers[slot, entry.outcome].append(entry.number)
    return [
        Result(
            slot["name"], datetime.fromisoformat(slot["starts_at"]), datetime.fromisoformat(slot["ends_at"]),
            slot["seats"], numbers[slot["id"], rules.SEATED], numbers[slot["id"], rules.WAITING],
        )
        for slot in draw.frozen.get("slots", ())
    ]  # fmt: skip


@panels.panel
def of_slot(_viewer: Viewer, slot: Slot, card: Card, _now: datetime) -> Panel | None:
    """When the slot is drawn, or was, and where to follow it."""
    if slot.draws_at is None or card.offer.way_in != "draw":
        return None
    found = queries.draw_at(slot.post.activity_id, slot.draws_at)
    return Panel("draws/_panel.html", {"draw": found}) if found else None

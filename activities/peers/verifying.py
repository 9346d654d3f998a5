"""Whether who reviews whom is what the seed says, told without saying who. The seed tells it to anybody who has it, so
that it leaves the database for no page; its hash was fixed, and shown to everybody, before anybody wrote."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from activities.audit.models import AuditEntry
from activities.cycles.models import Cycle
from activities.kit.db import db
from activities.kit.refusal import N_
from activities.peers import queries, rules
from activities.peers.filling import gap_of
from activities.peers.models import PeerDraw
from activities.peers.rules import Verdict

# What leaves a hash of all pairs on the trail.
VERBS = ("draw peers", "fill peers", "let peer reviews go")
WRONG_SEED = N_("The seed is not the one that was drawn.")
WRONG_PAIRS = N_("Who reviews whom was changed since it was drawn.")


def verify(draw: PeerDraw) -> Verdict:
    """Recompute who reviews whom, and hold it against the rows and the trail. A fixed number of statements."""
    found = gap_of(draw)
    return Verdict(found.as_drawn, found.from_before, len(found.missing), _wrong(draw))


def verify_all() -> Iterator[tuple[Cycle, Verdict]]:
    """Of every cycle in which it is drawn."""
    query = sa.select(PeerDraw, Cycle).join(Cycle, Cycle.id == PeerDraw.cycle_id)
    rows = db.session.execute(query.options(joinedload(Cycle.unit, innerjoin=True)).order_by(Cycle.year, Cycle.id))
    for draw, cycle in rows.all():
        yield cycle, verify(draw)


def _wrong(draw: PeerDraw) -> str:
    told = _on_trail(draw.cycle_id)
    seed_hash = next((after["seed_hash"] for after in told if "seed_hash" in after), None)
    pairs_hash = next((after["pairs_hash"] for after in told if "pairs_hash" in after), None)
    if seed_hash not in (None, rules.seed_hash(draw.seed)):
        return WRONG_SEED
    return WRONG_PAIRS if pairs_hash not in (None, queries.pairs_hash(draw)) else ""


def _on_trail(cycle_id: int) -> list[dict[str, Any]]:
    """The latest first."""
    query = sa.select(AuditEntry.after).where(
        AuditEntry.subject == Cycle.__tablename__, AuditEntry.subject_id == cycle_id, AuditEntry.verb.in_(VERBS)
    )
    return list(db.session.scalars(query.order_by(AuditEntry.id.desc())))

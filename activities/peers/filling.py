"""People who come into a review later, or leave it: what of the ring as it stands now is not there yet."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from activities.audit import service as audit
from activities.cycles.locking import held
from activities.cycles.models import Cycle
from activities.cycles.rules import STEPS, Standing, standing
from activities.cycles.rules_refusals import StepOver
from activities.kit.clock import local_day
from activities.kit.db import run, transactional
from activities.kit.refusal import Word
from activities.peers import queries, rules
from activities.peers.models import PeerDraw, PeerReview
from activities.peers.rules import Gap
from activities.peers.service import assign


def gap_of(draw: PeerDraw) -> Gap:
    """What is missing by the same seed, now that people came or left. Three statements."""
    groups = rules.grouped(queries.to_draw(draw.cycle_id, draw.scope))
    return rules.gap(groups, draw.rule, draw.seed, queries.there(draw.cycle_id))


@transactional
def fill(actor_id: int, cycle_id: int, now: datetime) -> int:
    """Give out what is missing; whoever has begun to write of somebody goes on, and what nobody has begun and nobody
    needs any more goes. Return how many reviews are asked for in addition. Raises the rules' Refusal."""
    cycle = held(actor_id, cycle_id)
    draw = queries.draw_of(cycle_id)
    if draw is None:
        raise rules.NotDrawn
    if standing("peers", cycle.windows, local_day(now)) is Standing.OVER:
        raise StepOver(Word(STEPS["peers"].name))
    found = gap_of(draw)
    if not found.missing and not found.spare:
        raise rules.NothingMissing
    spare = sa.delete(PeerReview).where(PeerReview.id.in_(found.spare), PeerReview.revision == 0)
    let_go = run(spare).rowcount if found.spare else 0
    assign(cycle, found.missing, now)
    after = {
        "reviews": len(found.missing), "let_go": let_go, "pairs_hash": queries.pairs_hash(draw),
    }  # fmt: skip
    audit.leave(now, actor_id, "fill peers", Cycle, cycle_id, after=after)
    return len(found.missing)

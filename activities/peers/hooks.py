"""What peer review hands in to the review: its step, whom that waits for, and the words of a draw."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask import url_for
from sqlalchemy.orm import aliased

from activities.cycles.models import Cycle, Participant
from activities.cycles.plugs import Ask, Plug, plug
from activities.cycles.portions import Portion
from activities.cycles.rules import Standing, standing
from activities.cycles.waits import Pairs, Wait, takes_part, waits
from activities.cycles.words import deed
from activities.kit.clock import local_day
from activities.kit.i18n import ngettext, say_day
from activities.kit.refusal import N_
from activities.peers import queries
from activities.peers.models import PeerReview


def _asks(cycle: Cycle, part: Participant, now: datetime) -> Ask | None:
    if standing("peers", cycle.windows, local_day(now)) is not Standing.OPEN:
        return None
    left = sum(one.handed_in_at is None for one in queries.mine(part.id))
    if not left:
        return None
    sentence = ngettext(
        "Write %(num)s peer review until %(day)s.", "Write %(num)s peer reviews until %(day)s.", left,
        day=say_day(cycle.windows["peers"].last),
    )  # fmt: skip
    return Ask("peers", sentence, url_for("peers.mine", public_id=cycle.public_id))


def _told(portion: Portion) -> Mapping[int, Any]:
    draw = queries.draw_of(portion.cycle.id)
    found = queries.results(draw, list(portion.members)) if draw else {}
    return {part_id: {"reviews": one.reviews, "marks": one.marks} for part_id, one in found.items()}


def _to_write(cycle_id: int) -> Pairs:
    """Whoever has a review of somebody else to write."""
    reviewed = aliased(Participant)
    writing = (
        sa.select(Participant.unit_id, Participant.member_id)
        .join(PeerReview, PeerReview.reviewer_id == Participant.id)
        .join(reviewed, reviewed.id == PeerReview.reviewed_id)
    )
    left = (PeerReview.handed_in_at.is_(None), reviewed.removed_at.is_(None))
    return writing.where(*takes_part(cycle_id), *left).distinct()


plug("peers", Plug(done=queries.done, asks=_asks, frozen=_told, member_page="peers.mine", holder_page="peers.keep"))
waits(
    Wait("peers", "peers", N_("Peer review not handed in"), N_("A peer review of yours is not handed in."), _to_write)
)
deed("draw peers", N_("drew who reviews whom, %(reviews)s reviews in all"))
deed("fill peers", N_("gave out %(reviews)s more reviews, because people came or left"))
deed("let peer reviews go", N_("let peer reviews go that were somebody's of themselves"))

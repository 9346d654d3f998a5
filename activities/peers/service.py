"""Drawing who reviews whom, and writing it: drafts kept, handed in once."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from secrets import token_hex

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from activities.audit import service as audit
from activities.cycles import queries as cycles
from activities.cycles.locking import held, part_locked
from activities.cycles.models import Cycle, Participant
from activities.cycles.rules import why_not_now
from activities.cycles.rules_refusals import NotOpen
from activities.kit.clock import local_day
from activities.kit.db import db, lock, run, transactional
from activities.kit.refusal import ChangedMeanwhile, NotFound
from activities.outbox.jobs import every
from activities.peers import notices, queries, rules
from activities.peers.models import PeerDraw, PeerReview
from activities.peers.rules import PeerRule
from activities.people.joining import when_joined
from activities.people.models import Member
from activities.people.persons import same_person

PAIRS = sa.insert(PeerReview)
NO_SYNC = {"synchronize_session": False}


@transactional
def draw(actor_id: int, cycle_id: int, rule: PeerRule, now: datetime) -> int:
    """Say who reviews whom, again as long as nobody has begun. Return how many reviews are asked for. As many
    statements for ten thousand people as for ten. Raises the rules' Refusal."""
    cycle = held(actor_id, cycle_id)
    begun = sa.select(PeerReview.revision).where(PeerReview.cycle_id == cycle_id).with_for_update(key_share=True)
    if any(db.session.scalars(begun)):
        raise rules.ReviewsBegun
    groups = rules.grouped(queries.to_draw(cycle_id, rule.scope))
    if refusal := rules.why_not_rule(rule, groups):
        raise refusal
    for table in (PeerReview, PeerDraw):
        db.session.execute(sa.delete(table).where(table.cycle_id == cycle_id), execution_options=NO_SYNC)
    one = PeerDraw(cycle_id=cycle_id, seed=token_hex(16), drawn_at=now, drawn_by_id=actor_id, **rule._asdict())
    db.session.add(one)
    db.session.flush()
    assign(cycle, rules.drawn(groups, rule.each, one.seed), now)
    count = db.session.scalar(sa.select(sa.func.count(PeerReview.id)).where(PeerReview.cycle_id == cycle_id)) or 0
    after = {
        "scope": rule.scope, "each": rule.each, "least": rule.least, "criteria": list(rule.criteria),
        "seed_hash": one.seed_hash, "pairs_hash": queries.pairs_hash(one), "reviews": count,
    }  # fmt: skip
    audit.leave(now, actor_id, "draw peers", Cycle, cycle_id, after=after)
    return count


def assign(cycle: Cycle, pairs: Sequence[tuple[int, int]], now: datetime) -> None:
    """Inside a transaction: ask for these reviews, and tell who is to write them."""
    query = sa.select(Participant.id, Participant.member_id).where(Participant.cycle_id == cycle.id)
    members = dict(db.session.execute(query).all())
    rows = [
        {
            "cycle_id": cycle.id, "reviewer_id": reviewer, "reviewed_id": reviewed, "member_id": members[reviewer],
            "marks": (), "comment": "", "revision": 0,
        }
        for reviewer, reviewed in pairs
    ]  # fmt: skip
    if rows:
        run(PAIRS, rows)
    notices.drawn(sorted({members[reviewer] for reviewer, _ in pairs}), cycle, now)


@transactional
def write(
    member_id: int, review_id: int, revision: int, marks: Sequence[str], comment: str, now: datetime, *, hand_in: bool
) -> int:  # fmt: skip
    """Keep what somebody writes of somebody else, or hand it in. Return its revision. Raises the rules' Refusal,
    ChangedMeanwhile where another was kept since the one of `revision`."""
    found = db.session.get(PeerReview, review_id)
    part = part_locked(found.cycle_id, member_id) if found else None
    if found is None or part is None or part.removed_at is not None or part.id != found.reviewer_id:
        raise NotFound
    one = lock(PeerReview, review_id)
    if not part.cycle.is_open:
        raise NotOpen
    if refusal := why_not_now("peers", part.cycle.windows, local_day(now)):
        raise refusal
    if one.handed_in_at is not None:
        raise rules.ReviewHandedIn
    if same_person(member_id, one.reviewed.member_id):
        raise rules.OwnReview
    if one.revision != revision:
        raise ChangedMeanwhile
    if hand_in and not all(marks):
        raise rules.MarksMissing
    one.marks, one.comment, one.saved_at = tuple(mark or rules.NO_MARK for mark in marks), comment, now
    one.revision += 1
    if hand_in:
        one.handed_in_at = now
        # Not of whom: the trail of a year is read by more people than may know who wrote of whom.
        audit.leave(now, member_id, "hand in a peer review", Participant, part.id)
    return one.revision


@every(3 * 3600, "tell who has peer reviews to write")
def remind(now: datetime) -> None:
    """Once each, on the last days of the step, as the cycle says for what is handed in."""
    today = local_day(now)
    for cycle in cycles.in_step("peers", today):
        if cycles.is_reminding(cycle, "peers", today):
            _remind(cycle.id, now)


@transactional
def _remind(cycle_id: int, now: datetime) -> None:
    cycle = db.session.get_one(Cycle, cycle_id)
    if cycle.is_open:
        notices.due_soon(queries.left_to_write(cycle_id), cycle, now)


@when_joined
def none_of_oneself(actor_id: int, accounts_joined: Collection[int], now: datetime) -> None:
    """What one account of somebody was to write, or wrote, of another is of themselves, and goes."""
    reviewer, reviewed = aliased(Participant), aliased(Participant)
    query = (
        sa.select(PeerReview.id, PeerReview.cycle_id)
        .join(reviewer, reviewer.id == PeerReview.reviewer_id)
        .join(reviewed, reviewed.id == PeerReview.reviewed_id)
        .where(reviewer.member_id.in_(accounts_joined), reviewed.member_id.in_(accounts_joined))
    )
    found = dict(db.session.execute(query).all())
    if not found:
        return
    db.session.execute(sa.delete(PeerReview).where(PeerReview.id.in_(found)), execution_options=NO_SYNC)
    audit.leave(now, actor_id, "peer reviews of oneself", Member, min(accounts_joined), after={"gone": len(found)})
    for cycle_id in sorted(set(found.values())):
        if drawn := queries.draw_of(cycle_id):
            after = {"pairs_hash": queries.pairs_hash(drawn)}
            audit.leave(now, actor_id, "let peer reviews go", Cycle, cycle_id, after=after)

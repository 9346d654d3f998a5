"""One vote a person, and nothing that ties it to them. A vote leaves no entry in the trail, no notice and no line in
the log, on purpose: each would tell when it was put in, and one more word what."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime

import sqlalchemy as sa

from activities.audit import service as audit
from activities.ballots import boxes, queries, rules
from activities.ballots.models import Ballot, BallotVoter
from activities.ballots.rules import BallotState
from activities.kit.db import db, lock, transactional
from activities.kit.refusal import NotFound
from activities.kit.sealing import SealedOtherwise
from activities.people.joining import when_joined
from activities.people.models import Member


@transactional
def vote(actor_id: int, ballot_id: int, ticks: Mapping[int, int | None], now: datetime) -> None:
    """Put a paper into the box and mark that this person has voted, both or neither. `ticks` say by place which choice
    is made of somebody; of whom they say nothing none is. Raises the rules' Refusal; NotFound for who has no vote.

    The lock on the member lets accounts that are being joined wait, that on the ballot other papers. Whatever the paper
    says, the same statements are sent, with values of the same length.
    """
    lock(Member, actor_id)
    ballot = lock(Ballot, ballot_id)
    voter = queries.voter(ballot_id, actor_id)
    if voter is None:
        raise NotFound
    if refusal := rules.why_not_vote(ballot.state, ballot.ends_at, voter.has_voted, now):
        raise refusal
    form = queries.on_form(ballot_id)
    theirs = queries.but_own(form, actor_id)
    paper = {one.place: ticks.get(one.place) for one in theirs}
    if ticks.keys() - paper.keys():
        raise rules.OwnAppraisal
    if any(choice is not None and not 0 <= choice < len(ballot.choices) for choice in paper.values()):
        raise NotFound
    box = boxes.box_of(ballot_id)
    try:
        content = boxes.unseal(box.sealed, ballot.public_id)
    except SealedOtherwise:
        raise rules.BoxIsLost from None
    content = rules.put_in(content, ballot.shape(len(form)), voter.of_masses, paper)
    box.sealed = boxes.seal(content, ballot.public_id)
    voter.has_voted = True


@when_joined
def one_vote(actor_id: int, accounts_joined: Collection[int], now: datetime) -> None:
    """Accounts that turn out to be one person's have one vote in what is open: one that is not used goes. Two papers
    that are in the box cannot be told from the others; that there are two stands on the trail."""
    query = sa.select(BallotVoter).join(BallotVoter.ballot).where(Ballot.state == BallotState.OPEN)
    several: dict[int, list[BallotVoter]] = defaultdict(list)
    for one in db.session.scalars(query.where(BallotVoter.member_id.in_(accounts_joined)).order_by(BallotVoter.id)):
        several[one.ballot_id].append(one)
    for ballot_id, voters in sorted(several.items()):
        if len(voters) < 2:
            continue
        ballot = lock(Ballot, ballot_id)
        used = [one for one in voters if one.has_voted]
        spare = [one for one in voters if one not in (used or voters[:1])]
        for one in spare:
            db.session.delete(one)
        after = {"votes_taken_away": len(spare), "papers_of_one_person": len(used)}
        audit.leave(now, actor_id, "one person, one vote", Ballot, ballot.id, after=after)

"""How a ballot goes on and ends: longer, closed, counted, or cancelled with all its papers; and the reminder before."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from activities.audit import service as audit
from activities.ballots import boxes, notices, queries, rules
from activities.ballots.models import Appraised, Ballot, BallotBox, BallotTally
from activities.ballots.rules import BallotState, Whose
from activities.ballots.service import kept
from activities.kit.db import db, lock, revise, run, transactional
from activities.kit.sealing import SealedOtherwise
from activities.outbox.jobs import every

TALLIES = sa.insert(BallotTally)


@transactional
def extend(actor_id: int, ballot_id: int, ends_at: datetime, reason: str, now: datetime) -> None:
    """Give people more time. Everyone who has a vote is told. Raises the rules' Refusal."""
    ballot = _going_on(actor_id, ballot_id, now)
    if refusal := rules.why_not_extend(ballot.ends_at, ends_at):
        raise refusal
    _extend(ballot, actor_id, ends_at, reason, now)


@transactional
def prolong(ballot_id: int, ends_at: datetime, reason: str, now: datetime) -> None:
    """Let a ballot, open or only prepared, last until a later moment, because what it belongs to does."""
    ballot = lock(Ballot, ballot_id)
    if ballot.state is not BallotState.DRAFT and rules.why_not_going_on(ballot.state, ballot.ends_at, now):
        return
    if not rules.why_not_extend(ballot.ends_at, ends_at):
        _extend(ballot, None, ends_at, reason, now)


def _extend(ballot: Ballot, actor_id: int | None, ends_at: datetime, reason: str, now: datetime) -> None:
    before, after = revise(ballot, {"ends_at": ends_at}, now)
    audit.leave(now, actor_id, "extend ballot", Ballot, ballot.id, before=before, after=after, reason=reason)
    notices.extended(ballot, queries.not_yet(ballot.id), reason, now)


@transactional
def close(actor_id: int, ballot_id: int, reason: str, now: datetime) -> None:
    """End the voting now and count. Raises the rules' Refusal."""
    ballot = _going_on(actor_id, ballot_id, now)
    if queries.progress([ballot_id])[ballot_id].voted < ballot.least:
        raise rules.TooFewYet(ballot.least)
    _count(ballot, actor_id, reason, now)


@transactional
def cancel(actor_id: int, ballot_id: int, reason: str, now: datetime) -> None:
    """Call a ballot off before its end: all papers are destroyed, and everyone who had a vote is told why."""
    ballot = kept(actor_id, ballot_id)
    if ballot.state is not BallotState.DRAFT and (refusal := rules.why_not_going_on(ballot.state, ballot.ends_at, now)):
        raise refusal
    _cancel(ballot, actor_id, reason, now)


@transactional
def drop(ballot_id: int, reason: str, now: datetime) -> None:
    """Call a ballot off, because what it belongs to is."""
    ballot = lock(Ballot, ballot_id)
    if ballot.state in (BallotState.DRAFT, BallotState.OPEN):
        _cancel(ballot, None, reason, now)


def _cancel(ballot: Ballot, actor_id: int | None, reason: str, now: datetime) -> None:
    was, ballot_id = ballot.state, ballot.id
    _destroy_papers(ballot_id)
    revise(ballot, {"state": BallotState.CANCELLED, "ended_at": now, "reason": reason}, now)
    audit.leave(
        now, actor_id, "cancel ballot", Ballot, ballot_id, before={"state": was}, after={"state": ballot.state},
        reason=reason,
    )  # fmt: skip
    if was is BallotState.OPEN:
        notices.cancelled(ballot, queries.electorate(ballot_id), reason, now)


def set_aside(ballot_id: int, actor_id: int, reason: str, now: datetime) -> None:
    """Inside a transaction: let what was counted stand no more, because it is held anew; what was kept of it goes, and
    everyone who had a vote is told why. Whoever calls this has asked whether it may be. Raises the rules' Refusal."""
    ballot = lock(Ballot, ballot_id)
    if ballot.state is not BallotState.COUNTED:
        raise rules.NotCounted
    kept_of_it = BallotTally.appraised_id.in_(sa.select(Appraised.id).where(Appraised.ballot_id == ballot_id))
    db.session.execute(sa.delete(BallotTally).where(kept_of_it), execution_options={"synchronize_session": False})
    before, after = revise(ballot, {"state": BallotState.CANCELLED, "reason": reason}, now)
    audit.leave(now, actor_id, "set ballot aside", Ballot, ballot_id, before=before, after=after, reason=reason)
    notices.set_aside(ballot, queries.electorate(ballot_id), reason, now)


def _going_on(actor_id: int, ballot_id: int, now: datetime) -> Ballot:
    ballot = kept(actor_id, ballot_id)
    if refusal := rules.why_not_going_on(ballot.state, ballot.ends_at, now):
        raise refusal
    return ballot


# ── what happens by itself ──────────────────────────────────────────────────


@every(60, "count ballots whose time is over")
def count_those_over(now: datetime) -> None:
    for ballot_id in queries.to_count(now):
        _count_if_over(ballot_id, now)


@transactional
def _count_if_over(ballot_id: int, now: datetime) -> None:
    ballot = lock(Ballot, ballot_id)
    if ballot.state is BallotState.OPEN and ballot.is_over(now):
        _count(ballot, None, "", now)


def _count(ballot: Ballot, actor_id: int | None, reason: str, now: datetime) -> None:
    """Keep of the papers what may be known, and destroy the box."""
    form = queries.on_form(ballot.id)
    state, tallies = BallotState.COUNTED, list[dict[str, object]]()
    try:
        content = boxes.unseal(boxes.box_of(ballot.id).sealed, ballot.public_id)
    except SealedOtherwise:
        state = BallotState.SPOILT
    else:
        tallies = _tallies(ballot, form, content)
    _destroy_papers(ballot.id)
    if tallies:
        run(TALLIES, tallies)
    revise(ballot, {"state": state, "ended_at": now, "reason": reason}, now)
    after = {"state": state, "voted": queries.progress([ballot.id])[ballot.id].voted, "shown_of": len(tallies)}
    audit.leave(now, actor_id, "count ballot", Ballot, ballot.id, after=after, reason=reason)
    known = {tally["appraised_id"] for tally in tallies}
    notices.counted(ballot, [one.member_id for one in form if one.id in known], now)


def _tallies(ballot: Ballot, form: Sequence[Appraised], content: bytes) -> list[dict[str, object]]:
    papers = rules.counted(content, ballot.shape(len(form)))
    return [
        {"appraised_id": one.id, "whose": whose, "counts": list(counts)}
        for one in form
        for whose, counts in _shown(ballot, papers[one.place])
    ]


def _shown(ballot: Ballot, groups: dict[Whose, tuple[int, ...]]) -> list[tuple[Whose, tuple[int, ...]]]:
    return list(rules.publishable(groups, ballot.least).items())


def _destroy_papers(ballot_id: int) -> None:
    db.session.execute(sa.delete(BallotBox).where(BallotBox.ballot_id == ballot_id))


@every(300, "wipe what boxes left on the disk")
def wipe_those_ended(now: datetime) -> None:
    """Until it could be done; twice is as once."""
    ids = queries.not_wiped()
    if ids and boxes.wipe():
        _note_wiped(ids, now)


@transactional
def _note_wiped(ballot_ids: Sequence[int], now: datetime) -> None:
    noted = sa.update(Ballot).where(Ballot.id.in_(ballot_ids), Ballot.wiped_at.is_(None)).values(wiped_at=now)
    db.session.execute(noted, execution_options={"synchronize_session": False})


@every(600, "remind who has not voted")
def remind_those_due(now: datetime) -> None:
    for ballot in queries.not_reminded(now):
        if ballot.opened_at and rules.remind_at(ballot.opened_at, ballot.ends_at) <= now:
            _remind(ballot.id, now)


@transactional
def _remind(ballot_id: int, now: datetime) -> None:
    """Once, however many workers come to it at a time."""
    ballot = lock(Ballot, ballot_id)
    if ballot.reminded_at is None and ballot.state is BallotState.OPEN and not ballot.is_over(now):
        ballot.reminded_at = now
        notices.reminded(ballot, queries.not_yet(ballot_id), now)

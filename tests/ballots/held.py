"""Ballots of the cast's school: five members with a vote each, and Wang, who is of the masses."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from activities.ballots import ending, rules, service, voting
from activities.ballots.boxes import box_of, unseal
from activities.ballots.models import Appraised, Ballot, BallotVoter
from activities.ballots.rules import DEFAULT_CHOICES, Plan, Whose
from activities.kit.db import db
from activities.people.models import Member, Unit
from tests.cast import DAY, NOW, Cast, make_member

PLAN = Plan(
    "2026 年度民主测评", below=True, choices=DEFAULT_CHOICES, asks_masses=False, least=3, shows_own=True,
    ends_at=NOW + 7 * DAY,
)  # fmt: skip


def prepared(cast: Cast, *people: Member, unit: Unit | None = None, **more: Any) -> Ballot:
    """A draft by Chen on these people, by default Lin and Zhao."""
    public_id = service.prepare(cast.chen.id, (unit or cast.school).id, PLAN._replace(**more), NOW)
    ballot = db.session.scalars(sa.select(Ballot).where(Ballot.public_id == public_id)).one()
    service.choose(cast.chen.id, ballot.id, {one.public_id for one in people or (cast.lin, cast.zhao)}, NOW)
    return ballot


def opened(cast: Cast, *people: Member, **more: Any) -> Ballot:
    ballot = prepared(cast, *people, **more)
    service.open_one(cast.chen.id, ballot.id, NOW)
    return ballot


def places(ballot: Ballot) -> dict[int, int]:
    """Where on the form each member stands."""
    rows = db.session.execute(sa.select(Appraised.member_id, Appraised.place).where(Appraised.ballot_id == ballot.id))
    return dict(rows.all())


def in_box(ballot: Ballot) -> list[dict[Whose, tuple[int, ...]]]:
    """What only the key shows: the counts so far, by place."""
    content = unseal(box_of(ballot.id).sealed, ballot.public_id)
    return rules.counted(content, ballot.shape(len(places(ballot))))


def marked(ballot: Ballot) -> set[int]:
    """Who has voted."""
    query = sa.select(BallotVoter.member_id).where(BallotVoter.ballot_id == ballot.id, BallotVoter.has_voted)
    return set(db.session.scalars(query))


def comes(number: str, name: str, unit: Unit, **more: Any) -> Member:
    """Somebody new in a unit."""
    member = make_member(number, name, db.session.get_one(Unit, unit.id), **more)
    db.session.commit()
    return member


def of_first(cast: Cast, state: str, now: datetime = NOW) -> str:
    """The public id of a ballot of the first branch on Lin, with three more members, that has come so far."""
    found = db.session.scalar(sa.select(Ballot.public_id).where(Ballot.state == state))
    if found:
        return found
    people = [comes(f"{state}-{n}", f"同志{n}", cast.first) for n in range(3)]
    ballot = prepared(cast, cast.lin, unit=cast.first, ends_at=now + 7 * DAY)
    if state != "draft":
        service.open_one(cast.chen.id, ballot.id, now)
    if state == "counted":
        for one in people:
            voting.vote(one.id, ballot.id, {0: 0}, now)
        ending.close(cast.chen.id, ballot.id, "都投完了", now)
    return ballot.public_id

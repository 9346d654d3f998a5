"""A review of the cast's school with more people in the first branch, drawn so that they review one another."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

import sqlalchemy as sa
from flask import current_app

from activities.cycles import pages
from activities.cycles.models import Participant
from activities.cycles.plugs import Ask
from activities.kit.clock import at
from activities.kit.db import db
from activities.peers import queries, service
from activities.peers.models import PeerReview
from activities.peers.rules import PeerRule, Scope
from activities.people.models import Member, Unit
from tests.cast import NOW, Cast, make_member
from tests.cycles.opened import opened, the_cycle

MARKS = ["0", "1", "0", "2"]


def crowd(cast: Cast, size: int, unit: Unit | None = None) -> list[Member]:
    """More members, by default of the first branch."""
    where = db.session.get_one(Unit, (unit or cast.first).id)
    people = [make_member(f"p{where.id}-{n}", f"同志{n}", where, class_name=f"营销{n % 2}") for n in range(size)]
    db.session.commit()
    return people


def drawn(cast: Cast, size: int = 6, *, each: int = 3, scope: Scope = Scope.UNIT, **more: Any) -> str:
    """The public id of a review in which it is drawn who reviews whom. Lin and Ou are among the first branch's."""
    crowd(cast, size)
    public_id = opened(cast)
    service.draw(cast.chen.id, the_cycle().id, PeerRule(scope=scope, each=each, **more), NOW)
    return public_id


def step(key: str) -> datetime:
    """The morning of a step's first day."""
    return at(the_cycle().windows[key].first, time(9))


def after(key: str) -> datetime:
    return step(key).replace(year=2027, month=2)


def reviews(*, of: Member | None = None, by: Member | None = None) -> list[PeerReview]:
    query = sa.select(PeerReview).order_by(PeerReview.id)
    for column, member in ((PeerReview.reviewed_id, of), (PeerReview.reviewer_id, by)):
        if member:
            query = query.where(column.in_(sa.select(Participant.id).where(Participant.member_id == member.id)))
    return list(db.session.execute(query, execution_options={"populate_existing": True}).scalars())


def handed_in(one: PeerReview, comment: str = "", marks: list[str] = MARKS) -> None:
    service.write(one.member_id, one.id, one.revision, marks, comment, step("peers"), hand_in=True)


def asked(member: Member, now: datetime) -> list[Ask]:
    """What reviews ask of somebody."""
    with current_app.test_request_context():
        return pages.asked_of(member, now)


def told(member: Member):
    draw = queries.draw_of(the_cycle().id)
    part = db.session.scalar(sa.select(Participant.id).where(Participant.member_id == member.id))
    return queries.results(draw, [part]).get(part)

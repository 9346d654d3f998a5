"""A secret ballot beside those of reviews: the member's branch looked at itself at half-time, with the masses asked."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

import sqlalchemy as sa

from activities.ballots import ending, queries, service
from activities.ballots.models import Ballot
from activities.ballots.rules import DEFAULT_CHOICES, DEFAULT_LEAST, Plan
from activities.demo import article, papers
from activities.kit.clock import local_day
from activities.kit.db import db
from activities.people.models import Member

OPENED_AGO, COUNTED_AGO = timedelta(days=40), timedelta(days=33)
COME = 0.85
# As many as think well about one another on one form.
APPRAISED = 24


def play(now: datetime) -> None:
    rng = Random(article.SEED)
    people = dict(db.session.execute(sa.select(Member.number, Member.id)).all())
    member = db.session.get_one(Member, people["member"])
    secretary, unit_id = people["secretary"], member.unit_id
    year = local_day(now).year
    counted = Plan(
        f"{year} 年上半年民主测评", below=False, choices=DEFAULT_CHOICES, asks_masses=True, least=DEFAULT_LEAST,
        shows_own=True, ends_at=now - COUNTED_AGO,
    )  # fmt: skip
    ballot_id = _opened(secretary, unit_id, counted, member, now - OPENED_AGO)
    papers.vote(ballot_id, COME, (), rng)
    ending.remind_those_due(now - COUNTED_AGO - timedelta(hours=20))
    ending.count_those_over(now - COUNTED_AGO)


def _opened(secretary: int, unit_id: int, plan: Plan, member: Member, then: datetime) -> int:
    """On the member and others of the branch, as many as fit on one form."""
    public_id = service.prepare(secretary, unit_id, plan, then)
    ballot = db.session.scalars(sa.select(Ballot).where(Ballot.public_id == public_id)).one()
    form = [one.member.public_id for one in queries.on_form(ballot.id)]
    service.choose(secretary, ballot.id, {member.public_id, *form[: APPRAISED - 1]}, then)
    service.open_one(secretary, ballot.id, then)
    return ballot.id

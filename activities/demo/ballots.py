"""Secret ballots of the demo: one of the member's branch that is counted, on everybody in it, with the masses asked;
and one that is open, in which some have voted and the member has not."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

import sqlalchemy as sa

from activities.ballots import ending, queries, service, voting
from activities.ballots.models import Ballot
from activities.ballots.rules import DEFAULT_CHOICES, DEFAULT_LEAST, Plan
from activities.demo import article
from activities.kit.clock import local_day
from activities.kit.db import db
from activities.people.models import Member

OPENED_AGO, COUNTED_AGO, ASKED_AGO, LEFT = (timedelta(days=days) for days in (40, 33, 2, 5))
# Of so many of a hundred people each choice is made, and last none.
LIKELY = (34, 52, 6, 1, 7)
COME, COME_SO_FAR = 0.85, 0.4
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
    _vote(ballot_id, COME, set(), rng, now - OPENED_AGO + timedelta(days=1))
    ending.remind_those_due(now - COUNTED_AGO - timedelta(hours=20))
    ending.count_those_over(now - COUNTED_AGO)
    asked = counted._replace(title=f"{year} 年度党员民主测评", asks_masses=False, ends_at=now + LEFT)
    ballot_id = _opened(secretary, unit_id, asked, member, now - ASKED_AGO)
    _vote(ballot_id, COME_SO_FAR, {member.id}, rng, now - timedelta(hours=5))


def _opened(secretary: int, unit_id: int, plan: Plan, member: Member, then: datetime) -> int:
    """On the member and others of the branch, as many as fit on one form."""
    public_id = service.prepare(secretary, unit_id, plan, then)
    ballot = db.session.scalars(sa.select(Ballot).where(Ballot.public_id == public_id)).one()
    form = [one.member.public_id for one in queries.on_form(ballot.id)]
    service.choose(secretary, ballot.id, {member.public_id, *form[: APPRAISED - 1]}, then)
    service.open_one(secretary, ballot.id, then)
    return ballot.id


def _vote(ballot_id: int, share: float, without: set[int], rng: Random, then: datetime) -> None:
    form = queries.on_form(ballot_id)
    for voter in sorted(set(queries.electorate(ballot_id)) - without):
        if rng.random() < share:
            places = [one.place for one in queries.but_own(form, voter)]
            choices = rng.choices((*range(len(LIKELY) - 1), None), LIKELY, k=len(places))
            voting.vote(voter, ballot_id, dict(zip(places, choices, strict=True)), then)

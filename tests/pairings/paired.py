"""Who cares for whom among the cast."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa

from activities.kit.db import db
from activities.pairings import service
from activities.pairings.models import Pairing
from activities.pairings.rules import Sort
from activities.pairings.service import OfClass, OfPerson
from activities.people.models import Member
from tests.cast import NOW, Cast

SEPTEMBER = date(2026, 9, 1)
CLASS = "营销2301"


def paired(cast: Cast, member: Member, sort: Sort = Sort.CLASS_TEACHER, *, first: date = SEPTEMBER) -> str:
    """Somebody who cares for the class of Lin and Wang. The public id of that."""
    return service.pair(cast.chen.id, member.id, sort, OfClass(cast.first.id, CLASS), first, NOW)


def mentored(cast: Cast, mentor: Member, person: Member) -> str:
    return service.pair(cast.chen.id, mentor.id, Sort.MENTOR, OfPerson(person.id), SEPTEMBER, NOW)


def the_pairing(public_id: str) -> Pairing:
    query = sa.select(Pairing).where(Pairing.public_id == public_id)
    return db.session.execute(query, execution_options={"populate_existing": True}).scalars().one()

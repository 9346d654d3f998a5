"""A review of the cast's school with activists of the first branch in somebody's care."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from activities.cares import queries, service
from activities.cares.models import CareOpinion
from activities.kit.db import db
from activities.pairings.rules import Sort
from activities.people.models import Member
from activities.people.rules import Stage
from tests.cast import NOW, Cast, make_member
from tests.cycles.opened import opened, the_cycle
from tests.pairings.paired import CLASS, paired

TEXT = "学习刻苦，热心班级工作，按时参加志愿服务。"


def guided(cast: Cast) -> str:
    """Ou is the class teacher of Wang and a candidate, with whose class Gu is paired. The review's public id."""
    make_member("2301021", "何一", cast.first, class_name=CLASS, stage=Stage.CANDIDATE)
    make_member("2301022", "申请人", cast.first, class_name=CLASS, stage=Stage.APPLICANT)
    db.session.commit()
    paired(cast, cast.ou)
    paired(cast, cast.gu, Sort.PAIRED)
    return opened(cast)


def kept(
    by: Member, person: Member, *, text: str = TEXT, revision: int | None = None, now: datetime = NOW,
    hand_in: bool = True,
) -> int:  # fmt: skip
    """Write over what is there, unless another revision is said to have been seen."""
    cycle = the_cycle().public_id
    if revision is None:
        line = next((one for one in queries.mine(by.id) if one.person.id == person.id), None)
        revision = line.written.revision if line and line.written else 0
    return service.write(by.id, cycle, person.public_id, revision, text, now, hand_in=hand_in)


def the_opinions() -> list[CareOpinion]:
    query = sa.select(CareOpinion).order_by(CareOpinion.id)
    return list(db.session.execute(query, execution_options={"populate_existing": True}).scalars())

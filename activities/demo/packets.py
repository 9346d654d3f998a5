"""By what the general branch reckons points: last year, and in this one in a version that was changed since."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from activities.duties.kinds import Ledger, Topic
from activities.kit.clock import local_day
from activities.kit.db import db
from activities.kit.roles import Role
from activities.packets.rules import SCALE, Counts, Formula, Term
from activities.packets.service import set_formula
from activities.people.models import Member, RoleGrant

LAST_YEAR, SET_AGO, CHANGED_AGO = (timedelta(days=days) for days in (380, 69, 29))
VISITS = "times:elder_care"


def play(now: datetime) -> None:
    secretary = db.session.scalars(sa.select(Member.id).where(Member.number == "secretary")).one()
    held = sa.select(RoleGrant.unit_id).where(RoleGrant.member_id == secretary, RoleGrant.role == Role.SECRETARY)
    school, year = db.session.scalars(held).one(), local_day(now).year
    first, changed = _formula(visit=3), _formula(visit=2)
    set_formula(secretary, school, year - 1, 0, first, "沿用学院往年的积分办法。", now - LAST_YEAR)
    set_formula(secretary, school, year, 0, first, "积分只作参考，评议由支部大会作出。", now - SET_AGO)
    reason = "各支部反映敬老服务权重偏高，每次由 3 分改为 2 分。"
    set_formula(secretary, school, year, 1, changed, reason, now - CHANGED_AGO)


def _formula(visit: int) -> Formula:
    """60 for everybody, up to 30 for what was done, up to 10 by the ballot."""
    terms = (
        Term(Counts.DONE, f"hours:{Ledger.SERVICE}", 1, 10), Term(Counts.DONE, f"hours:{Ledger.DUTY}", 1, 6),
        Term(Counts.DONE, VISITS, visit, 6), Term(Counts.DONE, f"study:{Topic.THEORY}", 1, 5),
        Term(Counts.COMMENDED, "", 3, 6), Term(Counts.MET, "", 5), Term(Counts.ABSENT, "", 2, 10),
    )  # fmt: skip
    scaled = tuple(term._replace(rate=term.rate * SCALE, most=term.most * SCALE) for term in terms)
    return Formula(60 * SCALE, 30 * SCALE, 10 * SCALE, scaled)

"""A record of Lin's that is said to be wrong."""

from __future__ import annotations

import sqlalchemy as sa

from activities.corrections.models import Correction
from activities.corrections.service import ask
from activities.kit.db import db
from activities.records.models import Record
from activities.records.rules import Attendance, Mark
from tests.cast import NOW, Cast
from tests.certificates.orders import recorded

RIGHT = Mark(Attendance.PRESENT, 120)


def recorded_of_lin(cast: Cast) -> Record:
    """An hour and a half of two, as Ou has recorded: the one there is, or a new one."""
    of_lin = sa.select(Record).where(Record.member_id == cast.lin.id)
    if db.session.scalars(of_lin).first() is None:
        recorded(cast, cast.lin)
    return db.session.scalars(of_lin).first()


def correction_of_lin(cast: Cast) -> str:
    found = db.session.scalar(sa.select(Correction.public_id))
    return found or ask(cast.lin.id, recorded_of_lin(cast).id, RIGHT, "待了两个小时", NOW)

"""What stands in volunteers' records beside their service: a course imported for many, an award, and an appraisal
that was corrected."""

from __future__ import annotations

import csv
import io
from datetime import datetime, timedelta

import sqlalchemy as sa

from activities.dossiers import importing
from activities.dossiers.models import Entry
from activities.dossiers.rules import Block, Said
from activities.dossiers.service import correct, enter
from activities.kit.clock import local_day
from activities.kit.db import db
from activities.people.models import Member

PEOPLE = 12
HEADINGS = ("学号", "姓名", "培训名称", "培训内容", "学时", "组织单位", "日期")


def play(now: datetime) -> None:
    people = dict(db.session.execute(sa.select(Member.number, Member.id)).all())
    secretary, member = people["secretary"], people["member"]
    _import(secretary, now - timedelta(days=9))
    day = local_day(now) - timedelta(days=20)
    enter(secretary, member, Block.COMMENDATION, Said("优秀志愿者", day, unit="校团委"), now - timedelta(days=8))
    wrong, right = Said("合格", day), Said("优秀", day)
    public_id = enter(secretary, member, Block.APPRAISAL, wrong, now - timedelta(days=8))
    entry_id = db.session.scalars(sa.select(Entry.id).where(Entry.public_id == public_id)).one()
    correct(secretary, entry_id, right, "誊写时看错了一行。", now - timedelta(days=7))


def _import(keeper: int, now: datetime) -> None:
    """A course in first aid for the member and some others, as a file."""
    query = (
        sa.select(Member.number, Member.name).where(Member.id != keeper).order_by(Member.number != "member", Member.id)
    )
    course = (
        "志愿服务通识与急救",
        "服务礼仪、心肺复苏",
        "4",
        "校青年志愿者协会",
        (local_day(now) - timedelta(14)).isoformat(),
    )
    text = io.StringIO()
    csv.writer(text).writerows([HEADINGS, *((*row, *course) for row in db.session.execute(query.limit(PEOPLE)))])
    content, name = text.getvalue().encode(), "急救培训名单.csv"
    public_id = importing.keep(keeper, Block.TRAINING, content, name, now)
    upload = importing.kept(keeper, Block.TRAINING, public_id, now)
    plan = importing.plan(keeper, Block.TRAINING, content, name, now)
    importing.confirm(keeper, Block.TRAINING, upload.id, content, name, plan.fingerprint, now)

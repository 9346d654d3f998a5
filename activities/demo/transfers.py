"""Hours that volunteers of the school gave elsewhere, brought in from a file: of one of the two activities somebody has
signed, the other waits."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from activities.duties.kinds import kind_of
from activities.duties.models import Post, Slot
from activities.kit import clock
from activities.kit.db import db
from activities.kit.roles import Permission
from activities.people.models import Member
from activities.people.queries import units_for
from activities.people.rules import Standing
from activities.people.service import acting
from activities.records.countersigning import countersign, waiting
from activities.transfers import service
from activities.transfers.rules_cells import guess

FILE, KIND = "青年志愿者协会时长.csv", "practice_team"
PEOPLE = 12
HEADINGS = ("学号", "姓名", "日期", "开始时间", "结束时间", "活动名称", "地点")
# With when the helpers came and went: the first all day long, to set up and to clear away.
LONG, SHORT = ("校运动会志愿服务", "田径场"), ("市图书馆周末整理", "市图书馆")
DAY = timedelta(days=1)


def play(now: datetime) -> None:
    people = dict(db.session.execute(sa.select(Member.number, Member.id)).all())
    importer, signer = people["secretary"], people["organizer"]
    text = io.StringIO()
    csv.writer(text).writerows([HEADINGS, *_rows(clock.local_day(now))])
    when = now - 20 * DAY
    school = units_for(acting(importer), Permission.IMPORT_HOURS)[0]
    content = text.getvalue().encode()
    upload, table = service.keep(importer, school.id, content, FILE, when), service.read(content, FILE)
    columns = guess(table.heading)
    plan = service.look(acting(importer), table, columns, kind_of(KIND).ledger, clock.zone(), when)
    service.confirm(importer, upload, columns, KIND, plan.digest, clock.zone(), when, leaves_out_bad=True)
    _sign(signer, now - 18 * DAY)


def _rows(today: date) -> Iterator[tuple[str, ...]]:
    helpers = sa.select(Member.number, Member.name).where(Member.standing == Standing.STUDENT, Member.active)
    named = db.session.execute(helpers.order_by(Member.number != "member", Member.id).limit(PEOPLE)).all()
    for n, (number, name) in enumerate(named):
        games = ("06:30", "19:45") if n % 4 == 1 else ("12:00", "17:30")
        yield number, name, (today - 38 * DAY).isoformat(), *games, *LONG
        yield number, name, (today - 31 * DAY).isoformat(), "13:00", "16:10", *SHORT


def _sign(signer: int, now: datetime) -> None:
    """Sign what was imported of the second activity."""
    query = sa.select(Slot.id).join(Slot.post).where(Post.place == SHORT[1]).distinct()
    for slot_id in db.session.scalars(query).all():
        countersign(signer, slot_id, {line.public_id: line.changed_at for line in waiting(slot_id, signer)}, now)

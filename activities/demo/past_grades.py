"""The grades of two years before the product, brought as a file: of the staff, and of the students who were members by
then."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime, time
from random import Random

import sqlalchemy as sa

from activities.cycles.rules import Grade
from activities.demo import article
from activities.demo.review import year_of
from activities.kit.clock import at
from activities.kit.db import db
from activities.past import service as importing
from activities.people.models import Member
from activities.people.rules import Stage, Standing

NOON = time(12, 0)
HEADINGS = ("学号", "姓名", "年度", "等次")
SAID = {Grade.EXCELLENT: "优秀", Grade.GOOD: "合格", Grade.FAIR: "基本合格"}
# Of a hundred each.
LIKELY = {Grade.EXCELLENT: 28, Grade.GOOD: 69, Grade.FAIR: 3}
OF_STUDENTS = 60


def play(now: datetime) -> None:
    """Shortly after last year's review was opened, which says so of each."""
    year, rng = year_of(now) - 2, Random(article.SEED)
    secretary = db.session.scalars(sa.select(Member.id).where(Member.number == "secretary")).one()
    people = sa.select(Member.number, Member.name).where(Member.stage == Stage.FULL, Member.active)
    staff = people.where(Member.standing != Standing.STUDENT, Member.id != secretary).order_by(Member.number)
    students = people.where(Member.standing == Standing.STUDENT).order_by(Member.number).limit(OF_STUDENTS)
    rows = [(*one, which, _grade(rng)) for which in (year - 1, year) for one in db.session.execute(staff)]
    rows += [(*one, year, _grade(rng)) for one in db.session.execute(students)]
    text = io.StringIO()
    csv.writer(text).writerows([HEADINGS, *rows])
    _bring(secretary, text.getvalue().encode(), f"{year - 1}—{year}年度评议结果.csv", at(date(year + 1, 12, 3), NOON))


def _grade(rng: Random) -> str:
    return SAID[rng.choices(list(LIKELY), list(LIKELY.values()))[0]]


def _bring(secretary: int, content: bytes, name: str, then: datetime) -> None:
    public_id = importing.keep(secretary, content, name, then)
    upload, plan = importing.kept(secretary, public_id, then), importing.plan(secretary, content, name, then)
    importing.confirm(secretary, upload.id, content, name, plan.fingerprint, then)

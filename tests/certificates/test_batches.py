"""Certificates for a class: each person gets one, once, whoever is killed underway."""

from __future__ import annotations

import os
import signal
import time
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
import sqlalchemy as sa
import time_machine
from pypdf import PdfReader

from activities.certificates import archive, queries, rules_refusals
from activities.certificates.batches import issue_batches, issue_item, make
from activities.certificates.models import BatchItem, Certificate, CertificateBatch, CertificateCounter
from activities.certificates.rules import ItemState
from activities.certificates.service import issue, revoke
from activities.kit import clock
from activities.kit.db import db
from activities.kit.roles import Role
from activities.people import joining
from activities.people.models import Member, RoleGrant
from activities.people.rules import Stage, Standing
from activities.people.service import acting
from activities.records.models import Record
from tests.cast import NOW, english, grant
from tests.certificates.orders import one, order, recorded
from tests.house.test_races import race
from tests.serving import working

CLASS = "营销2301"


def classmates(cast, size: int, has_time: bool = True) -> list[int]:
    """More people of the class, each with a record."""
    slot = recorded(cast, cast.lin, 90)
    values = {"unit_id": cast.first.id, "stage": Stage.FULL, "standing": Standing.STUDENT, "created_at": NOW}
    members = [Member(number=f"c{n:03}", name=f"同学{n}", class_name=CLASS, **values) for n in range(size)]
    db.session.add_all(members)
    db.session.flush()
    lin = db.session.query(Record).filter_by(slot_id=slot.id).one()
    own = {"id", "public_id", "member_id"}
    row = {column.name: getattr(lin, column.name) for column in Record.__table__.columns if column.name not in own}
    if has_time:
        db.session.add_all(Record(member_id=member.id, **row) for member in members)
    db.session.commit()
    return [member.id for member in members]


def made(cast) -> CertificateBatch:
    public_id = make(cast.chen.id, CLASS, order(), NOW)
    return db.session.query(CertificateBatch).filter_by(public_id=public_id).one()


def is_whole(size: int) -> None:
    """So many, each of somebody else, with the numbers from one on."""
    counts = sorted(db.session.scalars(sa.select(Certificate.count)))
    assert counts == list(range(1, size + 1))
    assert len(set(db.session.scalars(sa.select(Certificate.member_id)))) == size
    assert db.session.scalar(sa.select(CertificateCounter.last)) == size
    held = db.session.scalars(sa.select(BatchItem.certificate_id).where(BatchItem.certificate_id.is_not(None)))
    assert len(set(held)) == size


@pytest.mark.usefixtures("ctx")
class TestTheVerbs:
    def test_everyone_with_time_gets_one_and_the_others_are_named(self, cast):
        classmates(cast, 3)
        batch = made(cast)
        assert queries.with_time(acting(cast.chen.id), CLASS, order().ledger, order().first, order().last) == (5, 4)
        issue_batches(NOW)
        counts = queries.progress(batch.id)
        assert (counts[ItemState.ISSUED], counts[ItemState.NOTHING], counts[ItemState.WAITING]) == (4, 1, 0)
        assert queries.left_out(acting(cast.chen.id), batch.id) == [("2301002", "王一诺", ItemState.NOTHING)]
        is_whole(4)

    def test_who_is_refused_is_told_why(self, cast):
        recorded(cast, cast.lin)
        recorded(cast, cast.wang)
        batch = made(cast)
        joining.join(cast.gu.id, cast.wang.id, cast.chen.id, NOW)
        joining.join(cast.gu.id, cast.ou.id, cast.chen.id, NOW)
        issue_batches(NOW)
        assert queries.left_out(acting(cast.chen.id), batch.id) == [
            ("2301001", "林可欣", ItemState.ON_YOUR_WORD), ("2301002", "王一诺", ItemState.OWN),
        ]  # fmt: skip

    def test_a_second_account_is_in_no_batch_of_ones_own(self, cast):
        classmates(cast, 1)
        joining.join(cast.gu.id, cast.wang.id, cast.chen.id, NOW)
        made(cast)
        assert cast.wang.id not in db.session.scalars(sa.select(BatchItem.member_id)).all()

    def test_who_has_one_already_keeps_it(self, cast):
        classmates(cast, 1)
        there = issue(cast.chen.id, cast.lin.id, order(), NOW)
        batch = made(cast)
        issue_batches(NOW)
        assert queries.progress(batch.id)[ItemState.THERE] == 1
        assert {paper.number for paper in queries.papers_of(acting(cast.chen.id), batch.id)} == {
            "2026-000001",
            "2026-000002",
        }
        revoke(cast.chen.id, one(there).id, "错了", NOW)
        assert {paper.number for paper in queries.papers_of(acting(cast.chen.id), batch.id)} == {"2026-000002"}

    def test_who_was_moved_to_another_branch_sees_nobody_of_the_batch_any_more(self, cast):
        classmates(cast, 1)
        batch = made(cast)
        issue_batches(NOW)
        moved = sa.update(RoleGrant).where(RoleGrant.member_id == cast.chen.id).values(unit_id=cast.second.id)
        db.session.execute(moved)
        db.session.commit()
        chen = acting(cast.chen.id)
        assert (queries.papers_of(chen, batch.id), queries.left_out(chen, batch.id)) == ([], [])

    def test_a_class_without_ones_people_is_refused(self, cast):
        with pytest.raises(rules_refusals.NobodyInClass):
            make(cast.chen.id, "没有这个班", order(), NOW)
        grant(cast.zhao, Role.SECRETARY, cast.second)
        db.session.commit()
        with pytest.raises(rules_refusals.NobodyInClass):
            make(cast.zhao.id, CLASS, order(), NOW)

    def test_who_has_lost_the_role_issues_none_any_more(self, cast):
        classmates(cast, 1)
        batch = made(cast)
        with db.engine.begin() as connection:
            connection.execute(sa.delete(RoleGrant).where(RoleGrant.member_id == cast.chen.id))
        issue_batches(NOW)
        assert queries.progress(batch.id)[ItemState.NOT_ALLOWED] == 3
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Certificate)) == 0

    def test_several_workers_at_once_issue_each_once(self, app, cast):
        classmates(cast, 9)
        made(cast)
        items = list(db.session.scalars(sa.select(BatchItem.id)))
        db.session.rollback()  # what was read here shall not be what is read afterwards
        race(app, [lambda i=i: issue_item(i, NOW) for i in items * 3], threads=9)
        is_whole(10)


def test_killed_again_and_again_each_number_is_issued_once_or_not_at_all(app, cast, tmp_path: Path):
    with app.app_context():
        classmates(cast, 60)
        public_id = make(cast.chen.id, CLASS, order(clock.now(), days=400), clock.now())
        batch_id = db.session.query(CertificateBatch).filter_by(public_id=public_id).one().id
    settings = {"DATABASE_URL": str(app.config["SQLALCHEMY_DATABASE_URI"]), "SECRET_KEY": "0123456789abcdef"}
    if isolation := app.config["SETTINGS"].database_isolation:
        settings["ACTIVITIES_DATABASE_ISOLATION"] = isolation
    for done in (3, 17, 31):
        with working(tmp_path, **settings) as worker:
            wait_for(app, batch_id, done)
            os.kill(worker.process.pid, signal.SIGKILL)
            worker.process.wait(60)
    with working(tmp_path, **settings):
        wait_for(app, batch_id, 62)
    with app.app_context():
        is_whole(61)


def wait_for(app, batch_id: int, done: int) -> None:
    """Until so many of the batch are done."""
    end = time.monotonic() + 120
    while time.monotonic() < end:
        with app.app_context():
            counts = queries.progress(batch_id)
        if sum(counts.values()) - counts[ItemState.WAITING] >= done:
            return
        time.sleep(0.005)
    raise AssertionError("the batch does not go on")


def test_from_the_form_to_the_zip(app, cast):
    with app.app_context():
        classmates(cast, 2)
    form = {"class_name": CLASS, "ledger": "service", "first": "2026-10-26", "last": "2026-11-25", "person": "刘明",
            "contact": "0431"}  # fmt: skip
    with time_machine.travel(NOW, tick=False):
        chen = english(app, cast.chen)
        look = chen.submit("/certify/batches/new", **form).get_data(as_text=True)
        assert "3 of 4 people of 营销2301 have recorded time" in look
        assert "Issue 3 certificates" in look
        answer = chen.submit("/certify/batches/new", **form, sure="1")
        assert answer.status_code == 303
        assert "0 of 4 are done" in chen.get(answer.location).get_data(as_text=True)
        with app.app_context():
            issue_batches(NOW)
        page = chen.get(answer.location).get_data(as_text=True)
        assert "3 certificates are ready" in page
        assert "王一诺" in page
        papers = ZipFile(BytesIO(chen.get(f"{answer.location}.zip").data))
        assert papers.testzip() is None
        assert papers.namelist() == ["2026-000001-2301001.pdf", "2026-000002-c000.pdf", "2026-000003-c001.pdf"]
        assert "林可欣" in PdfReader(BytesIO(papers.read(papers.namelist()[0]))).pages[0].extract_text()
        with app.app_context():
            grant(cast.gu, Role.SECRETARY, cast.school)
            db.session.commit()
        assert english(app, cast.gu).get(answer.location).status_code == 404
        wrong = chen.submit("/certify/batches/new", **form | {"last": "2026-11-26"})
        assert wrong.status_code == 422


def test_a_zip_is_sent_part_by_part():
    taken = []

    def files():
        for n in range(5):
            taken.append(n)
            yield f"{n}.pdf", bytes([n]) * 1000

    parts = archive.zipped(files())
    assert len(next(parts)) > 1000
    assert taken == [0]
    rest = b"".join(parts)
    assert len(rest) > 4000

"""Training, commendation and appraisal: who enters them, how they are corrected, and what the five blocks show."""

from __future__ import annotations

import io
import re
from datetime import date
from functools import partial

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from activities.audit.models import AuditEntry
from activities.dossiers import importing, queries, service
from activities.dossiers.models import Entry
from activities.dossiers.reading import read_minutes
from activities.dossiers.rules import Block, DayToCome, EnteredAlready, OwnEntry, ReplacedMeanwhile, Said
from activities.kit.db import db, transaction
from activities.kit.refusal import NotFound, Refusal
from activities.outbox.models import Notice
from activities.people.day_cells import read_day
from activities.people.roster import NotAsPreviewed
from activities.people.service import acting
from activities.people.uploads import UploadGone
from activities.trainings.models import Training
from activities.trainings.service import add_training, enter_passes
from tests.cast import HOUR, NOW, english, make_activity, make_post
from tests.certificates.orders import recorded
from tests.house.test_races import race
from tests.people.rosters import xlsx

DAY = date(2026, 11, 20)
COURSE = Said("急救课", DAY, "心肺复苏", 120, "校医院")
AWARD = Said("优秀志愿者", DAY, unit="校团委")
HEAD = ["学号", "姓名", "培训名称", "培训内容", "学时", "组织单位", "日期"]
ROW = ["2301001", "林可欣", "急救课", "心肺复苏", "2", "校医院", "2026-11-20"]


def entered(cast, said: Said = COURSE, block: Block = Block.TRAINING) -> Entry:
    public_id = service.enter(cast.ou.id, cast.lin.id, block, said, NOW)
    return queries.entry_to_keep(acting(cast.ou.id), public_id)


def present(cast, block: Block = Block.TRAINING) -> list[Said]:
    return [one.said for one in queries.entries(cast.lin.id)[block]]


@pytest.mark.usefixtures("ctx")
class TestEntering:
    def test_the_person_is_told_and_the_trail_keeps_it(self, cast):
        entry = entered(cast)
        assert present(cast) == [COURSE]
        assert db.session.scalars(sa.select(Notice.topic)).all() == ["dossiers.entered"]
        trail = db.session.query(AuditEntry).filter_by(subject="dossier_entry", subject_id=entry.id).one()
        assert (trail.verb, trail.after["minutes"], trail.actor_id) == ("enter", 120, cast.ou.id)

    def test_nobody_enters_corrects_or_takes_back_their_own(self, cast):
        with pytest.raises(OwnEntry):
            service.enter(cast.ou.id, cast.ou.id, Block.COMMENDATION, AWARD, NOW)
        public_id = service.enter(cast.chen.id, cast.ou.id, Block.COMMENDATION, AWARD, NOW)
        own = queries.entry_to_keep(acting(cast.chen.id), public_id)
        with pytest.raises(OwnEntry):
            service.correct(cast.ou.id, own.id, AWARD._replace(unit="学院"), "抄错", NOW)
        with pytest.raises(OwnEntry):
            service.withdraw(cast.ou.id, own.id, "抄错", NOW)

    @pytest.mark.parametrize("who", ["lin", "wang", "gu"])
    def test_only_who_keeps_the_persons_record_enters(self, cast, who):
        with pytest.raises((NotFound, OwnEntry)):
            service.enter(getattr(cast, who).id, cast.lin.id, Block.TRAINING, COURSE, NOW)
        with pytest.raises(NotFound):
            service.enter(cast.ou.id, cast.zhao.id, Block.TRAINING, COURSE, NOW)

    def test_what_is_to_come_or_there_already_is_refused(self, cast):
        with pytest.raises(DayToCome):
            entered(cast, COURSE._replace(day=date(2026, 11, 26)))
        entered(cast)
        with pytest.raises(EnteredAlready):
            entered(cast)

    def test_a_correction_appends(self, cast):
        first = entered(cast)
        better = COURSE._replace(minutes=90)
        second = queries.entry_to_keep(acting(cast.ou.id), service.correct(cast.ou.id, first.id, better, "抄错了", NOW))
        assert present(cast) == [better]
        assert [one.said for one in queries.history(second)] == [better, COURSE]
        with pytest.raises(ReplacedMeanwhile):
            service.withdraw(cast.ou.id, first.id, "抄错了", NOW)
        service.withdraw(cast.chen.id, second.id, "不是本人", NOW)
        assert present(cast) == []
        assert db.session.query(Entry).count() == 3
        trail = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.verb == "correct")).one()
        assert (trail.before, trail.after["minutes"], trail.reason) == ({"minutes": 120}, 90, "抄错了")

    def test_a_year_of_many_is_read_at_once_as_it_holds(self, cast, statements):
        first = entered(cast)
        service.correct(cast.ou.id, first.id, COURSE._replace(minutes=90), "抄错了", NOW)
        entered(cast, AWARD, Block.COMMENDATION)
        entered(cast, COURSE._replace(day=date(2025, 12, 31)))
        with statements.count() as seen:
            found = queries.of_year([cast.lin.id, cast.wang.id], 2026)
        assert len(seen) == 1
        blocks = {(Block.TRAINING, COURSE._replace(minutes=90)), (Block.COMMENDATION, AWARD)}
        assert (set(found), set(found[cast.lin.id])) == ({cast.lin.id}, blocks)

    @pytest.mark.parametrize("statement", ["UPDATE dossier_entry SET title = 'x'", "DELETE FROM dossier_entry"])
    def test_the_database_refuses_to_overwrite(self, cast, statement):
        entered(cast)
        with pytest.raises(DBAPIError), transaction():
            db.session.execute(sa.text(statement))

    @pytest.mark.only_on("sqlite")
    @pytest.mark.parametrize("kept", ["id", "public_id", "replaces_id"])
    def test_nothing_is_put_in_its_place(self, cast, kept):
        service.correct(cast.ou.id, entered(cast).id, COURSE._replace(minutes=90), "抄错了", NOW)
        names = [column.name for column in Entry.__table__.columns if column.name != "id"]
        values = ", ".join({"public_id": "'x'", "replaces_id": "NULL", kept: kept}.get(name, name) for name in names)
        of_id = "id" if kept == "id" else "NULL"
        put = (
            f"INSERT OR REPLACE INTO dossier_entry (id, {', '.join(names)}) SELECT {of_id}, {values} FROM dossier_entry"
        )
        with pytest.raises(DBAPIError, match="never overwritten"), transaction():
            db.session.execute(sa.text(f"{put} WHERE replaces_id IS NOT NULL"))
        assert db.session.query(Entry).count() == 2


def test_two_who_enter_the_same_at_once_enter_it_once(app, cast):
    verbs = [partial(service.enter, one.id, cast.lin.id, Block.TRAINING, COURSE, NOW) for one in (cast.ou, cast.chen)]
    race(app, verbs, threads=2)
    with app.app_context():
        assert db.session.query(Entry).count() == 1


@pytest.mark.usefixtures("ctx")
class TestImporting:
    def plan(self, cast, *rows: list[str]) -> importing.Plan:
        return importing.plan(cast.ou.id, Block.TRAINING, xlsx([HEAD, *rows]), "a.xlsx", NOW)

    def confirm(self, cast, *rows: list[str], fingerprint: str | None = None) -> int:
        data = xlsx([HEAD, *rows])
        upload = importing.kept(
            cast.ou.id, Block.TRAINING, importing.keep(cast.ou.id, Block.TRAINING, data, "a.xlsx", NOW), NOW
        )
        shown = fingerprint or importing.plan(cast.ou.id, Block.TRAINING, data, "a.xlsx", NOW).fingerprint
        return importing.confirm(cast.ou.id, Block.TRAINING, upload.id, data, "a.xlsx", shown, NOW)

    def test_all_rows_are_entered_once(self, cast):
        other = ["2301002", "", *ROW[2:]]
        assert self.confirm(cast, ROW, other) == 2
        assert present(cast) == [COURSE]
        assert queries.latest(acting(cast.ou.id))[0].source == "a.xlsx, 3"
        assert (self.plan(cast, ROW, other).there, self.plan(cast, ROW, other).new) == (2, [])

    def test_the_file_is_read_before_anybody_waits_for_the_writing(self, cast, monkeypatch, statements):
        read, during = importing.sheet.read, []

        def noted(*file):
            during.append(db.session.info.get("in_transaction", False))
            return read(*file)

        monkeypatch.setattr(importing.sheet, "read", noted)
        with statements.count() as one:
            self.confirm(cast, ROW)
        courses = [[*ROW[:2], f"课程{n}", *ROW[3:]] for n in range(20)]
        with statements.count() as twenty:
            assert self.confirm(cast, *courses) == 20
        assert not any(during)
        assert len(twenty) == len(one)
        told = db.session.scalars(sa.select(Notice).order_by(Notice.id)).all()
        assert [one.params["what"] for one in told] == ["急救课", "课程0·课程1·课程2 …"]

    def test_one_bad_row_enters_nothing_and_is_named(self, cast):
        add_training(cast.gu.id, {"name": "消防", "where": "", "months": None}, NOW)
        bad = [
            ROW, ["2302001", *ROW[1:]], ["2301002", "林可欣", *ROW[2:]], [*ROW[:4], "两", *ROW[5:]],
            [*ROW[:6], "2026-11-31"], [*ROW[:6], "2026-11-26"], [ROW[0], "", "消防", *ROW[3:]], ["T001", "", *ROW[2:]],
            ROW, ["", *ROW[1:]],
        ]  # fmt: skip
        found = [(problem.row, problem.column, problem.expected.key) for problem in self.plan(cast, *bad).problems]
        assert found == [
            (3, "学号", "NeedsYourPerson"), (4, "姓名", "NeedsSameName"), (5, "学时", "NeedsHours"),
            (6, "日期", "NeedsDay"), (7, "日期", "DayToCome"), (8, "培训名称", "NeedsOtherName"),
            (9, "学号", "OwnEntry"), (10, "学号", "OnceOnly"), (11, "学号", "NeedsValue"),
        ]  # fmt: skip
        with pytest.raises(NotAsPreviewed):
            self.confirm(cast, *bad)
        assert db.session.query(Entry).count() == 0

    def test_what_is_confirmed_is_what_was_shown(self, cast):
        with pytest.raises(NotAsPreviewed):
            self.confirm(cast, ROW, fingerprint="another")
        with pytest.raises(UploadGone):
            importing.kept(cast.chen.id, Block.TRAINING, "x", NOW)
        kept = importing.keep(cast.ou.id, Block.TRAINING, xlsx([HEAD, ROW]), "a.xlsx", NOW)
        with pytest.raises(UploadGone):
            importing.kept(cast.ou.id, Block.TRAINING, kept, NOW + 2 * HOUR)

    @pytest.mark.parametrize("head", [["x"], ["学号", "姓名"]], ids=["none", "too few"])
    def test_a_file_without_the_columns_is_refused(self, cast, head):
        with pytest.raises(Refusal):
            importing.keep(cast.ou.id, Block.TRAINING, xlsx([head, ROW]), "a.xlsx", NOW)


@pytest.mark.parametrize("text", ["2026-11-20", "2026/11/20", "2026.11.20", "2026年11月20日", "46346"])
def test_a_day_is_read_as_people_and_spreadsheets_write_it(text):
    assert read_day(text) == DAY


@pytest.mark.parametrize(("text", "minutes"), [("2", 120), ("1.5 小时", 90), ("0.25h", 15)], ids=["2", "1.5", "0.25"])
def test_hours_become_minutes(text, minutes):
    assert read_minutes(text) == minutes


def test_the_five_blocks_keep_other_ledgers_apart(app, cast):
    with app.app_context():
        recorded(cast, cast.lin, 90)
        recorded(cast, cast.lin, 30, 3, post=make_post(make_activity("节能岗", cast.lin.unit, "energy"), "205"))
        entered(cast)
        entered(cast, AWARD, Block.COMMENDATION)
        entered(cast, Said("优秀", DAY), Block.APPRAISAL)
        add_training(cast.gu.id, {"name": "消防", "where": "", "months": None}, NOW)
        enter_passes(cast.ou.id, db.session.query(Training).one().id, cast.lin.number, DAY, DAY, NOW)
    for who, path in (("lin", "/record"), ("ou", f"/record/people/{cast.lin.public_id}")):
        page = english(app, getattr(cast, who)).get(path).get_data(as_text=True)
        for text in ("林可欣", "1.5 hours", "急救课", "校医院", "优秀志愿者", "优秀", "消防"):
            assert text in page
        assert "节能岗" not in page


def test_the_pages_enter_correct_take_back_and_keep_what_was_typed(app, cast):
    ou, base = english(app, cast.ou), f"/record/people/{cast.lin.public_id}"
    form = {"title": "急救课", "content": "", "hours": "1.5", "unit": "校医院", "day": "2020-01-02"}
    assert ou.get("/record/people?number=2301001").location.endswith(base)
    assert ou.get("/record/people?number=2302001").status_code == 422
    for field, wrong in (("title", ""), ("hours", "NaN"), ("hours", "0"), ("day", "2090-01-01"), ("unit", "x" * 101)):
        answer = ou.submit(f"{base}/training", **{**form, field: wrong})
        assert answer.status_code == 422
        assert "校医院" in answer.get_data(as_text=True) or field == "unit"
    assert ou.submit(f"{base}/training", **form).status_code == 303
    address = re.search(r"/record/entries/[\w-]+", ou.get(base).get_data(as_text=True))[0]
    assert ou.submit(address, **form, reason="").status_code == 422
    assert ou.submit(address, **{**form, "hours": "2"}, reason="少记了").status_code == 303
    assert ou.submit(address, withdraw="1", reason="x").status_code == 409
    page = english(app, cast.lin).get("/record").get_data(as_text=True)
    assert "少记了" in page
    assert "/record/entries" not in page
    assert english(app, cast.lin).get(base).status_code == 404


def test_a_file_is_looked_at_and_confirmed(app, cast):
    ou = english(app, cast.ou)
    file = (io.BytesIO(xlsx([HEAD, ROW])), "培训.xlsx")
    answer = ou.submit("/record/import", block="training", file=file)
    page = ou.get(answer.location).get_data(as_text=True)
    assert "急救课" in page
    fingerprint = re.search(r'name="fingerprint" value="(\w+)"', page)[1]
    assert ou.submit(answer.location, fingerprint=fingerprint).status_code == 303
    assert ou.submit(answer.location, fingerprint=fingerprint).status_code == 404
    assert "急救课" in english(app, cast.lin).get("/record").get_data(as_text=True)
    assert ou.get("/record/import/training.xlsx").data.startswith(b"PK")

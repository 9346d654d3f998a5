"""Hours of another system become records that wait, once, all together, and can be taken back while they are alone."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from activities.audit.models import AuditEntry
from activities.duties.kinds import Evidence, Ledger
from activities.duties.models import Activity, Post, Slot
from activities.kit import clock
from activities.kit.db import db
from activities.kit.refusal import NotFound
from activities.kit.roles import Role
from activities.outbox.jobs import JOBS
from activities.people import joining
from activities.people.rows import EmptyFile, NotASpreadsheet
from activities.records import countersigning
from activities.records.models import Record
from activities.records.rules import Attendance, Mark
from activities.records.service import record_attendance
from activities.transfers import queries, rules_refusals, service
from activities.transfers.models import HoursImport, HoursMapping, HoursUpload, ImportedHours
from activities.transfers.rules_cells import guess
from tests.cast import HOUR, NOW, grant, make_member, make_post, make_slot
from tests.people.rosters import csv_file, xlsx
from tests.records.conftest import seat

HEADINGS = ("学号", "姓名", "日期", "时间段", "活动名称", "地点")
ROWS = (
    HEADINGS, ("2301001", "林可欣", "2026-11-20", "14:00-16:00", "图书馆整理", "图书馆"),
    ("2301002", "王一诺", "2026-11-20", "14:00-15:30", "图书馆整理", "图书馆"),
    ("2302001", "赵明", "2026-11-21", "9:00-11:00", "社区宣传", ""),
)  # fmt: skip
FILE = csv_file(ROWS)


@pytest.fixture(autouse=True)
def world(ctx, cast):
    """Nothing but the cast."""


def keep(cast, data=FILE, name="a.csv", who=None, unit=None):
    return service.keep((who or cast.chen).id, (unit or cast.school).id, data, name, NOW)


def look(cast, public_id, who=None):
    upload = queries.kept_upload((who or cast.chen).id, public_id, NOW)
    table = service.read(upload.content, upload.name)
    columns = guess(table.heading)
    importer = service.acting((who or cast.chen).id)
    return columns, service.look(importer, table, columns, Ledger.SERVICE, clock.zone(), NOW)


def bring(cast, data=FILE, who=None, **options):
    public_id = keep(cast, data, who=who)
    columns, plan = look(cast, public_id, who)
    digest = options.pop("digest", plan.digest)
    who_id = (who or cast.chen).id
    return service.confirm(who_id, public_id, columns, "practice_team", digest, clock.zone(), NOW, **options)


def records():
    return list(db.session.scalars(sa.select(Record).order_by(Record.id)))


def many(model):
    return db.session.scalar(sa.select(sa.func.count()).select_from(model))


def test_rows_become_records_that_wait_for_a_second_person(cast):
    assert bring(cast) == 3
    first = records()[0]
    assert [(one.member_id, one.minutes, one.is_final) for one in records()] == [
        (cast.lin.id, 120, False), (cast.wang.id, 90, False), (cast.zhao.id, 120, False),
    ]  # fmt: skip
    assert (first.evidence, first.recorded_by_id, first.ledger) == (Evidence.IMPORTED, cast.chen.id, Ledger.SERVICE)
    assert first.note.startswith("a.csv [")
    assert first.note.endswith(": 2")
    assert first.slot.post.activity.name == "图书馆整理"
    assert first.slot.id == records()[1].slot_id
    assert first.slot.minutes == 120
    trail = db.session.scalars(sa.select(AuditEntry.verb).where(AuditEntry.subject == "record"))
    assert list(trail) == ["import"] * 3


def test_a_second_account_brings_the_same_time_no_second_time(cast):
    joining.join(cast.gu.id, cast.lin.id, cast.wang.id, NOW)
    _, plan = look(cast, keep(cast))
    assert ([line.person.id for line in plan.new], len(plan.duplicates)) == ([cast.lin.id, cast.zhao.id], 1)
    assert bring(cast, csv_file((HEADINGS, ROWS[1]))) == 1
    _, plan = look(cast, keep(cast, csv_file((HEADINGS, ROWS[2]))))
    assert (len(plan.new), len(plan.duplicates)) == (0, 1)


def test_the_same_file_again_changes_nothing(cast):
    bring(cast)
    with pytest.raises(rules_refusals.NothingNew):
        bring(cast)
    db.session.rollback()
    assert (many(Record), many(HoursImport)) == (3, 1)


def test_a_file_that_nobody_imports_is_forgotten_within_hours(cast):
    keep(cast)
    [job] = [one for one in JOBS if one.name == "forget files of hours that nobody imported"]
    for later, kept in ((HOUR, 1), (HOUR + timedelta(seconds=1), 0)):
        job.verb(NOW + later)
        assert many(HoursUpload) == kept
    assert job.seconds == 3600


def test_the_headings_of_a_file_are_remembered_for_the_unit(cast):
    bring(cast)
    kept = db.session.scalars(sa.select(HoursMapping)).one()
    assert (kept.unit_id, kept.kind_key) == (cast.school.id, "practice_team")
    assert queries.mapping(cast.school.id, service.read(FILE, "b.csv").shape) is kept


def test_bad_rows_are_imported_by_nobody_and_hold_the_others_back_until_left_out(cast):
    data = csv_file([*ROWS, ("404", "", "2026-11-20", "1:00-2:00", "x", "")])
    with pytest.raises(rules_refusals.HasBadRows):
        bring(cast, data)
    db.session.rollback()
    assert many(Record) == 0
    assert bring(cast, data, leaves_out_bad=True) == 3


def test_what_is_confirmed_is_what_was_shown(cast):
    with pytest.raises(rules_refusals.NotAsShown):
        bring(cast, digest="0" * 32)


def test_nobody_imports_beyond_their_units_nor_their_own_hours(cast):
    secretary = make_member("T009", "何平", cast.first)
    grant(secretary, Role.SECRETARY, cast.first)
    db.session.commit()
    with pytest.raises(NotFound):
        keep(cast, who=secretary)
    public_id = service.keep(secretary.id, cast.first.id, FILE, "a.csv", NOW)
    _, plan = look(cast, public_id, secretary)
    assert [(one.row, one.expected.key) for one in plan.problems] == [(4, "Unknown")]
    with pytest.raises(NotFound):
        keep(cast, who=cast.lin)


@pytest.mark.parametrize(
    ("data", "refusal"),
    [
        (b"", EmptyFile), (b"\x89PNG....", NotASpreadsheet), (b"PK\x03\x04damaged", NotASpreadsheet),
        (csv_file([HEADINGS]), rules_refusals.NoRows),
        (csv_file([HEADINGS, *[ROWS[1]] * 20_001]), rules_refusals.TooManyHours),
    ],
    ids=["empty", "picture", "damaged", "headings alone", "too long"],
)  # fmt: skip
@pytest.mark.any_database
def test_hostile_files_are_refused_in_a_sentence(cast, data, refusal):
    with pytest.raises(refusal):
        keep(cast, data, "a.png" if data.startswith(b"\x89") else "a.csv")


def test_formulas_are_read_as_text(cast):
    data = csv_file([HEADINGS, ("2301001", "", "2026-11-20", "14:00-16:00", '=HYPERLINK("x")', "")])
    assert bring(cast, data) == 1
    assert records()[0].slot.post.activity.name.startswith("=HYPERLINK")


def test_an_xlsx_is_read_as_well(cast):
    assert bring(cast, xlsx(ROWS)) == 3


def test_a_whole_import_is_taken_back(cast):
    before = [many(model) for model in (Record, Slot, Post, Activity)]
    bring(cast)
    batch = db.session.scalars(sa.select(HoursImport)).one()
    assert service.undo(cast.chen.id, batch.id, NOW + HOUR) == 3
    assert [many(model) for model in (Record, Slot, Post, Activity)] == before
    assert (many(HoursImport), many(ImportedHours)) == (0, 0)
    assert bring(cast) == 3


def test_an_import_stays_once_something_is_built_on_it(cast):
    bring(cast)
    batch = db.session.scalars(sa.select(HoursImport)).one()
    first = records()[0]
    grant(cast.gu, Role.SECRETARY, cast.school)
    db.session.commit()
    countersigning.countersign(cast.gu.id, first.slot_id, {first.public_id: first.changed_at}, NOW + HOUR)
    with pytest.raises(rules_refusals.BuiltOn):
        service.undo(cast.chen.id, batch.id, NOW + 2 * HOUR)
    db.session.rollback()
    assert many(Record) == 3


def test_time_recorded_here_is_not_imported_again(cast):
    slot = make_slot(make_post(cast.sweeping, "南岸"), NOW - timedelta(days=5, hours=-2), hours=2)  # 11-20 14:00
    seat(slot, [cast.lin])
    db.session.commit()
    record_attendance(cast.ou.id, slot.id, {cast.lin.id: Mark(Attendance.PRESENT, 120)}, NOW)
    _, plan = look(cast, keep(cast))
    assert [one.line.person.id for one in plan.duplicates] == [cast.lin.id]


def test_thousands_of_rows_take_a_few_statements(cast, statements):
    def rows(size):
        people = ("2301001", "2301002", "2302001")
        days = ((people[n % 3], "", str(44000 + n // 30), f"{n // 3 % 10 + 8}:00-{n // 3 % 10 + 9}:00", "图书馆", "")
                for n in range(size))  # fmt: skip
        return csv_file([HEADINGS, *days])

    sent = []
    for size in (100, 2_500):
        with statements.count() as count:
            assert bring(cast, rows(size), leaves_out_bad=True) > size * 0.9
        sent.append(len(count))
    # Rows are sent a thousand at a time.
    assert sent[1] - sent[0] < 25

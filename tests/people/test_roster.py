"""Import a roster: all or nothing, exactly what was previewed, and only into one's own units."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from activities.audit.models import AuditEntry
from activities.kit.db import db
from activities.kit.refusal import NotFound
from activities.kit.roles import Role
from activities.outbox.jobs import JOBS
from activities.outbox.models import Notice
from activities.people import roster
from activities.people.models import AccessLink, Member, RoleGrant, RosterUpload
from activities.people.passwords import verify
from activities.people.queries import by_login
from activities.people.roster import (
    NotAsPreviewed,
    UploadGone,
    import_roster,
    keep_upload,
    kept_upload,
    plan_import,
    read_roster,
)
from activities.people.roster_plan import NeedsFreeEmail, NeedsOwnPerson
from activities.people.roster_rules import NeedsUnit, SameZeros, Table
from activities.people.rows import NotASpreadsheet
from activities.people.rules import HoldsMore, LinkPurpose, Stage, Standing
from tests.audit.words import spoken
from tests.cast import HOUR, NOW, PASSWORD, Cast, grant, make_member, make_unit
from tests.people.rosters import csv_file, person, xlsx
from tests.people.rosters import roster as table

pytestmark = pytest.mark.usefixtures("ctx")


def lin(**fields: str) -> list[str]:
    """The row that says of Lin what is known."""
    return person("2301001", "林可欣", **{"class_name": "营销2301", "stage": "正式党员", **fields})


def sheet_of(*people: list[str]) -> Table:
    return read_roster(xlsx(table(*people)), "名册.xlsx")


def take(*people: list[str], by: Member | None = None) -> roster.Plan:
    """Preview and import."""
    sheet = sheet_of(*people)
    plan = plan_import(sheet, by.id if by else None)
    return import_roster(sheet, "名册.xlsx", by.id if by else None, plan.fingerprint, NOW)


def reasons(*people: list[str], by: Member | None = None) -> list[type]:
    plan = plan_import(sheet_of(*people), by.id if by else None)
    return [type(problem.expected) for problem in plan.problems]


def member(number: str) -> Member:
    return db.session.scalars(sa.select(Member).where(Member.number == number)).one()


def test_new_people_come_in_as_the_file_says(cast: Cast) -> None:
    take(person("0012", "周 小雨", email="Zhou@example.edu"), by=cast.gu)
    zhou = member("0012")
    assert (zhou.name, zhou.class_name, zhou.unit_id) == ("周小雨", "营销2401", cast.first.id)
    assert (zhou.stage, zhou.standing, zhou.email) == (Stage.ACTIVIST, Standing.STUDENT, "zhou@example.edu")
    assert (zhou.active, zhou.created_at, zhou.password_hash) == (True, NOW, None)
    assert len(zhou.public_id) == 12


def test_importing_again_changes_nothing(cast: Cast) -> None:
    people = person("0012"), person("T9", standing="辅导员", class_name="")
    take(*people)
    again = take(*people)
    assert (again.unchanged, again.does_nothing) == (2, True)


def test_the_known_are_updated_by_number_and_keep_what_the_file_does_not_say(cast: Cast) -> None:
    grant(cast.lin, Role.ORGANIZER, cast.first)
    db.session.commit()
    take(lin(unit="第二支部", class_name="", email=""), by=cast.gu)
    db.session.expire_all()
    row = member("2301001")
    assert (row.unit_id, row.class_name, row.email) == (cast.second.id, "营销2301", "lin@example.edu")
    known = by_login("2301001")
    assert known is not None
    assert verify(PASSWORD, known.password_hash)
    assert (row.id, row.public_id, row.session_epoch) == (cast.lin.id, cast.lin.public_id, cast.lin.session_epoch)
    assert db.session.scalar(sa.select(RoleGrant.role).where(RoleGrant.member_id == row.id)) is Role.ORGANIZER


def test_every_change_leaves_one_entry_and_nobody_is_sent_a_notice(cast: Cast) -> None:
    take(lin(stage="预备党员"), person("0012"), person("0013", "李明"), by=cast.gu)
    trail = db.session.scalars(sa.select(AuditEntry).order_by(AuditEntry.id)).all()
    assert [(e.verb, e.subject, e.actor_id, e.reason) for e in trail] == [
        ("create member", "member", cast.gu.id, "名册.xlsx"),
        ("create member", "member", cast.gu.id, "名册.xlsx"),
        ("edit member", "member", cast.gu.id, "名册.xlsx"),
    ]
    assert [e.subject_id for e in trail] == [member("0012").id, member("0013").id, cast.lin.id]
    assert spoken(trail[1].after)["name"] == "李明"
    assert (trail[2].before, trail[2].after) == ({"stage": "full"}, {"stage": "probationary"})
    assert db.session.scalar(sa.select(sa.func.count(Notice.id))) == 0


def test_one_bad_row_and_nothing_is_written(cast: Cast) -> None:
    sheet = sheet_of(person("0012"), lin(stage="群众"))
    plan = plan_import(sheet, cast.gu.id)
    assert [(p.row, p.column, p.found) for p in plan.problems] == [(3, "发展阶段", "群众")]
    with pytest.raises(NotAsPreviewed):
        import_roster(sheet, "a.xlsx", cast.gu.id, plan.fingerprint, NOW)
    assert db.session.scalar(sa.select(sa.func.count(Member.id)).where(Member.number == "0012")) == 0


def test_one_imports_into_the_units_one_administers_only(cast: Cast) -> None:
    branch_admin = make_member("T9", "钱一", cast.first)
    grant(branch_admin, Role.ADMINISTRATOR, cast.first)
    db.session.commit()
    assert reasons(person(unit="第一支部"), by=branch_admin) == []
    assert reasons(person(unit="第二支部"), by=branch_admin) == [NeedsUnit]
    assert reasons(person("2302001", "赵明"), by=branch_admin) == [NeedsOwnPerson]
    assert reasons(lin(unit="第二支部"), by=branch_admin) == [NeedsUnit]
    assert reasons(lin(unit="第二支部"), by=cast.gu) == []
    assert reasons(person(unit="第二支部"), by=cast.ou) == [NeedsUnit]
    plan = plan_import(sheet_of(person(unit="第三支部")), branch_admin.id)
    assert plan.problems[0].expected == NeedsUnit(("第一支部",))


def test_nobody_takes_over_a_higher_account_by_giving_it_an_address(cast: Cast) -> None:
    branch_admin = make_member("T9", "钱一", cast.first)
    grant(branch_admin, Role.ADMINISTRATOR, cast.first)
    grant(cast.lin, Role.ADMINISTRATOR, cast.school)
    db.session.commit()
    assert reasons(lin(email="qian@example.edu"), by=branch_admin) == [HoldsMore]
    assert reasons(lin(email="lin@example.edu"), by=branch_admin) == []
    assert reasons(lin(email="new@example.edu"), by=cast.gu) == []


def test_a_new_address_ends_the_links_sent_to_the_old_one(cast: Cast) -> None:
    for person_ in (cast.lin, cast.wang):
        link = AccessLink(member_id=person_.id, purpose=LinkPurpose.RESET, created_at=NOW, expires_at=NOW + HOUR)
        db.session.add(link)
    db.session.commit()
    take(lin(email="new@example.edu"), by=cast.gu)
    used = sa.select(AccessLink.used_at).order_by(AccessLink.id)
    assert db.session.scalars(used).all() == [NOW, None]


def test_who_was_deactivated_meanwhile_imports_nothing(cast: Cast) -> None:
    sheet = sheet_of(person())
    plan = plan_import(sheet, cast.gu.id)
    db.session.execute(sa.update(Member).where(Member.id == cast.gu.id).values(active=False))
    db.session.commit()
    with pytest.raises(NotFound):
        import_roster(sheet, "a.xlsx", cast.gu.id, plan.fingerprint, NOW)


def test_units_below_and_their_like_named_neighbours(cast: Cast) -> None:
    make_unit("第一支部第一小组", parent=cast.first)
    db.session.commit()
    plan = take(person(unit="第一支部第一小组"), by=cast.gu)
    assert len(plan.new) == 1


def test_an_address_in_use_is_a_problem_of_its_row_and_no_error(cast: Cast) -> None:
    assert reasons(person(email="LIN@example.edu")) == [NeedsFreeEmail]
    assert reasons(lin(email="lin@example.edu")) == []


def test_two_people_exchange_their_addresses(cast: Cast) -> None:
    wang = ["2301002", "王一诺", "营销2301", "第一支部", "积极分子", "学生"]
    take([*wang, "wang@example.edu"])
    take([*wang, "lin@example.edu"], lin(email="wang@example.edu"))
    emails = sa.select(Member.number, Member.email).where(Member.email.is_not(None)).order_by(Member.number)
    assert [tuple(row) for row in db.session.execute(emails)] == [
        ("2301001", "wang@example.edu"),
        ("2301002", "lin@example.edu"),
    ]


def test_a_number_without_its_zeros_is_not_taken_for_a_new_person(cast: Cast) -> None:
    take(person("0012"))
    assert reasons(person("12")) == [SameZeros]
    assert reasons(person("0012")) == []


def test_what_happens_between_preview_and_import_is_not_overwritten(cast: Cast) -> None:
    sheet = sheet_of(lin(stage="预备党员"))
    plan = plan_import(sheet, cast.gu.id)
    take(lin(stage="发展对象"))
    with pytest.raises(NotAsPreviewed):
        import_roster(sheet, "a.xlsx", cast.gu.id, plan.fingerprint, NOW)
    assert db.session.scalar(sa.select(Member.stage).where(Member.id == cast.lin.id)) is Stage.CANDIDATE


def test_a_number_taken_while_the_import_writes_is_a_refusal_and_no_error(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    sheet = sheet_of(person("0012"))
    plan = plan_import(sheet, cast.gu.id)
    take(person("0012"))
    monkeypatch.setattr(
        roster.roster_queries, "known", lambda entries, lock: []
    )  # as if it had been read before the other's commit
    with pytest.raises(NotAsPreviewed):
        import_roster(sheet, "a.xlsx", cast.gu.id, plan.fingerprint, NOW)


def test_csv_and_xlsx_of_the_same_roster_are_the_same_plan(cast: Cast) -> None:
    people = table(person("0012"), lin(stage="预备党员"))
    plans = [
        plan_import(read_roster(content, name), None)
        for content, name in (
            (xlsx(people), "a.xlsx"),
            *((csv_file(people, encoding), "a.csv") for encoding in ("utf-8", "utf-8-sig", "gb18030")),
        )
    ]
    assert len({plan.fingerprint for plan in plans}) == 1


def test_statements_do_not_grow_with_the_rows(cast: Cast, statements) -> None:
    counts = []
    for size in (1, 500):
        sheet = sheet_of(*(person(f"{size}x{n}", email=f"{size}x{n}@example.edu") for n in range(size)))
        with statements.count() as sent:
            plan_import(sheet, cast.gu.id)
        counts.append(len(sent))
    assert counts[0] == counts[1] <= 6


def test_thousands_of_people_are_entered_and_changed(cast: Cast) -> None:
    people = [person(f"{2400000 + n}", email=f"p{n}@example.edu") for n in range(3000)]
    first, changed = csv_file(table(*people)), csv_file(table(*([*p[:4], "发展对象", *p[5:]] for p in people)))
    for file in (first, changed):
        sheet = read_roster(file, "a.csv")
        plan = plan_import(sheet, cast.gu.id)
        import_roster(sheet, "a.csv", cast.gu.id, plan.fingerprint, NOW)
    assert len(plan.changed) == 3000


# ── between preview and import ──────────────────────────────────────────────


def test_an_upload_is_kept_for_its_owner_and_for_an_hour(cast: Cast) -> None:
    content = xlsx(table(person()))
    public_id = keep_upload(cast.gu.id, content, "名\x00册.xlsx", NOW)
    upload = kept_upload(cast.gu.id, public_id, NOW + HOUR)
    assert (upload.content, upload.name) == (content, "名册.xlsx")
    for member_id, at in ((cast.chen.id, NOW), (cast.gu.id, NOW + HOUR + timedelta(seconds=1))):
        with pytest.raises(UploadGone):
            kept_upload(member_id, public_id, at)


def test_an_upload_is_used_once(cast: Cast) -> None:
    content = xlsx(table(person()))
    upload = kept_upload(cast.gu.id, keep_upload(cast.gu.id, content, "a.xlsx", NOW), NOW)
    sheet = read_roster(content, "a.xlsx")
    plan = plan_import(sheet, cast.gu.id)
    import_roster(sheet, "a.xlsx", cast.gu.id, plan.fingerprint, NOW, upload_id=upload.id)
    with pytest.raises(UploadGone):
        import_roster(sheet, "a.xlsx", cast.gu.id, plan.fingerprint, NOW, upload_id=upload.id)


def test_a_refused_import_keeps_the_upload(cast: Cast) -> None:
    content = xlsx(table(person()))
    public_id = keep_upload(cast.gu.id, content, "a.xlsx", NOW)
    upload = kept_upload(cast.gu.id, public_id, NOW)
    with pytest.raises(NotAsPreviewed):
        import_roster(read_roster(content, "a.xlsx"), "a.xlsx", cast.gu.id, "another", NOW, upload_id=upload.id)
    assert kept_upload(cast.gu.id, public_id, NOW).id == upload.id


def test_a_new_upload_takes_the_place_of_ones_own_and_sweeps_the_old(cast: Cast) -> None:
    content = xlsx(table(person()))
    first = keep_upload(cast.gu.id, content, "a.xlsx", NOW)
    keep_upload(cast.chen.id, content, "b.xlsx", NOW)
    keep_upload(cast.gu.id, content, "c.xlsx", NOW)
    with pytest.raises(UploadGone):
        kept_upload(cast.gu.id, first, NOW)
    keep_upload(cast.gu.id, content, "d.xlsx", NOW + 2 * HOUR)
    assert db.session.scalars(sa.select(RosterUpload.name)).all() == ["d.xlsx"]


def test_what_is_no_roster_is_not_kept(cast: Cast) -> None:
    with pytest.raises(NotASpreadsheet):
        keep_upload(cast.gu.id, b"PK not a roster", "a.xlsx", NOW)
    assert db.session.scalar(sa.select(sa.func.count(RosterUpload.id))) == 0


def test_a_file_that_nobody_imports_is_forgotten_within_hours(cast: Cast) -> None:
    keep_upload(cast.gu.id, xlsx(table(lin())), "a.xlsx", NOW)
    [job] = [one for one in JOBS if one.name == "forget files that nobody imported"]
    for later, kept in ((HOUR, 1), (HOUR + timedelta(seconds=1), 0)):
        job.verb(NOW + later)
        assert db.session.query(RosterUpload).count() == kept
    assert job.seconds == 3600

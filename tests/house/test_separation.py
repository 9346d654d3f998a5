"""Beneficiary, recorder and reviewer are different people in every verb, also for who holds all roles, and also where
one of them acts through a second account."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest
import sqlalchemy as sa

from activities.audit.models import AuditEntry
from activities.ballots import voting
from activities.ballots.rules import OwnAppraisal
from activities.certificates import requests as certificate_requests
from activities.certificates import rules_refusals as certificates
from activities.certificates import service as issuing
from activities.certificates.models import CertificateRequest
from activities.corrections import rules as corrections
from activities.corrections import service as correcting
from activities.corrections.models import Correction
from activities.corrections.rules import Opinion
from activities.dossiers import importing
from activities.dossiers import rules as dossiers
from activities.dossiers.models import Entry
from activities.dossiers.rules import Block, Said
from activities.dossiers.service import correct, enter, withdraw
from activities.duties.kinds import Ledger
from activities.duties.models import Slot
from activities.kit import clock
from activities.kit.db import db
from activities.kit.roles import Role
from activities.leaves import service as leaving
from activities.leaves.models import Leave
from activities.leaves.rules import Answer, OwnLeave
from activities.outcomes.rules import Cell, OwnAmount
from activities.outcomes.service import enter as enter_amounts
from activities.pauses.rules import OwnPause
from activities.pauses.service import lift
from activities.people import joining, persons, roster
from activities.people.models import Member
from activities.people.rules import NotJoined, OnePersonAlready, OwnAccounts, OwnRole, OwnStage, Stage
from activities.people.service import acting, details_of, edit_member
from activities.people.service import grant as grant_role
from activities.records import checking
from activities.records import rules as records
from activities.records.countersigning import countersign, piles, waiting
from activities.records.desk import arrive
from activities.records.rules import Attendance, Mark
from activities.records.rules_codes import OwnCode, Scan
from activities.records.rules_evidence import OwnHours, OwnMark
from activities.records.service import record_attendance
from activities.requirements.exempting import end as end_exemption
from activities.requirements.exempting import exempt
from activities.requirements.models import Exemption
from activities.requirements.rules import Exempted
from activities.requirements.rules_exempting import Ground, OwnExemption, Why
from activities.signups.models import Pause
from activities.signups.service import sign_up
from activities.trainings.models import Training
from activities.trainings.rules import WrongRows
from activities.trainings.service import enter_passes
from activities.transfers import service as transfers
from activities.transfers.rules_cells import guess
from tests.ballots.held import opened, places
from tests.cast import DAY, HOUR, NOW, Cast, english, grant, make_activity, make_member, make_post, make_slot, store
from tests.certificates.orders import asked_for, certified, order
from tests.corrections.requests import correction_of_lin
from tests.people.rosters import csv_file, person, xlsx
from tests.people.rosters import roster as roster_of
from tests.records.conftest import seat

AWARD = Said("优秀志愿者", NOW.date(), unit="校团委")
FULL = Mark(Attendance.PRESENT, 60)
EXEMPTED = Exempted(NOW.date(), NOW.date())


@dataclass(frozen=True)
class Two:
    """Lin, and who acts: Lin's second account, which holds every role there is."""

    cast: Cast
    twin: Member

    @property
    def actor(self) -> int:
        return self.twin.id


@pytest.fixture
def two(ctx, cast) -> Two:
    twin = make_member("T100", "林可欣", db.session.merge(cast.first))
    for role in Role:
        grant(twin, role, db.session.merge(cast.school))
    db.session.commit()
    joining.join(cast.gu.id, cast.lin.id, cast.wang.id, NOW)  # any more of them, and in whatever order
    joining.part(cast.gu.id, cast.wang.id, NOW)
    joining.join(cast.gu.id, twin.id, cast.lin.id, NOW)
    db.session.expunge_all()
    return Two(cast, twin)


def past(two: Two, kind: str = "cleaning") -> int:
    slot = make_slot(make_post(make_activity(f"某活动 {kind}", two.cast.first, kind), "某处", capacity=9), NOW - HOUR)
    seat(slot, [two.cast.lin, two.cast.wang])
    return slot.id


def mark(two):
    record_attendance(two.actor, past(two), {two.cast.lin.id: FULL}, NOW)


def desk(two):
    arrive(two.actor, past(two, "blood"), two.cast.lin.number, Attendance.PRESENT, NOW)


def sign(two, recorder: int, whose: int):
    slot_id = past(two, "elder_care")
    record_attendance(recorder, slot_id, {whose: FULL}, NOW)
    [pile] = piles(acting(two.actor), 1)
    assert (pile.people, pile.mine) == (1, 0)
    countersign(two.actor, slot_id, {one.public_id: one.changed_at for one in waiting(slot_id, two.actor)}, NOW)


def certify(two):
    certified(two.cast)
    issuing.issue(two.actor, two.cast.lin.id, order(days=20), NOW)


def revoke(two):
    issuing.revoke(two.actor, certified(two.cast).id, "错", NOW)


def request_of_lin(two) -> int:
    asked_for(two.cast)
    return db.session.scalars(sa.select(CertificateRequest.id)).one()


def let_go(two):
    slot = make_slot(two.cast.lake, NOW + 5 * HOUR, capacity=1)
    db.session.commit()
    sign_up(two.cast.lin.id, slot.id, NOW - DAY)
    leaving.ask(two.cast.lin.id, slot.id, "考试", NOW)
    leaving.answer(two.actor, db.session.scalars(sa.select(Leave.id)).one(), Answer.ACCEPTED, "", NOW)


def end_pause(two):
    values = {"begun_at": NOW - DAY, "until": NOW + DAY, "misses": 3, "miss_days": 90}
    pause_id = store(Pause(member_id=two.cast.lin.id, **values)).id
    db.session.commit()
    lift(two.actor, pause_id, "误会", NOW)


def end_own_exemption(two):
    """What Chen gave to Lin."""
    public_id = exempt(two.cast.chen.id, two.cast.lin.id, EXEMPTED, Why(Ground.AWAY), NOW)
    exemption_id = db.session.scalars(sa.select(Exemption.id).where(Exemption.public_id == public_id)).one()
    end_exemption(two.actor, exemption_id, None, "不必", NOW)


def vote_on_own(two):
    ballot = opened(two.cast)
    voting.vote(two.actor, ballot.id, {places(ballot)[two.cast.lin.id]: 0}, NOW)


def correction(two) -> int:
    correction_of_lin(two.cast)
    return db.session.scalars(sa.select(Correction.id)).one()


def decide_own(two):
    request_id = correction(two)
    correcting.answer(two.cast.ou.id, request_id, Opinion.AGREES, "是", NOW)
    correcting.decide(two.actor, request_id, True, "好", NOW)


def decide_answered(two):
    """Ou answers, and decides by a second account."""
    second = make_member("T101", "欧阳慧敏", db.session.merge(two.cast.first))
    grant(second, Role.SECRETARY, db.session.merge(two.cast.school))
    db.session.commit()
    joining.join(two.cast.gu.id, two.cast.ou.id, second.id, NOW)
    db.session.expunge_all()
    request_id = correction(two)
    correcting.answer(two.cast.ou.id, request_id, Opinion.AGREES, "是", NOW)
    correcting.decide(second.id, request_id, True, "好", NOW)


def check_in(two):
    slot = db.session.get_one(Slot, past(two, "elder_care"))
    checking.check_in(two.cast.lin.id, Scan(slot=slot.public_id, host=two.twin.public_id, at=NOW), NOW)


def check_out(two):
    """In by Ou's code, and out by one's own."""
    slot = db.session.get_one(Slot, past(two, "elder_care"))
    for verb, host in ((checking.check_in, two.cast.ou), (checking.check_out, two.twin)):
        verb(two.cast.lin.id, Scan(slot=slot.public_id, host=host.public_id, at=NOW), NOW)


def dossier(two):
    enter(two.actor, two.cast.lin.id, Block.COMMENDATION, AWARD, NOW)


def dossier_of_lin(two) -> int:
    enter(two.cast.chen.id, two.cast.lin.id, Block.COMMENDATION, AWARD, NOW)
    return db.session.scalars(sa.select(Entry.id)).one()


def dossier_sheet(two):
    rows = [
        ["学号", "姓名", "表彰奖励名称", "日期", "授予单位"],
        [two.cast.lin.number, "林可欣", "优秀", "2026-07-01", "学校"],
    ]
    [problem] = importing.plan(two.actor, Block.COMMENDATION, xlsx(rows), "a.xlsx", NOW).problems
    raise problem.expected


def train(two):
    aid = store(Training(name="急救", changed_at=NOW)).id
    db.session.commit()
    enter_passes(two.actor, aid, two.cast.lin.number, NOW.date(), NOW.date(), NOW)


def give_role(two):
    grant_role(two.actor, two.cast.lin.id, Role.ORGANIZER, two.cast.first.id, NOW)


def set_stage(two):
    lin = db.session.get_one(Member, two.cast.lin.id)
    details = replace(details_of(lin), stage=Stage.PROBATIONARY)
    edit_member(two.actor, lin.id, details_of(lin).fingerprint, details, NOW)


def import_stage(two):
    rows = roster_of(person(two.cast.lin.number, "林可欣", class_name="营销2301", stage="预备党员"))
    [problem] = roster.plan_import(roster.read_roster(xlsx(rows), "a.xlsx"), two.actor).problems
    raise problem.expected


def certify_own_word(two):
    """Wang's hours, recorded by one account and certified by the other."""
    organizing(two)
    slot_id = past(two)
    record_attendance(two.cast.lin.id, slot_id, {two.cast.wang.id: FULL}, NOW)
    issuing.issue(two.actor, two.cast.wang.id, order(), NOW)


def bring_hours(two):
    rows = csv_file(
        [("学号", "日期", "时间段", "活动名称"), (two.cast.lin.number, "2026-11-20", "14:00-16:00", "整理")]
    )
    table = transfers.read(rows, "a.csv")
    columns, importer = guess(table.heading), acting(two.actor)
    [problem] = transfers.look(importer, table, columns, Ledger.SERVICE, clock.zone(), NOW).problems
    raise problem.expected


def enter_own_amount(two):
    enter_amounts(two.actor, past(two, "study"), {Cell("characters", two.cast.lin.id): 12_000_000}, NOW)


VERBS = {
    "enter what one achieved": (enter_own_amount, OwnAmount),
    "import hours": (bring_hours, records.OwnRecord),
    "give a role": (give_role, OwnRole),
    "set a stage": (set_stage, OwnStage),
    "import a stage": (import_stage, OwnStage),
    "certify what rests on one's word": (certify_own_word, certificates.OnlyYourWord),
    "mark": (mark, records.OwnRecord),
    "mark at the desk": (desk, records.OwnRecord),
    "countersign one's own": (lambda two: sign(two, two.cast.ou.id, two.cast.lin.id), OwnHours),
    "countersign what one recorded": (lambda two: sign_own_mark(two), OwnMark),
    "issue a certificate": (certify, certificates.OwnCertificate),
    "revoke a certificate": (revoke, certificates.OwnCertificate),
    "replace a certificate": (
        lambda two: issuing.supersede(two.actor, certified(two.cast).id, "错", NOW), certificates.OwnCertificate,
    ),
    "grant a certificate request": (
        lambda two: certificate_requests.grant(two.actor, request_of_lin(two), "刘", "101", NOW),
        certificates.OwnCertificate,
    ),
    "decline a certificate request": (
        lambda two: certificate_requests.decline(two.actor, request_of_lin(two), "错", NOW),
        certificates.OwnCertificate,
    ),
    "answer leave": (let_go, OwnLeave),
    "lift a pause": (end_pause, OwnPause),
    "exempt": (lambda two: exempt(two.actor, two.cast.lin.id, EXEMPTED, Why(Ground.AWAY), NOW), OwnExemption),
    "end an exemption": (end_own_exemption, OwnExemption),
    "appraise": (vote_on_own, OwnAppraisal),
    "answer a correction": (
        lambda two: correcting.answer(two.actor, correction(two), Opinion.AGREES, "是", NOW), corrections.OwnCorrection,
    ),
    "decide a correction": (decide_own, corrections.OwnCorrection),
    "decide what one answered": (decide_answered, corrections.AnsweredYourself),
    "enter a training": (train, WrongRows),
    "check in": (check_in, OwnCode),
    "check out": (check_out, OwnCode),
    "enter a commendation": (dossier, dossiers.OwnEntry),
    "correct an entry": (
        lambda two: correct(two.actor, dossier_of_lin(two), AWARD, "错", NOW), dossiers.OwnEntry,
    ),
    "withdraw an entry": (lambda two: withdraw(two.actor, dossier_of_lin(two), "错", NOW), dossiers.OwnEntry),
    "import entries": (dossier_sheet, dossiers.OwnEntry),
}  # fmt: skip


def sign_own_mark(two: Two) -> None:
    """Wang's hours, recorded by one account and countersigned by the other."""
    organizing(two)
    sign(two, two.cast.lin.id, two.cast.wang.id)


def organizing(two: Two) -> None:
    grant(db.session.merge(two.cast.lin), Role.ORGANIZER, db.session.merge(two.cast.school))
    db.session.commit()
    db.session.expunge_all()


@pytest.mark.parametrize("verb", VERBS)
def test_a_second_account_is_the_same_person(two, verb):
    act, refusal = VERBS[verb]
    with pytest.raises(refusal):
        act(two)


def test_accounts_are_joined_and_parted_by_somebody_else_and_leave_a_trail(ctx, cast):
    joining.join(cast.gu.id, cast.lin.id, cast.wang.id, NOW)
    joining.join(cast.gu.id, cast.zhao.id, cast.wang.id, NOW)
    assert [one.id for one in persons.accounts(cast.lin.id)] == [cast.lin.id, cast.wang.id, cast.zhao.id]
    assert persons.same_person(cast.lin.id, cast.zhao.id)
    with pytest.raises(OnePersonAlready):
        joining.join(cast.gu.id, cast.lin.id, cast.zhao.id, NOW)
    with pytest.raises(OnePersonAlready):
        joining.join(cast.gu.id, cast.lin.id, cast.lin.id, NOW)
    joining.part(cast.gu.id, persons.persons([cast.lin.id])[cast.lin.id], NOW)
    assert sum(len(persons.accounts(one.id)) for one in (cast.lin, cast.wang, cast.zhao)) == 1 + 2 + 2
    with pytest.raises(OwnAccounts):
        joining.join(cast.gu.id, cast.gu.id, cast.lin.id, NOW)
    with pytest.raises(NotJoined):
        joining.part(cast.gu.id, cast.ou.id, NOW)
    assert set(db.session.scalars(sa.select(AuditEntry.verb))) == {"same person"}
    assert not persons.same_person(cast.lin.id, None)


def test_the_persons_page_joins_and_parts(app, cast):
    gu = english(app, cast.gu)
    address = f"/people/{cast.lin.public_id}"
    for number in ("", "nobody", cast.lin.number, cast.gu.number):
        assert gu.submit(f"{address}/same", number=number).status_code == 422
    assert gu.submit(f"{address}/same", number=cast.wang.number).status_code == 303
    assert "count as one" in gu.get(address).get_data(as_text=True)
    assert gu.submit(f"{address}/apart").status_code == 303
    assert gu.submit(f"{address}/apart").status_code == 409

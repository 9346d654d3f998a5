"""Issuing, replacing and revoking certificates."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import DBAPIError, IntegrityError

from activities.audit.models import AuditEntry
from activities.certificates import rules_refusals
from activities.certificates.models import Certificate, CertificateCounter
from activities.certificates.pdf import render
from activities.certificates.rules import CertificateState, hash_of
from activities.certificates.service import issue, revoke, supersede
from activities.duties.kinds import Ledger
from activities.kit.db import db, transaction
from activities.kit.refusal import NotFound, Refusal
from activities.kit.roles import Role
from activities.norms.queries import in_force
from activities.norms.rules import NORMS
from activities.norms.service import set_norms
from activities.outbox.models import Notice
from activities.people.joining import join
from activities.records.models import Record
from tests.cast import DAY, NOW, grant, make_activity, make_member, make_post
from tests.certificates.orders import certified, corrected, one, order, recorded
from tests.house.test_races import race

pytestmark = pytest.mark.usefixtures("ctx")


def told(member_id: int) -> list[str]:
    query = sa.select(Notice.topic).where(Notice.member_id == member_id, Notice.topic.startswith("certificates."))
    return list(db.session.scalars(query.order_by(Notice.id)))


def trail(certificate: Certificate) -> list[tuple[str, str]]:
    query = sa.select(AuditEntry.verb, AuditEntry.reason).where(
        AuditEntry.subject == "certificate", AuditEntry.subject_id == certificate.id
    )
    return [tuple(row) for row in db.session.execute(query.order_by(AuditEntry.id))]


def test_it_says_what_the_records_say(cast):
    recorded(cast, cast.lin, 90, 2)
    recorded(cast, cast.lin, 50, 5)
    recorded(cast, cast.lin, 60, 40)
    recorded(cast, cast.wang, 60, 3)
    found = one(issue(cast.chen.id, cast.lin.id, order(), NOW))
    assert (found.number, found.state, found.hash) == ("2026-000001", CertificateState.VALID, hash_of(found.snapshot))
    assert (found.facts.minutes, found.facts.times) == (140, 2)
    assert [(line.activity, line.unit, line.minutes) for line in found.facts.lines] == [
        ("东湖责任区清扫", "第一支部", 140)
    ]
    assert (found.facts.name, found.facts.unit, found.facts.issuer) == ("林可欣", "第一支部", "陈静")
    assert told(cast.lin.id) == ["certificates.issued"]
    assert trail(found) == [("issue", "")]


def test_ledgers_stay_apart(cast):
    room = make_post(make_activity("节能岗", cast.lin.unit, "energy"), "205")
    recorded(cast, cast.lin, 90, 2)
    recorded(cast, cast.lin, 30, 3, post=room)
    service = one(issue(cast.chen.id, cast.lin.id, order(), NOW)).facts
    duty = one(issue(cast.chen.id, cast.lin.id, order(ledger=Ledger.DUTY), NOW)).facts
    assert (service.minutes, [line.activity for line in service.lines]) == (90, ["东湖责任区清扫"])
    assert (duty.minutes, [line.activity for line in duty.lines]) == (30, ["节能岗"])
    with pytest.raises(rules_refusals.NothingToCertify):
        issue(cast.chen.id, cast.lin.id, order(ledger=Ledger.LEARNING), NOW)


def test_presence_without_time_is_no_time_that_counts(cast):
    recorded(cast, cast.lin, 0, 2)
    with pytest.raises(rules_refusals.NothingToCertify):
        issue(cast.chen.id, cast.lin.id, order(), NOW)
    recorded(cast, cast.lin, 90, 5)
    [line] = one(issue(cast.chen.id, cast.lin.id, order(), NOW)).facts.lines
    assert (line.times, line.minutes, line.first) == (1, 90, line.last)


def test_nobody_issues_or_ends_their_own(cast):
    recorded(cast, cast.chen)
    with pytest.raises(rules_refusals.OwnCertificate):
        issue(cast.chen.id, cast.chen.id, order(), NOW)
    grant(cast.gu, Role.SECRETARY, cast.school)
    db.session.commit()
    own = one(issue(cast.gu.id, cast.chen.id, order(), NOW))
    for verb in (revoke, supersede):
        with pytest.raises(rules_refusals.OwnCertificate):
            verb(cast.chen.id, own.id, "改主意了", NOW)


def test_whoever_alone_vouches_for_some_of_the_time_does_not_certify_it(cast):
    slot = recorded(cast, cast.lin)
    recorded(cast, cast.lin, days_ago=40)
    grant(cast.ou, Role.SECRETARY, cast.school)
    db.session.commit()
    with pytest.raises(rules_refusals.OnlyYourWord):
        issue(cast.ou.id, cast.lin.id, order(), NOW)
    of_slot = sa.update(Record).where(Record.slot_id == slot.id)
    db.session.execute(of_slot.values(countersigned_by_id=cast.chen.id))
    db.session.commit()
    assert one(issue(cast.ou.id, cast.lin.id, order(), NOW)).facts.minutes == 90


def test_the_database_lets_nobody_issue_their_own(cast):
    found = certified(cast)
    values = {
        column.name: getattr(found, column.name) for column in Certificate.__table__.columns if column.name != "id"
    }
    own = {**values, "public_id": "x", "code": "x", "count": 9, "issued_by_id": found.member_id, "state": "revoked",
           "ended_at": NOW}  # fmt: skip
    with pytest.raises(IntegrityError, match="nobody_issues_their_own"), transaction():
        db.session.execute(sa.insert(Certificate), [own])


def test_only_a_secretary_of_the_persons_unit_issues(cast):
    recorded(cast, cast.lin)
    grant(cast.zhao, Role.SECRETARY, cast.second)
    db.session.commit()
    for who in (cast.zhao, cast.ou, cast.gu, cast.wang):
        with pytest.raises(NotFound):
            issue(who.id, cast.lin.id, order(), NOW)


def test_a_number_is_not_lost_when_nothing_is_issued(cast):
    recorded(cast, cast.lin)
    issue(cast.chen.id, cast.lin.id, order(), NOW)
    with pytest.raises(rules_refusals.CertifiedAlready):
        issue(cast.chen.id, cast.lin.id, order(), NOW)
    with pytest.raises(rules_refusals.NothingToCertify):
        issue(cast.chen.id, cast.wang.id, order(), NOW)
    assert one(issue(cast.chen.id, cast.lin.id, order(days=20), NOW)).number == "2026-000002"


def test_each_year_begins_anew(cast):
    recorded(cast, cast.lin)
    issue(cast.chen.id, cast.lin.id, order(), NOW)
    later = NOW + 40 * DAY
    assert one(issue(cast.chen.id, cast.lin.id, order(later, days=90), later)).number == "2027-000001"


def test_revoked_it_says_when_by_whom_and_why(cast):
    found = certified(cast)
    revoke(cast.chen.id, found.id, "时间有误", NOW + DAY)
    found = one(found.public_id)
    assert (found.state, found.ended_at, found.ended_by_id) == (CertificateState.REVOKED, NOW + DAY, cast.chen.id)
    assert told(cast.lin.id) == ["certificates.issued", "certificates.revoked"]
    assert trail(found) == [("issue", ""), ("revoke", "时间有误")]
    for verb in (revoke, supersede):
        with pytest.raises(rules_refusals.NotValid):
            verb(cast.chen.id, found.id, "再来一次", NOW + DAY)


def test_after_a_correction_another_one_takes_its_place(cast):
    slot = recorded(cast, cast.lin, 90)
    old = certified(cast)
    with pytest.raises(rules_refusals.NothingChanged):
        supersede(cast.chen.id, old.id, "没有变", NOW)
    corrected(cast, slot, cast.lin, 60)
    new = one(supersede(cast.chen.id, old.id, "更正", NOW + DAY))
    old = one(old.public_id)
    assert (old.state, old.facts.minutes, old.successor.number) == (CertificateState.SUPERSEDED, 90, "2026-000002")
    assert (new.state, new.facts.minutes, new.replaces_id) == (CertificateState.VALID, 60, old.id)
    assert (new.facts.person, new.facts.contact) == (old.facts.person, old.facts.contact)
    assert told(cast.lin.id) == ["certificates.issued", "certificates.superseded"]


def test_nothing_takes_its_place_when_the_records_are_empty(cast):
    slot = recorded(cast, cast.lin, 90)
    old = certified(cast)
    corrected(cast, slot, cast.lin, 0)
    with pytest.raises(rules_refusals.NothingToCertify):
        supersede(cast.chen.id, old.id, "更正", NOW)
    assert one(old.public_id).is_valid


@pytest.mark.parametrize("change", ["snapshot = 'x'", "number = '2026-000009'", "hash = 'x'", "member_id = 1"])
def test_the_database_refuses_to_change_what_it_says(cast, change):
    certified(cast)
    with pytest.raises(DBAPIError, match="says for ever"), transaction():
        db.session.execute(sa.text(f"UPDATE certificate SET {change}"))


@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize("kept", ["id", "public_id", "code", "count", "days"])
def test_the_database_refuses_to_put_another_in_its_place(cast, kept):
    certified(cast)
    names = [column.name for column in Certificate.__table__.columns]
    fresh = {"id": "NULL", "public_id": "'x'", "code": "'x'", "count": "9", "first_day": "'2020-01-01'"}
    fresh.pop("first_day" if kept == "days" else kept)
    put = f"INSERT OR REPLACE INTO certificate ({', '.join(names)})"
    with pytest.raises(DBAPIError, match="says for ever"), transaction():
        db.session.execute(sa.text(f"{put} SELECT {', '.join(fresh.get(n, n) for n in names)} FROM certificate"))


@pytest.mark.only_on("sqlite")
def test_one_that_was_revoked_takes_no_valid_ones_place(cast):
    revoke(cast.chen.id, certified(cast).id, "错", NOW)
    issue(cast.chen.id, cast.lin.id, order(), NOW)
    with pytest.raises(DBAPIError, match="says for ever"), transaction():
        db.session.execute(sa.text("UPDATE OR REPLACE certificate SET state = 'valid', ended_at = NULL"))


def test_the_database_refuses_to_delete_one(cast):
    certified(cast)
    with pytest.raises(DBAPIError, match="says for ever"), transaction():
        db.session.execute(sa.text("DELETE FROM certificate"))


STEPS = st.lists(
    st.tuples(st.sampled_from(["record", "correct", "issue", "supersede", "revoke", "rename"]), st.integers(0, 120)),
    min_size=3, max_size=14,
)  # fmt: skip


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_figures_equal_the_snapshot_for_ever_whatever_is_corrected(cast, steps):
    slots, seen = [recorded(cast, cast.lin, 45, 2)], {}
    for turn, (what, minutes) in enumerate(steps):
        now = NOW + turn * timedelta(minutes=1)
        valid = sa.select(Certificate).where(Certificate.state == CertificateState.VALID)
        newest = db.session.scalars(valid.order_by(Certificate.id.desc())).first()
        try:
            if what == "record":
                slots.append(recorded(cast, cast.lin, minutes, 3 + turn % 20))
            elif what == "correct":
                corrected(cast, slots[minutes % len(slots)], cast.lin, minutes, now)
            elif what == "issue":
                issue(cast.chen.id, cast.lin.id, order(days=25 + minutes), now)
            elif what == "rename":
                with transaction():
                    db.session.execute(sa.text("UPDATE activity SET name = :name"), {"name": f"活动{minutes}"})
            elif newest:
                (supersede if what == "supersede" else revoke)(cast.chen.id, newest.id, "更正", now)
        except Refusal:
            continue
        for row in db.session.scalars(sa.select(Certificate).execution_options(populate_existing=True)):
            assert seen.setdefault(row.id, (row.number, row.snapshot)) == (row.number, row.snapshot)
            assert row.hash == hash_of(row.snapshot)
    is_gapless()


def test_paper_stays_the_same_after_a_correction(cast):
    slot = recorded(cast, cast.lin, 90)
    old = certified(cast)
    before = render(old.snapshot, old.hash, old.code, "http://localhost")
    corrected(cast, slot, cast.lin, 60)
    supersede(cast.chen.id, old.id, "更正", NOW)
    old = one(old.public_id)
    assert render(old.snapshot, old.hash, old.code, "http://localhost") == before


def is_gapless() -> None:
    """From one on, without a gap, and as many as the counter says."""
    counts = sorted(db.session.scalars(sa.select(Certificate.count)))
    assert counts == list(range(1, len(counts) + 1))
    assert (db.session.scalar(sa.select(CertificateCounter.last)) or 0) == len(counts)


def test_in_a_race_each_number_is_issued_once(app, cast):
    people = [cast.lin, cast.wang, make_member("2301003", "孙立", cast.first), cast.ou]
    grant(cast.gu, Role.SECRETARY, cast.school)
    for member in people[:3]:
        recorded(cast, member)
    issuers = (cast.chen.id, cast.gu.id)
    wanted = [
        (issuers[n % 2], member.id, order(days=10 + n // 2)) for n in range(12) for member in people
    ]  # fmt: skip
    results = race(app, [lambda w=w: issue(*w, NOW) for w in wanted], threads=12)
    issued = [one(result) for result in results if isinstance(result, str)]
    refused = {type(result) for result in results if isinstance(result, Refusal)}
    assert len(issued) == 3 * 6
    assert refused == {rules_refusals.CertifiedAlready, rules_refusals.NothingToCertify}
    assert {row.number for row in issued} == {f"2026-{n:06}" for n in range(1, 19)}
    is_gapless()


def test_the_star_level_is_that_of_all_service_by_the_norms_of_the_day(ctx, cast):
    recorded(cast, cast.lin, 90, days_ago=60)
    recorded(cast, cast.lin, 60, days_ago=2)
    set_norms(cast.gu.id, 0, NORMS._replace(stars=(1, 2, 3)), "学院标准", NOW)
    facts = certified(cast).facts
    assert (facts.minutes, facts.total, facts.star, facts.stars) == (60, 150, 2, (1, 2, 3))
    set_norms(cast.gu.id, in_force()[1], NORMS, "国家标准", NOW)
    assert certified(cast).facts == facts


def test_what_is_no_volunteer_service_has_no_star_level(ctx, cast):
    slot = recorded(cast, cast.lin, 90)
    db.session.execute(sa.update(Record).where(Record.slot_id == slot.id).values(ledger=Ledger.DUTY))
    db.session.commit()
    facts = one(issue(cast.chen.id, cast.lin.id, order(ledger=Ledger.DUTY), NOW)).facts
    assert (facts.minutes, facts.total, facts.star, facts.stars) == (90, 0, 0, ())


def test_who_may_issue_is_told_which_certificates_rest_on_a_second_account(cast):
    recorded(cast, cast.lin)
    recorded(cast, cast.wang)
    number, _ = (one(issue(cast.chen.id, who.id, order(), NOW)).number for who in (cast.lin, cast.wang))
    join(cast.gu.id, cast.zhao.id, cast.wang.id, NOW)
    assert not told(cast.chen.id)
    join(cast.gu.id, cast.lin.id, cast.ou.id, NOW)
    notice = db.session.scalars(sa.select(Notice).where(Notice.topic == "certificates.look_again")).one()
    assert (notice.member_id, notice.params) == (cast.chen.id, {"numbers": number})


def test_a_certificate_that_ones_other_account_issued_is_looked_at_by_others(cast):
    found = certified(cast)
    grant(cast.gu, Role.SECRETARY, cast.school)
    db.session.commit()
    join(cast.gu.id, cast.lin.id, cast.chen.id, NOW)
    notice = db.session.scalars(sa.select(Notice).where(Notice.topic == "certificates.look_again")).one()
    assert (notice.member_id, notice.params) == (cast.gu.id, {"numbers": found.number})

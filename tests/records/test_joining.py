"""What accounts that turn out to be one person's vouched for each other waits for a second person again."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from activities.audit.models import AuditEntry
from activities.duties.models import Slot
from activities.kit.db import db
from activities.outbox.models import Notice
from activities.people.joining import join, part
from activities.records.countersigning import countersign, waiting
from activities.records.models import Record
from activities.records.rules import Attendance, Mark
from activities.records.rules_overlap import MINUTE
from activities.records.service import record_attendance
from tests.cast import HOUR, NOW, english, make_activity, make_post, make_slot
from tests.records.conftest import seat

pytestmark = pytest.mark.usefixtures("ctx")
FULL = Mark(Attendance.PRESENT, 60)


def slot_of(cast, kind: str, *people) -> Slot:
    slot = make_slot(
        make_post(make_activity(f"某活动 {kind}", cast.first, kind), "某处", capacity=9),
        NOW - HOUR,
    )
    seat(slot, list(people))
    return slot


def sign(signer, slot: Slot) -> None:
    countersign(signer.id, slot.id, {one.public_id: one.changed_at for one in waiting(slot.id, signer.id)}, NOW)


def final(slot: Slot) -> list[bool]:
    query = sa.select(Record.is_final).where(Record.slot_id == slot.id)
    return list(db.session.scalars(query.order_by(Record.member_id)))


def test_what_one_account_recorded_for_the_other_waits_again(cast):
    sweeping, visit = slot_of(cast, "cleaning", cast.lin, cast.wang), slot_of(cast, "elder_care", cast.wang, cast.zhao)
    both = {cast.lin.id: FULL, cast.wang.id: Mark(Attendance.ABSENT)}
    record_attendance(cast.ou.id, sweeping.id, both, NOW)
    record_attendance(cast.ou.id, visit.id, {cast.wang.id: FULL, cast.zhao.id: FULL}, NOW)
    sign(cast.chen, visit)
    join(cast.gu.id, cast.wang.id, cast.ou.id, NOW)  # who was absent has no hours, and Zhao is somebody else
    assert (final(sweeping), final(visit)) == ([True, True], [False, True])
    join(cast.gu.id, cast.lin.id, cast.ou.id, NOW)
    assert final(sweeping) == [False, True]
    sign(cast.chen, sweeping)
    assert final(sweeping) == [True, True]
    part(cast.gu.id, cast.lin.id, NOW)
    assert final(visit) == [False, True]


@pytest.mark.parametrize("pair", [("lin", "chen"), ("ou", "chen")])
def test_a_signature_of_the_same_person_is_gone(cast, pair):
    visit = slot_of(cast, "elder_care", cast.lin)
    record_attendance(cast.ou.id, visit.id, {cast.lin.id: FULL}, NOW)
    sign(cast.chen, visit)
    join(cast.gu.id, *(getattr(cast, name).id for name in pair), NOW)
    assert final(visit) == [False]
    entry = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.verb == "open again")).one()
    assert entry.before == {"is_final": True, "countersigned_by_id": cast.chen.id}
    assert entry.after == {"is_final": False, "countersigned_by_id": None}
    assert entry.actor_id == cast.gu.id


def test_the_records_page_tells_it(app, cast):
    sweeping = slot_of(cast, "cleaning", cast.lin)
    record_attendance(cast.ou.id, sweeping.id, {cast.lin.id: FULL}, NOW)
    join(cast.gu.id, cast.lin.id, cast.ou.id, NOW)
    page = english(app, cast.lin).get(f"/records/{db.session.scalar(sa.select(Record.public_id))}").text
    assert "顾云 said which accounts are one person’s: the hours wait for a second person again." in page
    assert "Provisional" in page


def minutes(slot: Slot) -> list[int]:
    return list(db.session.scalars(sa.select(Record.minutes).where(Record.slot_id == slot.id).order_by(Record.id)))


def test_what_both_accounts_have_counted_counts_once_from_then_on(app, cast):
    first, second = slot_of(cast, "cleaning", cast.lin), slot_of(cast, "elder_care", cast.wang)
    record_attendance(cast.ou.id, first.id, {cast.lin.id: Mark(Attendance.PRESENT, 40)}, NOW)
    record_attendance(cast.ou.id, second.id, {cast.wang.id: FULL}, NOW + MINUTE)
    sign(cast.chen, second)
    join(cast.gu.id, cast.lin.id, cast.wang.id, NOW + HOUR)
    assert (minutes(first), minutes(second)) == ([40], [20])
    assert (final(first), final(second)) == ([True], [False])  # the signature was under an hour
    told = db.session.scalars(sa.select(Notice.member_id).where(Notice.topic == "records.counted_once"))
    assert list(told) == [cast.wang.id]
    public_id = db.session.scalars(sa.select(Record.public_id).where(Record.slot_id == second.id)).one()
    page = english(app, cast.wang).get(f"/records/{public_id}").text
    assert "what overlaps counts once, from “Present, 1 hour” to “Present, 0.33 hours”" in page


def test_accounts_whose_time_does_not_overlap_keep_theirs(cast):
    first, second = slot_of(cast, "cleaning", cast.lin), slot_of(cast, "cleaning", cast.wang)
    record_attendance(cast.ou.id, first.id, {cast.lin.id: Mark(Attendance.PRESENT, 30)}, NOW)
    record_attendance(cast.ou.id, second.id, {cast.wang.id: Mark(Attendance.PRESENT, 30)}, NOW)
    join(cast.gu.id, cast.lin.id, cast.wang.id, NOW + HOUR)
    assert (minutes(first), minutes(second)) == ([30], [30])
    assert not db.session.scalar(sa.select(AuditEntry.id).where(AuditEntry.verb == "count once"))

"""What accounts that turn out to be one person's vouched for each other waits for a second person again."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from activities.audit.models import AuditEntry
from activities.duties.models import Slot
from activities.kit.db import db
from activities.people.joining import join, part
from activities.records.countersigning import countersign, waiting
from activities.records.models import Record
from activities.records.rules import Attendance, Mark
from activities.records.service import record_attendance
from tests.cast import HOUR, NOW, english, make_activity, make_post, make_slot
from tests.records.conftest import seat

pytestmark = pytest.mark.usefixtures("ctx")
FULL = Mark(Attendance.PRESENT, 60)


def slot_of(cast, kind: str, *people) -> Slot:
    slot = make_slot(make_post(make_activity(f"某活动 {kind}", cast.first, kind), "某处", capacity=9), NOW - HOUR)
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

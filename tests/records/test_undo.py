"""Taking back what was just saved."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine

from activities.audit.models import AuditEntry
from activities.kit.db import db
from activities.kit.refusal import NotAllowed
from activities.kit.roles import Role
from activities.outbox.models import Notice
from activities.people.service import revoke
from activities.records import queries, sheets
from activities.records.models import Record
from activities.records.rules import UNDO_WITHIN, Attendance, Mark, NothingToUndo
from activities.records.service import WalkIn, record_attendance, undo
from tests.cast import HOUR, NOW, logged_in, make_member

PRESENT, LATE, _LEFT_EARLY, EXCUSED, ABSENT, _DEFERRED = Attendance
FULL = Mark(PRESENT, 90)
MINUTE = timedelta(minutes=1)


def marks() -> dict[int, Mark]:
    rows = db.session.scalars(sa.select(Record).execution_options(populate_existing=True))
    return {r.member_id: Mark(r.attendance, r.minutes, r.minutes_late) for r in rows}


def undone() -> list[AuditEntry]:
    return list(db.session.query(AuditEntry).filter_by(verb="undo").order_by(AuditEntry.id))


def told() -> list[int]:
    return [n.member_id for n in db.session.query(Notice).filter_by(topic="records.taken_back").order_by(Notice.id)]


def test_first_marks_are_gone_and_the_trail_keeps_them(ctx, cast, past):
    by_id = {cast.lin.id: FULL, cast.wang.id: Mark(ABSENT)}
    record_attendance(cast.ou.id, past.id, by_id, NOW, walk_in=guest(cast))
    assert undo(cast.ou.id, past.id, NOW, NOW + UNDO_WITHIN) == 3
    assert marks() == {}
    assert [(e.actor_id, e.at, e.before["attendance"], e.after) for e in undone()] == [
        (cast.ou.id, NOW + UNDO_WITHIN, attendance, {}) for attendance in ("present", "absent", "present")
    ]
    assert told() == [cast.wang.id]
    assert [line.name for line in sheets.sheet(past.id) if line.kept] == []
    record_attendance(cast.ou.id, past.id, {cast.wang.id: FULL}, NOW + HOUR)  # without a reason, as for the first time
    [record] = db.session.scalars(sa.select(Record))
    assert [entry.verb for entry, _ in queries.trail(record)] == ["record"]


def guest(cast) -> WalkIn:
    make_member("2301009", "冯欣悦", cast.first)
    db.session.commit()
    return WalkIn("2301009", FULL)


def test_a_correction_is_as_it_was_before(ctx, cast, recorded):
    change = {cast.lin.id: Mark(ABSENT), cast.wang.id: Mark(EXCUSED)}
    record_attendance(cast.ou.id, recorded.id, change, NOW + HOUR, reason="看错了")
    assert undo(cast.ou.id, recorded.id, NOW + HOUR, NOW + HOUR + MINUTE) == 2
    assert marks() == {cast.lin.id: FULL, cast.wang.id: Mark(LATE, 60, 10)}
    record = db.session.query(Record).filter_by(member_id=cast.lin.id).one()
    assert [entry.verb for entry, _ in queries.trail(record)] == ["record", "correct", "undo"]
    assert told() == [cast.lin.id, cast.wang.id]
    with pytest.raises(NothingToUndo):
        undo(cast.ou.id, recorded.id, NOW + HOUR + MINUTE, NOW + HOUR + 2 * MINUTE)


def test_what_somebody_has_changed_since_stays(ctx, cast, recorded):
    record_attendance(cast.ou.id, recorded.id, {cast.lin.id: Mark(ABSENT)}, NOW + MINUTE, reason="没来")
    assert undo(cast.chen.id, recorded.id, NOW, NOW + 2 * MINUTE) == 1
    assert marks() == {cast.lin.id: Mark(ABSENT)}


@pytest.mark.parametrize(
    ("who", "moment", "after"),
    [("chen", NOW, UNDO_WITHIN + MINUTE), ("chen", NOW + MINUTE, 2 * MINUTE), ("ou", NOW, MINUTE)],
    ids=["too late", "not what was saved", "somebody else"],
)
def test_what_cannot_be_taken_back(ctx, cast, recorded, who, moment, after):
    before = marks()
    assert before
    with pytest.raises(NothingToUndo):
        undo(getattr(cast, who).id, recorded.id, moment, NOW + after)
    assert (marks(), undone()) == (before, [])


def test_who_lost_the_role_takes_nothing_back(ctx, cast, recorded):
    revoke(cast.gu.id, cast.chen.id, Role.ORGANIZER, cast.first.id, NOW)
    with pytest.raises(NotAllowed):
        undo(cast.chen.id, recorded.id, NOW, NOW + MINUTE)
    assert len(marks()) == 2


# ── the button ──────────────────────────────────────────────────────────────


def button(page: str) -> str | None:
    found = re.search('name="undo" value="([^"]+)"', page)
    return found[1] if found else None


@pytest.mark.usefixtures("at_noon")
def test_the_page_offers_it_to_who_saved_for_a_short_time(app, cast, past):
    address, visitor = f"/slots/{past.public_id}/attendance", logged_in(app, cast.ou)
    lin, wang = cast.lin.public_id, cast.wang.public_id
    assert button(visitor.get(address).text) is None
    visitor.submit(address, **{f"mark-{lin}": "absent"})
    page = visitor.get(address).text
    assert "1 mark saved at 12:00" in page
    assert button(logged_in(app, cast.chen).get(address).text) is None
    # What was marked since and is not saved yet stays on the page.
    answer = visitor.submit(address, undo=button(page), **{f"mark-{wang}": "late", f"late-{wang}": "5"})
    assert answer.status_code == 200
    assert "1 mark is taken back." in answer.text
    assert f'value="late" id="mark-{wang}-late" aria-label="Late" checked' in answer.text
    with app.app_context():
        assert marks() == {}
    visitor.submit(address, **{f"mark-{lin}": "present"})
    answer = visitor.submit(address, undo=button(visitor.get(address).text))
    assert (answer.status_code, answer.location) == (303, address)
    assert button(visitor.get(address).text) is None


@pytest.mark.usefixtures("at_noon")
def test_too_late_is_said_on_the_page(app, cast, recorded):
    address, visitor = f"/slots/{recorded.public_id}/attendance", logged_in(app, cast.chen)
    moment = button(visitor.get(address).text)
    with time_machine.travel(NOW + UNDO_WITHIN + MINUTE, tick=False):
        assert button(visitor.get(address).text) is None
        for asked in (moment, "", "x", "0001-01-01T00:00:00+23:59"):
            answer = visitor.submit(address, undo=asked)
            assert answer.status_code == 422
            assert "This cannot be taken back any more" in answer.text
    with app.app_context():
        assert len(marks()) == 2


@pytest.mark.usefixtures("at_noon")
def test_the_history_tells_of_it(app, cast, recorded):
    with app.app_context():
        record_attendance(cast.ou.id, recorded.id, {cast.lin.id: Mark(ABSENT)}, NOW + MINUTE, reason="看错了")
        undo(cast.ou.id, recorded.id, NOW + MINUTE, NOW + 2 * MINUTE)
        record = db.session.query(Record).filter_by(member_id=cast.lin.id).one()
    page = logged_in(app, cast.lin).get(f"/records/{record.public_id}").text
    assert "欧阳慧敏 took that back: it is “Present, 1.5 hours” again." in page

"""Any series of markings, some taken back: the trail tells the present, nobody has minutes without presence."""

from __future__ import annotations

from itertools import count

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from activities.kit.db import db
from activities.kit.refusal import Refusal
from activities.records import queries
from activities.records.models import Record
from activities.records.rules import CAME, UNDO_WITHIN, Attendance, Mark, why_not_mark
from activities.records.service import Saved, record_attendance, undo
from activities.signups.service import sign_up
from tests.cast import DAY, HOUR, NOW, make_post, make_slot

pytestmark = pytest.mark.usefixtures("ctx")

DAYS = (n * DAY for n in count(1))
MARKS = st.builds(
    Mark,
    st.sampled_from(Attendance),
    st.sampled_from([0, 0, 30, 50, 60, 61, -5, 10**12]),
    st.sampled_from([0, 0, 10, 60, 61, -1]),
)
WHO = st.sampled_from(["lin", "wang", "ou"])
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["ou", "chen"]), st.dictionaries(WHO, MARKS, min_size=1), st.sampled_from(["", "错了"]),
        st.booleans(),
    ),
    min_size=1, max_size=8,
)  # fmt: skip


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_the_trail_replays_to_the_present(cast, steps):
    slot = make_slot(make_post(cast.sweeping, "某处", capacity=3), NOW + next(DAYS))  # nobody sits twice at one time
    db.session.commit()
    expected: dict[int, Mark] = {}
    for name in ("lin", "wang", "ou"):
        sign_up(getattr(cast, name).id, slot.id, NOW)
    for turn, (recorder, marks, reason, is_undone) in enumerate(steps):
        by_id = {getattr(cast, name).id: mark for name, mark in marks.items()}
        now, recorder_id = slot.starts_at + turn * HOUR, getattr(cast, recorder).id
        try:
            saved = record_attendance(recorder_id, slot.id, by_id, now, reason=reason)
        except Refusal:
            continue
        assert recorder not in marks
        assert reason or not any(who in expected and expected[who] != mark for who, mark in by_id.items())
        if is_undone and saved != Saved(0, 0):
            assert undo(recorder_id, slot.id, now, now + UNDO_WITHIN) == saved.recorded + saved.corrected
        else:
            expected |= by_id
    query = sa.select(Record).where(Record.slot_id == slot.id).execution_options(populate_existing=True)
    records = {record.member_id: record for record in db.session.scalars(query)}
    assert {who: Mark(r.attendance, r.minutes, r.minutes_late) for who, r in records.items()} == expected
    for who, record in records.items():
        assert replayed(record) == expected[who]
        assert record.attendance in CAME or record.minutes == 0
        assert record.recorded_by_id != who
        assert why_not_mark("", expected[who], slot.minutes) is None


def replayed(record: Record) -> Mark:
    """The mark to which the trail leads, each entry starting where the one before it ended."""
    now: dict[str, object] = {}
    for entry, _ in queries.trail(record):
        assert entry.before == now
        assert entry.after != now
        now = entry.after
    return Mark(Attendance(str(now["attendance"])), now["minutes"], now["minutes_late"])

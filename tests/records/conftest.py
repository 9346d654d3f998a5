"""A slot that is on, for the tests of this room's pages."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
import time_machine

from activities.duties.models import Slot
from activities.kit.db import db
from activities.kit.roles import Role
from activities.people.models import Member
from activities.records.rules import Attendance, Mark
from activities.records.service import record_attendance
from activities.signups.models import SignUp
from tests.cast import HOUR, NOW, grant, make_post, make_slot


@pytest.fixture
def at_noon(monkeypatch):
    """An hour into the slot `past`, with pages in the language of the code."""
    monkeypatch.setattr("activities.kit.i18n.DEFAULT", "en")
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def cast(app, cast):
    """The standing cast, in which Chen organizes the first branch as Ou does."""
    with app.app_context():
        grant(db.session.merge(cast.chen), Role.ORGANIZER, db.session.merge(cast.first))
        db.session.commit()
    return cast


@pytest.fixture
def past(app, cast):
    """A slot of one hour and a half that began an hour ago, with Lin, Wang and the organizer Ou."""
    with app.app_context():
        slot = make_slot(make_post(cast.sweeping, "东湖南岸", capacity=600), NOW - HOUR, hours=1.5)
        seat(slot, [cast.lin, cast.wang, cast.ou])
        return slot


@pytest.fixture
def recorded(app, cast, past):
    """The same slot after Chen recorded Lin as present and Wang as ten minutes late and leaving early."""
    with app.app_context():
        marks = {cast.lin.id: Mark(Attendance.PRESENT, 90), cast.wang.id: Mark(Attendance.LATE, 60, 10)}
        record_attendance(cast.chen.id, past.id, marks, NOW)
    return past


def seat(slot: Slot, members: list[Member]) -> None:
    """Give these people seats, whenever the slot is."""
    first = db.session.scalar(sa.select(sa.func.count()).where(SignUp.slot_id == slot.id)) or 0
    rows = [
        {
            "slot_id": slot.id, "member_id": member.id, "state": "seated", "ticket": n, "signed_up_at": NOW,
            "changed_at": NOW, "revision": 0,
        }
        for n, member in enumerate(members, first + 1)
    ]  # fmt: skip
    db.session.execute(sa.insert(SignUp), rows)
    db.session.commit()

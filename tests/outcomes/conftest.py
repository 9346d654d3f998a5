"""Slots that have begun, of several kinds."""

from __future__ import annotations

import pytest
import time_machine

from activities.kit.db import db
from tests.cast import HOUR, NOW, make_activity, make_post, make_slot
from tests.records.conftest import seat


@pytest.fixture
def at_noon(monkeypatch):
    monkeypatch.setattr("activities.kit.i18n.DEFAULT", "en")
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def begun(app, cast):
    """Of each of three kinds, a slot that began an hour ago, with Lin and Wang in it."""
    with app.app_context():
        slots = {}
        for kind in ("energy", "cleaning", "study"):
            activity = cast.sweeping if kind == "cleaning" else make_activity(f"{kind}一号", cast.first, kind)
            slots[kind] = make_slot(make_post(activity, f"{kind}岗", capacity=5), NOW - HOUR)
            seat(slots[kind], [cast.lin, cast.wang])
        db.session.commit()
        return slots

"""The bench of the worker, with few letters: what it measures is really mailed and noted."""

from __future__ import annotations

import pytest

from activities.outbox.rules import DeliveryState
from bench import delivery
from bench.data import School
from tests.outbox.mailbox import deliveries


@pytest.mark.any_database
def test_every_notice_is_mailed_and_noted(app, cast, monkeypatch):
    monkeypatch.setattr(delivery, "NOTICES", 5)
    school = School(monday=None, year=2026, rushers=range(cast.lin.id, cast.wang.id + 1))
    (result,) = delivery.delivery(app, school, "any", 1, runs=2)
    assert (result.errors, result.unit) == (0, "1/s")
    assert result.value > 0
    assert result.floor > 0
    with app.app_context():
        assert [d.state for d in deliveries()] == [DeliveryState.SENT] * 10

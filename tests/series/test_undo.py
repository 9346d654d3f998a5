"""A batch is taken back while nobody is in it, and never over the head of somebody."""

from __future__ import annotations

from datetime import date

import pytest

from activities.audit.models import AuditEntry
from activities.duties.models import Series, SeriesGap, SeriesPost, Slot
from activities.kit.db import db
from activities.kit.refusal import NotAllowed, NotFound
from activities.series.rules import SeriesHasPeople
from activities.series.service import undo
from activities.signups.organize import delete_slot
from activities.signups.service import sign_up, withdraw
from tests.cast import NOW, make_series

FIRST, LAST = date(2026, 12, 3), date(2026, 12, 31)


@pytest.fixture
def series(ctx, cast) -> Series:
    made = make_series(cast.lake, FIRST, LAST)
    db.session.commit()
    return made


def slots(series: Series) -> list[Slot]:
    return db.session.query(Slot).filter_by(series_id=series.id).order_by(Slot.starts_at).all()


def test_all_of_it_goes_and_nothing_else(cast, series):
    assert undo(cast.ou.id, series.id, NOW) == 5
    assert [slot.id for slot in db.session.query(Slot)] == [cast.slot.id]
    assert [db.session.query(model).count() for model in (Series, SeriesPost, SeriesGap)] == [0, 0, 0]
    entry = db.session.query(AuditEntry).one()
    assert (entry.verb, entry.before["slots"], entry.before["posts"]) == ("undo series", 5, [cast.lake.id])
    with pytest.raises(NotFound):
        undo(cast.ou.id, series.id, NOW)


def test_a_slot_deleted_by_hand_is_no_hindrance(cast, series):
    delete_slot(cast.ou.id, slots(series)[0].id, NOW)
    assert undo(cast.ou.id, series.id, NOW) == 4


def test_where_anybody_has_ever_been_nothing_goes(cast, series):
    slot = slots(series)[2]
    sign_up(cast.lin.id, slot.id, NOW)
    for _ in range(2):
        with pytest.raises(SeriesHasPeople) as refused:
            undo(cast.ou.id, series.id, NOW)
        assert refused.value.slots == 1
        assert len(slots(series)) == 5
        if db.session.get(Slot, slot.id, populate_existing=True).taken:
            withdraw(cast.lin.id, slot.id, NOW)  # the trail stays


def test_only_who_organizes_it_takes_it_back(cast, series):
    for who in (cast.lin, cast.chen):
        with pytest.raises(NotAllowed):
            undo(who.id, series.id, NOW)
    assert len(slots(series)) == 5


def test_it_costs_the_same_whatever_its_length(cast, series, statements):
    longer = make_series(cast.lake, date(2027, 1, 7), date(2027, 12, 30))
    db.session.commit()
    counts = []
    for one in (series.id, longer.id):
        with statements.count() as sent:
            undo(cast.ou.id, one, NOW)
        counts.append(len(sent))
    assert counts[0] == counts[1]

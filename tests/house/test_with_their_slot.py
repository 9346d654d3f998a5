"""What hangs on a slot: it goes with an empty slot, whichever verb deletes that, or is only there once somebody has
been in it; then the slot is not deleted."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa

from activities.board.models import VisitorList
from activities.duties.models import Arrival, Series, Slot
from activities.imports.models import CalendarImport, ImportedEvent
from activities.invitations.models import Invitation
from activities.kit.db import Base, db
from activities.series import service
from activities.signups.models import Team
from activities.signups.organize import delete_slot
from tests.cast import NOW, make_series, store

# These are written only for people who have drawn a ticket of the slot, or once it has begun and nobody deletes it.
WITH_PEOPLE = {
    "sign_up", "record", "miss_warning", "draw_entry", "handover", "correction", "outcome", "tick", "slot_photo",
}  # fmt: skip


def hanging() -> dict[str, str | None]:
    """The tables with a foreign key to slots, and what becomes of their rows when the slot is deleted."""
    keys = [
        key for table in Base.metadata.sorted_tables for key in table.foreign_keys if key.column.table.name == "slot"
    ]
    return {key.parent.table.name: key.ondelete for key in keys}


def begins_with(columns, name: str) -> bool:
    return next(iter(columns)).name == name


@pytest.mark.usefixtures("app")
def test_all_of_it_is_found_by_its_slot_without_reading_whole_tables():
    """The database looks for it whenever a slot is deleted, and slots go by the thousand."""
    for name in hanging():
        table = Base.metadata.tables[name]
        whole = [index for index in table.indexes if index.dialect_options["postgresql"]["where"] is None]
        unique = [one for one in table.constraints if isinstance(one, sa.UniqueConstraint)]
        assert any(begins_with(one.columns, "slot_id") for one in [*whole, *unique]), name


@pytest.fixture
def series(ctx, cast) -> Series:
    """Two empty slots, on each of which hangs one of everything."""
    made = make_series(cast.lake, date(2026, 12, 3), date(2026, 12, 10))
    batch = store(CalendarImport(activity_id=cast.sweeping.id, name="a.ics", created_at=NOW))
    for slot in list(db.session.scalars(sa.select(Slot).where(Slot.series_id == made.id))):
        db.session.add_all([
            Arrival(slot_id=slot.id, minute=0, quota=1),
            ImportedEvent(
                import_id=batch.id, activity_id=cast.sweeping.id, digest="0" * 64, starts_at=slot.starts_at,
                slot_id=slot.id,
            ),
            Invitation(slot_id=slot.id, member_id=cast.lin.id, invited_at=NOW),
            Team(slot_id=slot.id, name="小队", whole=True, made_at=NOW),
            VisitorList(slot_id=slot.id, sent_at=NOW, sent_by_id=cast.ou.id, members=[]),
        ])  # fmt: skip
    db.session.commit()
    return made


def left() -> int:
    return sum(
        db.session.scalar(sa.select(sa.func.count()).select_from(Base.metadata.tables[name])) or 0
        for name, rule in hanging().items()
        if rule
    )


def test_whatever_may_hang_on_an_empty_slot_goes_with_it(ctx):
    assert {name for name, rule in hanging().items() if rule != "CASCADE"} == WITH_PEOPLE
    assert {name for name, rule in hanging().items() if rule} == {
        "arrival", "imported_event", "invitation", "team", "visitor_list",
    }  # fmt: skip


def test_an_empty_slot_is_deleted_with_all_that_hangs_on_it(cast, series):
    slots = list(db.session.scalars(sa.select(Slot.id).where(Slot.series_id == series.id)))
    assert left() == 10
    delete_slot(cast.ou.id, slots[0], NOW)
    assert left() == 5
    db.session.rollback()
    assert db.session.get(Slot, slots[0]) is None


def test_a_series_is_taken_back_with_all_that_hangs_on_its_slots(cast, series):
    service.undo(cast.ou.id, series.id, NOW)
    assert left() == 0

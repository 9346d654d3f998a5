"""A drive of the first branch, of which Ou is the organizer, with a lot of forty clothes in Ou's hands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pytest
import sqlalchemy as sa
import time_machine

from activities.goods import service
from activities.goods.models import Lot
from activities.kit.db import db
from activities.photos.apart import Picture
from tests.cast import NOW, make_activity
from tests.photos.files import WEBP

TODAY, YESTERDAY = date(2026, 11, 25), date(2026, 11, 24)
PICTURE = Picture(8, 6, WEBP, WEBP)


@dataclass(frozen=True)
class Drive:
    id: int
    public_id: str
    lot_id: int
    lot: str


@pytest.fixture
def at_noon(monkeypatch):
    monkeypatch.setattr("activities.kit.i18n.DEFAULT", "en")
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def drive(app, cast):
    with app.app_context():
        activity = make_activity("毕业物品捐赠", cast.first, "donation")
        db.session.commit()
        lot = service.take_in(cast.ou.id, activity.id, "clothes", 40, "三号楼冬衣", cast.ou.id, YESTERDAY, NOW)
        lot_id = db.session.scalars(sa.select(Lot.id).where(Lot.public_id == lot)).one()
        return Drive(activity.id, activity.public_id, lot_id, lot)

"""A drive for tests that are not about goods."""

from __future__ import annotations

from typing import NamedTuple

import sqlalchemy as sa

from activities.duties.models import Activity
from activities.goods import service
from activities.goods.models import GoodsDelivery, Lot, Movement
from activities.goods.service import Part, Where
from activities.kit.clock import local_day
from activities.kit.db import db
from activities.people.models import Unit
from tests.cast import NOW, Cast, make_activity


class Driven(NamedTuple):
    """Public ids."""

    drive: str
    lot: str
    movement: str
    delivery: str


def driven(cast: Cast) -> Driven:
    """A drive of the first branch with a lot in Ou's hands, some of which Ou delivered for somebody: made once."""
    if db.session.scalar(sa.select(Lot.id)) is None:
        activity = make_activity("毕业物品捐赠", db.session.get_one(Unit, cast.first.id), "donation")
        db.session.commit()
        day = local_day(NOW)
        service.take_in(cast.ou.id, activity.id, "clothes", 40, "冬衣", cast.ou.id, day, NOW)
        lot_id = db.session.scalars(sa.select(Lot.id)).one()
        service.deliver(cast.ou.id, activity.id, [Part(lot_id, cast.ou.id, 3)], Where("资助中心", "某"), day, NOW)
    found = (
        sa.select(Activity.public_id, Lot.public_id, Movement.public_id, GoodsDelivery.public_id)
        .join(Lot, Lot.activity_id == Activity.id)
        .join(Movement, Movement.lot_id == Lot.id)
        .join(GoodsDelivery, GoodsDelivery.id == Movement.delivery_id)
    )
    return Driven._make(db.session.execute(found).one())

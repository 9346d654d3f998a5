"""Reads of goods: who holds what, what came and went, and deliveries. None of these reads a recipient; that is
`service.recipient_of`, which leaves a trail."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import aliased, contains_eager, joinedload

from activities.duties import queries as duties
from activities.duties.kinds import Good, Kind
from activities.duties.models import Activity
from activities.goods.models import GoodsDelivery, Lot, Movement, Stock
from activities.kit.db import db
from activities.kit.refusal import NotFound
from activities.kit.roles import PERMISSIONS, Permission
from activities.people.models import Member, RoleGrant, Unit
from activities.people.users import Viewer
from activities.records.countersigning import may_sign

Undone = aliased(Movement)
OUT = Movement.delivery_id.is_not(None)


@dataclass(frozen=True)
class Balance:
    """Of one category: what came in, what was delivered, and so what is there."""

    good: Good
    came: int = 0
    went: int = 0

    @property
    def there(self) -> int:
        return self.came - self.went


class Holding(NamedTuple):
    """How many of a lot somebody holds."""

    lot: Lot
    member_id: int
    holder: str
    number: str
    quantity: int

    @property
    def key(self) -> str:
        return f"{self.lot.public_id}-{self.number}"


class Item(NamedTuple):
    """So many of a category in a delivery, corrections taken off."""

    delivery_id: int
    category: str
    quantity: int


def with_goods(activity: Activity) -> Activity:
    """NotFound where the activity's kind has no goods."""
    if not activity.kind.goods:
        raise NotFound
    return activity


def balances(kind: Kind, activity_id: int, day: date | None = None) -> list[Balance]:
    """By category, as of the end of a day or now. One statement."""
    signed = sa.case((Movement.taker_id.is_not(None), Movement.quantity), else_=-Movement.quantity)
    came = sa.func.sum(sa.case((OUT, 0), else_=signed))
    went = -sa.func.sum(sa.case((OUT, signed), else_=0))
    query = (
        sa.select(Lot.category, came, went)
        .join(Lot, Lot.id == Movement.lot_id)
        .where(Lot.activity_id == activity_id, sa.or_(Movement.giver_id.is_(None), Movement.taker_id.is_(None)))
        .group_by(Lot.category)
    )
    if day:
        query = query.where(Movement.day <= day)
    found = {category: (int(came), int(went)) for category, came, went in db.session.execute(query)}
    return [Balance(good, *found[good.key]) for good in kind.goods if good.key in found]


def holdings(activity_id: int, lot_id: int | None = None) -> list[Holding]:
    """Who holds how many of which lot, the oldest lot first. One statement."""
    query = (
        sa.select(Lot, Stock.member_id, Member.name, Member.number, Stock.quantity)
        .join(Stock, Stock.lot_id == Lot.id)
        .join(Member, Member.id == Stock.member_id)
        .where(Lot.activity_id == activity_id, Stock.quantity > 0)
        .order_by(Lot.id, Member.number)
    )
    if lot_id is not None:
        query = query.where(Lot.id == lot_id)
    return [Holding._make(row) for row in db.session.execute(query)]


def lot_to_organize(viewer: Viewer, public_id: str) -> Lot:
    query = (
        sa.select(Lot)
        .join(Lot.activity)
        .join(Activity.unit)
        .where(Lot.public_id == public_id, duties.visible_to(viewer))
        .options(contains_eager(Lot.activity).contains_eager(Activity.unit))
    )
    lot = db.session.scalars(query).one_or_none()
    if lot is None:
        raise NotFound
    duties.must_organize(viewer, lot.activity)
    return lot


def movements(lot_id: int) -> Sequence[Movement]:
    """All of a lot, in the order in which they were entered."""
    query = (
        sa.select(Movement)
        .where(Movement.lot_id == lot_id)
        .options(
            joinedload(Movement.giver), joinedload(Movement.taker), joinedload(Movement.entered_by, innerjoin=True),
            joinedload(Movement.delivery),
        )
        .order_by(Movement.id)
    )  # fmt: skip
    return db.session.scalars(query).all()


def all_movements(activity_id: int) -> Sequence[Movement]:
    """All of an activity, by day and then in the order in which they were entered. One statement."""
    query = (
        sa.select(Movement)
        .join(Movement.lot)
        .where(Lot.activity_id == activity_id)
        .options(
            contains_eager(Movement.lot), joinedload(Movement.giver), joinedload(Movement.taker),
            joinedload(Movement.entered_by, innerjoin=True), joinedload(Movement.delivery),
        )
        .order_by(Movement.day, Movement.id)
    )  # fmt: skip
    return db.session.scalars(query).all()


def movement_to_correct(viewer: Viewer, public_id: str) -> Movement:
    """A movement of a lot that this person keeps, whether it still holds or not."""
    query = sa.select(Movement).where(Movement.public_id == public_id).options(joinedload(Movement.lot))
    found = db.session.scalars(query).one_or_none()
    if found is None:
        raise NotFound
    lot_to_organize(viewer, found.lot.public_id)
    return found


def is_undone(movement_id: int) -> bool:
    return db.session.scalar(sa.select(Movement.id).where(Movement.undoes_id == movement_id)) is not None


# ── deliveries ──────────────────────────────────────────────────────────────


def _deliveries() -> sa.Select[GoodsDelivery]:
    return (
        sa.select(GoodsDelivery)
        .join(GoodsDelivery.activity)
        .join(Activity.unit)
        .options(
            contains_eager(GoodsDelivery.activity).contains_eager(Activity.unit),
            joinedload(GoodsDelivery.handler, innerjoin=True), joinedload(GoodsDelivery.signed_by),
            joinedload(GoodsDelivery.receipt),
        )
    )  # fmt: skip


def deliveries(activity_id: int) -> Sequence[GoodsDelivery]:
    """The latest first."""
    query = _deliveries().where(GoodsDelivery.activity_id == activity_id)
    return db.session.scalars(query.order_by(GoodsDelivery.day.desc(), GoodsDelivery.id.desc())).all()


def delivery_to_sign(viewer: Viewer, public_id: str) -> GoodsDelivery:
    """A delivery of an activity of which this person may countersign; NotFound otherwise."""
    found = db.session.scalars(
        _deliveries().where(GoodsDelivery.public_id == public_id, may_sign(viewer))
    ).one_or_none()
    if found is None:
        raise NotFound
    return found


def to_sign(viewer: Viewer) -> Sequence[GoodsDelivery]:
    """Deliveries with a receipt that nobody has signed and that this person did not record, the oldest first."""
    query = _deliveries().where(
        GoodsDelivery.signed_by_id.is_(None), GoodsDelivery.receipt_id.is_not(None),
        GoodsDelivery.handler_id != viewer.id, may_sign(viewer),
    )  # fmt: skip
    return db.session.scalars(query.order_by(GoodsDelivery.day, GoodsDelivery.id)).all()


def items(activity_id: int, delivery_id: int | None = None) -> list[Item]:
    """What the deliveries of an activity, or one of them, hold by category, corrections taken off. One statement."""
    signed = sa.case((Movement.taker_id.is_(None), Movement.quantity), else_=-Movement.quantity)
    total = sa.func.sum(signed)
    query = (
        sa.select(Movement.delivery_id, Lot.category, total)
        .join(Movement.lot)
        .where(Lot.activity_id == activity_id, OUT)
        .group_by(Movement.delivery_id, Lot.category)
        .having(total > 0)
        .order_by(Movement.delivery_id, Lot.category)
    )
    if delivery_id is not None:
        query = query.where(Movement.delivery_id == delivery_id)
    return [Item(delivery, category, int(quantity)) for delivery, category, quantity in db.session.execute(query)]


def delivered_lines(delivery_id: int) -> Sequence[Movement]:
    """The movements of a delivery that hold, with their lots."""
    undone = sa.exists().where(Undone.undoes_id == Movement.id)
    query = (
        sa.select(Movement)
        .where(Movement.delivery_id == delivery_id, Movement.undoes_id.is_(None), ~undone)
        .options(joinedload(Movement.lot, innerjoin=True), joinedload(Movement.giver))
        .order_by(Movement.id)
    )
    return db.session.scalars(query).all()


def points(kind: Kind, activity_id: int) -> list[tuple[str, list[tuple[Good, int]]]]:
    """What went where, by named point. What was given to a person is told without its point: one such line would say
    what one student was given."""
    signed = sa.case((Movement.taker_id.is_(None), Movement.quantity), else_=-Movement.quantity)
    total, point = sa.func.sum(signed), sa.case((GoodsDelivery.is_personal, ""), else_=GoodsDelivery.point)
    query = (
        sa.select(point, Lot.category, total)
        .join(Movement.lot)
        .join(Movement.delivery)
        .where(Lot.activity_id == activity_id)
        .group_by(point, Lot.category)
        .having(total > 0)
        .order_by(point)
    )
    found: dict[str, list[tuple[Good, int]]] = {}
    for name, category, quantity in db.session.execute(query):
        if good := kind.good(category):
            found.setdefault(name, []).append((good, int(quantity)))
    return list(found.items())


def signers(activity: Activity) -> list[int]:
    """Who may sign the activity's deliveries by a role for its unit or one above, or is named as its organizer."""
    above = [int(part) for part in activity.unit.path.split("/") if part]
    roles = [role for role, permits in PERMISSIONS.items() if Permission.COUNTERSIGN in permits]
    query = (
        sa.select(RoleGrant.member_id)
        .join(RoleGrant.member)
        .join(Unit, Unit.id == RoleGrant.unit_id)
        .where(RoleGrant.role.in_(roles), Unit.id.in_(above), Member.active)
        .distinct()
    )
    return sorted({*db.session.scalars(query), *(member.id for member in duties.named(activity.id))})

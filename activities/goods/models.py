"""Lots of goods, how they moved, and deliveries. The database refuses to change a movement (migration 0051)."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from activities.duties.models import Activity
from activities.goods.rules import MOST, Move
from activities.kit.db import Base, new_public_id
from activities.people.models import Member
from activities.photos.models import Photo


class Lot(Base):
    """Things of one category that came in together. `revision` rises with every movement, so that who waited for the
    lot reads it anew also where the database shows everyone the state they began with."""

    __tablename__ = "goods_lot"

    public_id: Mapped[str] = mapped_column(sa.String(16), unique=True, default=new_public_id)
    activity_id: Mapped[int] = mapped_column(sa.ForeignKey("activity.id"), index=True)
    category: Mapped[str] = mapped_column(sa.String(32))
    label: Mapped[str] = mapped_column(sa.String(100))
    created_at: Mapped[datetime]
    revision: Mapped[int] = mapped_column(default=0)

    activity: Mapped[Activity] = relationship()


class Stock(Base):
    """How many of a lot somebody holds. It could be added up from the movements; it is kept because the constraint on
    it is what lets the database refuse that more goes out than came in."""

    __tablename__ = "goods_stock"
    __table_args__ = (
        sa.UniqueConstraint("lot_id", "member_id"),
        sa.CheckConstraint("quantity >= 0", name="never_below_nothing"),
    )

    lot_id: Mapped[int] = mapped_column(sa.ForeignKey("goods_lot.id"))
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"), index=True)
    quantity: Mapped[int]


class GoodsDelivery(Base):
    """Goods handed over at a named point. Whoever they were for is known to the handler alone: `recipient` in words,
    `recipient_id` where it is a member. `revision` tells what a signature was under."""

    __tablename__ = "goods_delivery"
    __table_args__ = (
        sa.CheckConstraint("point <> ''", name="at_a_named_point"),
        sa.CheckConstraint("handler_id <> signed_by_id", name="handler_does_not_sign"),
        sa.CheckConstraint("recipient_id <> handler_id", name="recipient_does_not_handle"),
        sa.CheckConstraint("recipient_id <> signed_by_id", name="recipient_does_not_sign"),
        sa.CheckConstraint("(signed_by_id IS NULL) = (signed_at IS NULL)", name="signed_at_some_time"),
        sa.CheckConstraint("signed_by_id IS NULL OR receipt_id IS NOT NULL", name="signed_with_receipt"),
    )

    public_id: Mapped[str] = mapped_column(sa.String(16), unique=True, default=new_public_id)
    activity_id: Mapped[int] = mapped_column(sa.ForeignKey("activity.id"), index=True)
    point: Mapped[str] = mapped_column(sa.String(100))
    day: Mapped[date]
    note: Mapped[str] = mapped_column(sa.String(200), default="")
    # Sealed (`goods.sealing`), and read only where the handler asks for it.
    recipient: Mapped[str] = mapped_column(default="", deferred=True)
    recipient_id: Mapped[int | None] = mapped_column(sa.ForeignKey("member.id"), deferred=True)
    is_personal: Mapped[bool] = mapped_column(default=False)
    handler_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"))
    recorded_at: Mapped[datetime]
    receipt_id: Mapped[int | None] = mapped_column(sa.ForeignKey("photo.id"), unique=True)
    signed_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("member.id"))
    signed_at: Mapped[datetime | None]
    revision: Mapped[int] = mapped_column(default=0)

    activity: Mapped[Activity] = relationship()
    handler: Mapped[Member] = relationship(foreign_keys=[handler_id])
    signed_by: Mapped[Member | None] = relationship(foreign_keys=[signed_by_id])
    receipt: Mapped[Photo | None] = relationship()


class Movement(Base):
    """So many of a lot that came in, went from one to another, or were delivered. A correction `undoes` an earlier one
    by the same the other way."""

    __tablename__ = "goods_movement"
    __table_args__ = (
        sa.CheckConstraint(f"quantity BETWEEN 1 AND {MOST}", name="of_some_quantity"),
        sa.CheckConstraint("giver_id IS NOT NULL OR taker_id IS NOT NULL", name="by_somebody"),
        sa.CheckConstraint("giver_id <> taker_id", name="to_somebody_else"),
        sa.CheckConstraint(
            "(delivery_id IS NULL OR giver_id IS NULL OR taker_id IS NULL)"
            " AND (taker_id IS NOT NULL OR delivery_id IS NOT NULL OR undoes_id IS NOT NULL)",
            name="out_by_delivery",
        ),
        sa.CheckConstraint("undoes_id IS NULL OR note <> ''", name="undone_for_a_reason"),
    )

    public_id: Mapped[str] = mapped_column(sa.String(16), unique=True, default=new_public_id)
    lot_id: Mapped[int] = mapped_column(sa.ForeignKey("goods_lot.id"), index=True)
    quantity: Mapped[int]
    giver_id: Mapped[int | None] = mapped_column(sa.ForeignKey("member.id"))
    taker_id: Mapped[int | None] = mapped_column(sa.ForeignKey("member.id"))
    delivery_id: Mapped[int | None] = mapped_column(sa.ForeignKey("goods_delivery.id"), index=True)
    day: Mapped[date]
    note: Mapped[str] = mapped_column(sa.String(200), default="")
    entered_by_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"))
    entered_at: Mapped[datetime]
    undoes_id: Mapped[int | None] = mapped_column(sa.ForeignKey("goods_movement.id"), unique=True)

    lot: Mapped[Lot] = relationship()
    giver: Mapped[Member | None] = relationship(foreign_keys=[giver_id])
    taker: Mapped[Member | None] = relationship(foreign_keys=[taker_id])
    delivery: Mapped[GoodsDelivery | None] = relationship()
    entered_by: Mapped[Member] = relationship(foreign_keys=[entered_by_id])

    @property
    def move(self) -> Move:
        return Move(self.quantity, self.giver_id, self.taker_id, self.day)

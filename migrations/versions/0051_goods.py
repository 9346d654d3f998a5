"""goods: lots, who holds them, movements that are never overwritten, deliveries with a receipt

Revision: 0051
Revises: 0050
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0051"
down_revision = "0050"

REFUSAL = "a movement of goods is undone, never overwritten"


def upgrade() -> None:
    op.create_table(
        "goods_lot",
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("activity_id", sa.Integer(), nullable=False),
        sa.Column("category", sa.String(length=32), nullable=False),
        sa.Column("label", sa.String(length=100), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["activity_id"], ["activity.id"], name=op.f("fk_goods_lot_activity_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_goods_lot")),
        sa.UniqueConstraint("public_id", name=op.f("uq_goods_lot_public_id")),
    )
    op.create_index(op.f("ix_goods_lot_activity_id"), "goods_lot", ["activity_id"])
    op.create_table(
        "goods_stock",
        sa.Column("lot_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("quantity >= 0", name=op.f("ck_goods_stock_never_below_nothing")),
        sa.ForeignKeyConstraint(["lot_id"], ["goods_lot.id"], name=op.f("fk_goods_stock_goods_lot_id")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_goods_stock_member_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_goods_stock")),
        sa.UniqueConstraint("lot_id", "member_id", name=op.f("uq_goods_stock_lot_id_member_id")),
    )
    op.create_index(op.f("ix_goods_stock_member_id"), "goods_stock", ["member_id"])
    op.create_table(
        "goods_delivery",
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("activity_id", sa.Integer(), nullable=False),
        sa.Column("point", sa.String(length=100), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("recipient", sa.String(length=100), nullable=False),
        sa.Column("recipient_id", sa.Integer(), nullable=True),
        sa.Column("is_personal", sa.Boolean(), nullable=False),
        sa.Column("handler_id", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("receipt_id", sa.Integer(), nullable=True),
        sa.Column("signed_by_id", sa.Integer(), nullable=True),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("point <> ''", name=op.f("ck_goods_delivery_at_a_named_point")),
        sa.CheckConstraint("handler_id <> signed_by_id", name=op.f("ck_goods_delivery_handler_does_not_sign")),
        sa.CheckConstraint("recipient_id <> handler_id", name=op.f("ck_goods_delivery_recipient_does_not_handle")),
        sa.CheckConstraint("recipient_id <> signed_by_id", name=op.f("ck_goods_delivery_recipient_does_not_sign")),
        sa.CheckConstraint(
            "(signed_by_id IS NULL) = (signed_at IS NULL)", name=op.f("ck_goods_delivery_signed_at_some_time")
        ),
        sa.CheckConstraint(
            "signed_by_id IS NULL OR receipt_id IS NOT NULL", name=op.f("ck_goods_delivery_signed_with_receipt")
        ),
        sa.ForeignKeyConstraint(["activity_id"], ["activity.id"], name=op.f("fk_goods_delivery_activity_id")),
        sa.ForeignKeyConstraint(["handler_id"], ["member.id"], name=op.f("fk_goods_delivery_handler_id")),
        sa.ForeignKeyConstraint(["receipt_id"], ["photo.id"], name=op.f("fk_goods_delivery_receipt_id")),
        sa.ForeignKeyConstraint(["recipient_id"], ["member.id"], name=op.f("fk_goods_delivery_recipient_id")),
        sa.ForeignKeyConstraint(["signed_by_id"], ["member.id"], name=op.f("fk_goods_delivery_signed_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_goods_delivery")),
        sa.UniqueConstraint("public_id", name=op.f("uq_goods_delivery_public_id")),
        sa.UniqueConstraint("receipt_id", name=op.f("uq_goods_delivery_receipt_id")),
    )
    op.create_index(op.f("ix_goods_delivery_activity_id"), "goods_delivery", ["activity_id"])
    op.create_table(
        "goods_movement",
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("lot_id", sa.Integer(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("giver_id", sa.Integer(), nullable=True),
        sa.Column("taker_id", sa.Integer(), nullable=True),
        sa.Column("delivery_id", sa.Integer(), nullable=True),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("entered_by_id", sa.Integer(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undoes_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("quantity BETWEEN 1 AND 100000", name=op.f("ck_goods_movement_of_some_quantity")),
        sa.CheckConstraint("giver_id IS NOT NULL OR taker_id IS NOT NULL", name=op.f("ck_goods_movement_by_somebody")),
        sa.CheckConstraint("giver_id <> taker_id", name=op.f("ck_goods_movement_to_somebody_else")),
        sa.CheckConstraint(
            "(delivery_id IS NULL OR giver_id IS NULL OR taker_id IS NULL)"
            " AND (taker_id IS NOT NULL OR delivery_id IS NOT NULL OR undoes_id IS NOT NULL)",
            name=op.f("ck_goods_movement_out_by_delivery"),
        ),
        sa.CheckConstraint("undoes_id IS NULL OR note <> ''", name=op.f("ck_goods_movement_undone_for_a_reason")),
        sa.ForeignKeyConstraint(["delivery_id"], ["goods_delivery.id"], name=op.f("fk_goods_movement_delivery_id")),
        sa.ForeignKeyConstraint(["entered_by_id"], ["member.id"], name=op.f("fk_goods_movement_entered_by_id")),
        sa.ForeignKeyConstraint(["giver_id"], ["member.id"], name=op.f("fk_goods_movement_giver_id")),
        sa.ForeignKeyConstraint(["lot_id"], ["goods_lot.id"], name=op.f("fk_goods_movement_lot_id")),
        sa.ForeignKeyConstraint(["taker_id"], ["member.id"], name=op.f("fk_goods_movement_taker_id")),
        sa.ForeignKeyConstraint(["undoes_id"], ["goods_movement.id"], name=op.f("fk_goods_movement_undoes_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_goods_movement")),
        sa.UniqueConstraint("public_id", name=op.f("uq_goods_movement_public_id")),
        sa.UniqueConstraint("undoes_id", name=op.f("uq_goods_movement_undoes_id")),
    )
    op.create_index(op.f("ix_goods_movement_lot_id"), "goods_movement", ["lot_id"])
    op.create_index(op.f("ix_goods_movement_delivery_id"), "goods_movement", ["delivery_id"])
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("update", "delete"):
            op.execute(
                f"CREATE TRIGGER goods_movement_refuses_{verb} BEFORE {verb.upper()} ON goods_movement"
                f" BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION refuse_change_of_goods_movement() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$"
    )
    op.execute(
        "CREATE TRIGGER refuses_change BEFORE UPDATE OR DELETE OR TRUNCATE ON goods_movement"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_goods_movement()"
    )


def downgrade() -> None:
    op.drop_table("goods_movement")
    op.drop_table("goods_delivery")
    op.drop_table("goods_stock")
    op.drop_table("goods_lot")
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP FUNCTION refuse_change_of_goods_movement()")

"""who cares for which class or person

Revision: 0135
Revises: 0134
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0135"
down_revision = "0134"


def upgrade() -> None:
    op.create_table(
        "pairing",
        sa.Column("public_id", sa.String(16), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("sort", sa.String(32), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("class_name", sa.String(50), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("last", sa.Date(), nullable=True),
        sa.Column("begun_by_id", sa.Integer(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_by_id", sa.Integer(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("(person_id IS NULL) = (unit_id IS NOT NULL)", name=op.f("ck_pairing_class_or_person")),
        sa.CheckConstraint("(unit_id IS NULL) = (class_name = '')", name=op.f("ck_pairing_class_of_a_unit")),
        sa.CheckConstraint("(sort = 'mentor') = (person_id IS NOT NULL)", name=op.f("ck_pairing_mentors_of_people")),
        sa.CheckConstraint("person_id <> member_id", name=op.f("ck_pairing_nobody_cares_for_themselves")),
        sa.CheckConstraint("last >= first", name=op.f("ck_pairing_days_in_order")),
        sa.CheckConstraint(
            "(last IS NULL) = (ended_at IS NULL) AND (ended_at IS NULL) = (ended_by_id IS NULL)",
            name=op.f("ck_pairing_ended"),
        ),
        sa.ForeignKeyConstraint(["begun_by_id"], ["member.id"], name=op.f("fk_pairing_begun_by_id")),
        sa.ForeignKeyConstraint(["ended_by_id"], ["member.id"], name=op.f("fk_pairing_ended_by_id")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_pairing_member_id")),
        sa.ForeignKeyConstraint(["person_id"], ["member.id"], name=op.f("fk_pairing_person_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_pairing_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pairing")),
        sa.UniqueConstraint("public_id", name=op.f("uq_pairing_public_id")),
    )
    lasts = {"sqlite_where": sa.text("last IS NULL"), "postgresql_where": sa.text("last IS NULL")}
    op.create_index(
        "uq_pairing_class", "pairing", ["member_id", "sort", "unit_id", "class_name"], unique=True, **lasts
    )
    op.create_index("uq_pairing_person", "pairing", ["member_id", "person_id"], unique=True, **lasts)
    op.create_index("ix_pairing_unit_id_class_name", "pairing", ["unit_id", "class_name"])
    op.create_index("ix_pairing_person_id", "pairing", ["person_id"])


def downgrade() -> None:
    op.drop_table("pairing")

"""formulas of points in versions that are never changed; outcomes are found by whom they are of and who entered them

Revision: 0100
Revises: 0093
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0100"
down_revision = "0093"

REFUSAL = "a formula of points is followed by another, never changed"
TAKEN = "id = NEW.id OR public_id = NEW.public_id OR (unit_id = NEW.unit_id AND year = NEW.year AND version = NEW.version)"


def upgrade() -> None:
    op.create_table(
        "points_formula",
        sa.Column("public_id", sa.String(16), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("formula", sa.Text(), nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("set_by_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("version >= 1", name=op.f("ck_points_formula_version_from_one")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_points_formula_unit_id")),
        sa.ForeignKeyConstraint(["set_by_id"], ["member.id"], name=op.f("fk_points_formula_set_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_points_formula")),
        sa.UniqueConstraint("public_id", name=op.f("uq_points_formula_public_id")),
        sa.UniqueConstraint("unit_id", "year", "version", name=op.f("uq_points_formula_unit_id_year_version")),
    )
    op.create_index("ix_outcome_member_id", "outcome", ["member_id"])
    op.create_index("ix_outcome_entered_by_id", "outcome", ["entered_by_id"])
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("update", "delete"):
            op.execute(
                f"CREATE TRIGGER points_formula_refuses_{verb} BEFORE {verb.upper()} ON points_formula"
                f" BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
            )
        # INSERT OR REPLACE deletes without asking the triggers of DELETE, so it is asked for itself.
        op.execute(
            "CREATE TRIGGER points_formula_refuses_replace BEFORE INSERT ON points_formula"
            f" WHEN EXISTS (SELECT 1 FROM points_formula WHERE {TAKEN}) BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
        )
        return
    op.execute(
        "CREATE FUNCTION refuse_change_of_points_formula() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$"
    )
    op.execute(
        "CREATE TRIGGER refuses_change BEFORE UPDATE OR DELETE OR TRUNCATE ON points_formula"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_points_formula()"
    )


def downgrade() -> None:
    op.drop_index("ix_outcome_entered_by_id", "outcome")
    op.drop_index("ix_outcome_member_id", "outcome")
    op.drop_table("points_formula")
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP FUNCTION refuse_change_of_points_formula()")

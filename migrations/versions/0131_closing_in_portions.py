"""the annual review: frozen person by person

Revision: 0131
Revises: 0130
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0131"
down_revision = "0130"

REFUSAL = "a closed review stays as it is"
CLOSED = "SELECT 1 FROM review_cycle WHERE state = 'closed' AND id"
CONFIRMED = (
    "(close_confirmed_at IS NULL) = (close_confirmed_by_id IS NULL)"
    " AND (close_confirmed_at IS NULL OR close_confirmed_by_id <> close_asked_by_id)"
)


def upgrade() -> None:
    op.add_column("review_cycle", sa.Column("close_confirmed_at", sa.DateTime(timezone=True)))
    # In place: triggers of many tables look at this one, and would not outlive its being built anew.
    op.execute(
        "ALTER TABLE review_cycle ADD COLUMN close_confirmed_by_id INTEGER"
        " CONSTRAINT fk_review_cycle_close_confirmed_by_id REFERENCES member (id)"
        f" CONSTRAINT ck_review_cycle_close_confirmed CHECK ({CONFIRMED})"
    )
    op.create_table(
        "review_frozen_part",
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["cycle_id"], ["review_cycle.id"], name=op.f("fk_review_frozen_part_cycle_id")),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["review_participant.id"], name=op.f("fk_review_frozen_part_participant_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_frozen_part")),
        sa.UniqueConstraint("participant_id", name=op.f("uq_review_frozen_part_participant_id")),
    )
    op.create_index(op.f("ix_review_frozen_part_cycle_id"), "review_frozen_part", ["cycle_id"], unique=False)
    if op.get_bind().dialect.name == "sqlite":
        for verb, which in (
            ("insert", "= NEW.cycle_id"), ("update", "IN (OLD.cycle_id, NEW.cycle_id)"), ("delete", "= OLD.cycle_id"),
        ):
            op.execute(
                f"CREATE TRIGGER review_frozen_part_refuses_{verb} BEFORE {verb.upper()} ON review_frozen_part"
                f" WHEN EXISTS ({CLOSED} {which}) BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
            )
    else:
        op.execute(
            "CREATE TRIGGER refuses_change BEFORE INSERT OR DELETE OR UPDATE ON review_frozen_part"
            " FOR EACH ROW EXECUTE FUNCTION refuse_change_of_closed_review()"
        )


def downgrade() -> None:
    op.drop_table("review_frozen_part")
    op.execute("ALTER TABLE review_cycle DROP COLUMN close_confirmed_by_id")
    op.drop_column("review_cycle", "close_confirmed_at")

"""training, commendation and appraisal of volunteers, entered and never overwritten; uploads have a purpose

Revision: 0036
Revises: 0035
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"

REFUSAL = "an entry of a record is replaced, never overwritten"


def upgrade() -> None:
    op.add_column("roster_upload", sa.Column("purpose", sa.String(32), nullable=False, server_default="roster"))
    op.create_table(
        "dossier_entry",
        sa.Column("public_id", sa.String(16), nullable=False),
        sa.Column("block", sa.String(32), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(100), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("content", sa.String(500), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("unit", sa.String(100), nullable=False),
        sa.Column("source", sa.String(240), nullable=False),
        sa.Column("entered_by_id", sa.Integer(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("replaces_id", sa.Integer(), nullable=True),
        sa.Column("is_void", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("member_id <> entered_by_id", name=op.f("ck_dossier_entry_nobody_enters_their_own")),
        sa.CheckConstraint(
            "(block = 'training') = (minutes IS NOT NULL)", name=op.f("ck_dossier_entry_hours_of_trainings")
        ),
        sa.CheckConstraint("minutes > 0", name=op.f("ck_dossier_entry_minutes_positive")),
        sa.CheckConstraint("replaces_id IS NOT NULL OR NOT is_void", name=op.f("ck_dossier_entry_void_of_something")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_dossier_entry_member_id")),
        sa.ForeignKeyConstraint(["entered_by_id"], ["member.id"], name=op.f("fk_dossier_entry_entered_by_id")),
        sa.ForeignKeyConstraint(["replaces_id"], ["dossier_entry.id"], name=op.f("fk_dossier_entry_replaces_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dossier_entry")),
        sa.UniqueConstraint("public_id", name=op.f("uq_dossier_entry_public_id")),
        sa.UniqueConstraint("replaces_id", name=op.f("uq_dossier_entry_replaces_id")),
    )
    op.create_index("ix_dossier_entry_member_id", "dossier_entry", ["member_id", "block"])
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("update", "delete"):
            op.execute(
                f"CREATE TRIGGER dossier_entry_refuses_{verb} BEFORE {verb.upper()} ON dossier_entry"
                f" BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION refuse_change_of_dossier_entry() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$"
    )
    op.execute(
        "CREATE TRIGGER refuses_change BEFORE UPDATE OR DELETE OR TRUNCATE ON dossier_entry"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_dossier_entry()"
    )


def downgrade() -> None:
    op.drop_table("dossier_entry")
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP FUNCTION refuse_change_of_dossier_entry()")
    op.drop_column("roster_upload", "purpose")

"""the annual review: grades on notice, and what is closed stays as it is

Revision: 0093
Revises: 0092
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0093"
down_revision = "0092"

REFUSAL = "a closed review stays as it is"
# What of each table stays as it is once its cycle is closed; the texts about people alone can be emptied.
FROZEN = {
    "review_step": "id, cycle_id, key, first, last",
    "review_version": "id, cycle_id, settings, set_at, set_by_id, reason",
    "review_unit": "id, cycle_id, unit_id, full_members, everyone, most, excellent",
    "review_participant": (
        "id, cycle_id, member_id, unit_id, year, stage, class_name, graded, grade, graded_by_id, added_by_id, removed_at,"
        " removed_by_id"
    ),
    "review_essay": "id, participant_id, cycle_id, member_id, revision, saved_at, handed_in_at",
    "review_grade": "id, participant_id, cycle_id, member_id, count, grade, given_by_id, given_at",
    "review_opinion": "id, public_id, participant_id, cycle_id, member_id, by_id, asked_by_id, asked_at, written_at",
    "review_objection": (
        "id, public_id, participant_id, cycle_id, member_id, made_at, verdict, answered_at, answered_by_id"
    ),
}
CLOSED = "SELECT 1 FROM review_cycle WHERE state = 'closed' AND id"


def upgrade() -> None:
    op.create_table(
        "review_snapshot",
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["cycle_id"], ["review_cycle.id"], name=op.f("fk_review_snapshot_cycle_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_snapshot")),
        sa.UniqueConstraint("cycle_id", name=op.f("uq_review_snapshot_cycle_id")),
    )
    op.create_table(
        "review_objection",
        sa.Column("public_id", sa.String(16), nullable=False),
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("verdict", sa.String(32), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.Column("word", sa.String(500), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("(verdict = 'open') = (answered_at IS NULL)", name=op.f("ck_review_objection_answered")),
        sa.CheckConstraint(
            "(verdict = 'open') = (answered_by_id IS NULL)", name=op.f("ck_review_objection_answered_by_somebody")
        ),
        sa.CheckConstraint("member_id <> answered_by_id", name=op.f("ck_review_objection_nobody_answers_their_own")),
        sa.ForeignKeyConstraint(["answered_by_id"], ["member.id"], name=op.f("fk_review_objection_answered_by_id")),
        sa.ForeignKeyConstraint(["cycle_id"], ["review_cycle.id"], name=op.f("fk_review_objection_cycle_id")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_review_objection_member_id")),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["review_participant.id"], name=op.f("fk_review_objection_participant_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_objection")),
        sa.UniqueConstraint("participant_id", "member_id", name=op.f("uq_review_objection_participant_id_member_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_review_objection_public_id")),
    )
    op.create_index(op.f("ix_review_objection_cycle_id"), "review_objection", ["cycle_id"], unique=False)
    op.create_index(op.f("ix_review_objection_member_id"), "review_objection", ["member_id"], unique=False)

    if op.get_bind().dialect.name == "sqlite":
        _on_sqlite()
    else:
        _on_postgresql()


def _on_sqlite() -> None:
    refuse = f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
    for table, columns in FROZEN.items():
        for verb, when, which in (
            ("insert", "INSERT", "= NEW.cycle_id"), ("delete", "DELETE", "= OLD.cycle_id"),
            ("update", f"UPDATE OF {columns}", "IN (OLD.cycle_id, NEW.cycle_id)"),
        ):
            op.execute(
                f"CREATE TRIGGER {table}_refuses_{verb} BEFORE {when} ON {table} WHEN EXISTS ({CLOSED} {which}) {refuse}"
            )
    for verb in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER review_cycle_refuses_{verb.lower()} BEFORE {verb} ON review_cycle"
            f" WHEN OLD.state = 'closed' {refuse}"
        )
        op.execute(f"CREATE TRIGGER review_snapshot_refuses_{verb.lower()} BEFORE {verb} ON review_snapshot {refuse}")


def _on_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION refuse_change_of_closed_review() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" IF EXISTS ({CLOSED} IN (OLD.cycle_id, NEW.cycle_id)) THEN RAISE EXCEPTION '{REFUSAL}'; END IF;"
        " RETURN COALESCE(NEW, OLD); END $$"
    )
    op.execute(
        "CREATE FUNCTION refuse_change_of_closed() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$"
    )
    for table, columns in FROZEN.items():
        op.execute(
            f"CREATE TRIGGER refuses_change BEFORE INSERT OR DELETE OR UPDATE OF {columns} ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION refuse_change_of_closed_review()"
        )
    op.execute(
        "CREATE TRIGGER refuses_change BEFORE UPDATE OR DELETE ON review_cycle FOR EACH ROW"
        " WHEN (OLD.state = 'closed') EXECUTE FUNCTION refuse_change_of_closed()"
    )
    op.execute(
        "CREATE TRIGGER refuses_change BEFORE UPDATE OR DELETE OR TRUNCATE ON review_snapshot"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_closed()"
    )


def downgrade() -> None:
    op.drop_table("review_objection")
    op.drop_table("review_snapshot")
    if op.get_bind().dialect.name == "sqlite":
        for table in FROZEN:
            if table != "review_objection":
                for verb in ("insert", "delete", "update"):
                    op.execute(f"DROP TRIGGER {table}_refuses_{verb}")
        for verb in ("update", "delete"):
            op.execute(f"DROP TRIGGER review_cycle_refuses_{verb}")
        return
    for table in (*FROZEN, "review_cycle"):
        if table != "review_objection":
            op.execute(f"DROP TRIGGER refuses_change ON {table}")
    op.execute("DROP FUNCTION refuse_change_of_closed_review()")
    op.execute("DROP FUNCTION refuse_change_of_closed()")

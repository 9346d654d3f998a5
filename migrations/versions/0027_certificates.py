"""record certificates, numbered without gaps, whose statement the database refuses to change

Revision: 0027
Revises: 0026
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"

REFUSAL = "a certificate says for ever what it said"
FROZEN = (
    "id, public_id, code, school_id, year, count, number, member_id, issued_by_id, issued_at, ledger, first_day, last_day,"
    " snapshot, hash, replaces_id"
)


def upgrade() -> None:
    op.create_table(
        "certificate_counter",
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["school_id"], ["unit.id"], name=op.f("fk_certificate_counter_school_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate_counter")),
        sa.UniqueConstraint("school_id", "year", name=op.f("uq_certificate_counter_school_id_year")),
    )
    op.create_table(
        "certificate",
        sa.Column("public_id", sa.String(16), nullable=False),
        sa.Column("code", sa.String(16), nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(16), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("issued_by_id", sa.Integer(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ledger", sa.String(32), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("snapshot", sa.Text(), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("replaces_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("count >= 1", name=op.f("ck_certificate_count_from_one")),
        sa.CheckConstraint("member_id <> issued_by_id", name=op.f("ck_certificate_nobody_issues_their_own")),
        sa.CheckConstraint("member_id <> ended_by_id", name=op.f("ck_certificate_nobody_ends_their_own")),
        sa.CheckConstraint("first_day <= last_day", name=op.f("ck_certificate_days_in_order")),
        sa.CheckConstraint("(state = 'valid') = (ended_at IS NULL)", name=op.f("ck_certificate_ended")),
        sa.ForeignKeyConstraint(["school_id"], ["unit.id"], name=op.f("fk_certificate_school_id")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_certificate_member_id")),
        sa.ForeignKeyConstraint(["issued_by_id"], ["member.id"], name=op.f("fk_certificate_issued_by_id")),
        sa.ForeignKeyConstraint(["ended_by_id"], ["member.id"], name=op.f("fk_certificate_ended_by_id")),
        sa.ForeignKeyConstraint(["replaces_id"], ["certificate.id"], name=op.f("fk_certificate_replaces_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate")),
        sa.UniqueConstraint("public_id", name=op.f("uq_certificate_public_id")),
        sa.UniqueConstraint("code", name=op.f("uq_certificate_code")),
        sa.UniqueConstraint("replaces_id", name=op.f("uq_certificate_replaces_id")),
        sa.UniqueConstraint("school_id", "year", "count", name=op.f("uq_certificate_school_id_year_count")),
    )
    op.create_index("ix_certificate_member_id", "certificate", ["member_id"])
    op.create_index("ix_certificate_number", "certificate", ["number"])
    valid = sa.text("state = 'valid'")
    op.create_index(
        "uq_certificate_valid", "certificate", ["member_id", "ledger", "first_day", "last_day"], unique=True,
        sqlite_where=valid, postgresql_where=valid,
    )
    if op.get_bind().dialect.name == "sqlite":
        for verb, when in (("update", f"UPDATE OF {FROZEN}"), ("delete", "DELETE")):
            op.execute(
                f"CREATE TRIGGER certificate_refuses_{verb} BEFORE {when} ON certificate"
                f" BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION refuse_change_of_certificate() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$"
    )
    for verb, when in (("update", f"UPDATE OF {FROZEN}"), ("delete", "DELETE OR TRUNCATE")):
        op.execute(
            f"CREATE TRIGGER refuses_{verb} BEFORE {when} ON certificate"
            " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_certificate()"
        )


def downgrade() -> None:
    op.drop_table("certificate")
    op.drop_table("certificate_counter")
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP FUNCTION refuse_change_of_certificate()")

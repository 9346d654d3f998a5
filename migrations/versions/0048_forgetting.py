"""words that the trail can forget, requests to be forgotten, and what of a person may be deleted when its time is over

Revision: 0048
Revises: 0047
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0048"
down_revision = "0047"

TRAIL, PAPER, DOSSIER = (
    "the audit trail is append-only", "a certificate says for ever what it said",
    "an entry of a record is replaced, never overwritten",
)
# An entry of the trail may lose words only once the trail itself tells that it does, and nothing but words.
KEPT = ("id", "at", "actor_id", "verb", "subject", "subject_id")
TOLD = "SELECT 1 FROM audit_entry e WHERE e.subject = 'audit_entry' AND e.verb = 'erase' AND e.subject_id = OLD.id"
ERASED = "SELECT 1 FROM member m WHERE m.id = OLD.member_id AND m.erased_at IS NOT NULL"
FROZEN = (
    "id, public_id, code, school_id, year, count, number, member_id, issued_by_id, issued_at, ledger, first_day, last_day,"
    " snapshot, hash, replaces_id"
)
# Of whom is erased, the words of these go; who issued what number when stays.
FIXED = {
    "certificate": [name for name in FROZEN.split(", ") if name != "snapshot"],
    "dossier_entry": [
        "id", "public_id", "block", "member_id", "day", "minutes", "entered_by_id", "entered_at", "replaces_id", "is_void",
    ],
}  # fmt: skip


def upgrade() -> None:
    for name in ("restricted_at", "erased_at"):
        op.add_column("member", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "audit_word",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("salt", sa.String(32), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_audit_word_member_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_word")),
        sa.UniqueConstraint("digest", name=op.f("uq_audit_word_digest")),
    )
    op.create_index(op.f("ix_audit_word_member_id"), "audit_word", ["member_id"])
    op.create_table(
        "forget_request",
        sa.Column("public_id", sa.String(16), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("(state = 'asked') = (ended_at IS NULL)", name=op.f("ck_forget_request_ended")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_forget_request_member_id")),
        sa.ForeignKeyConstraint(["ended_by_id"], ["member.id"], name=op.f("fk_forget_request_ended_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_forget_request")),
        sa.UniqueConstraint("public_id", name=op.f("uq_forget_request_public_id")),
    )
    asked = sa.text("state = 'asked'")
    op.create_index(
        "uq_forget_request_open", "forget_request", ["member_id"], unique=True, sqlite_where=asked, postgresql_where=asked
    )
    if op.get_bind().dialect.name == "sqlite":
        _on_sqlite()
    else:
        _on_postgresql()


def _same(names: list[str] | tuple[str, ...], equal: str) -> str:
    return " AND ".join(f"NEW.{name} {equal} OLD.{name}" for name in names)


def _on_sqlite() -> None:
    op.execute("DROP TRIGGER audit_entry_refuses_update")
    may = f"EXISTS ({TOLD}) AND NEW.reason IN ('', OLD.reason) AND {_same(KEPT, 'IS')}"
    op.execute(
        f"CREATE TRIGGER audit_entry_refuses_update BEFORE UPDATE ON audit_entry WHEN NOT ({may})"
        f" BEGIN SELECT RAISE(ABORT, '{TRAIL}'); END"
    )
    op.execute("DROP TRIGGER certificate_refuses_update")
    op.execute(
        f"CREATE TRIGGER certificate_refuses_update BEFORE UPDATE OF {FROZEN} ON certificate"
        f" WHEN NOT (EXISTS ({ERASED}) AND NEW.snapshot = '' AND {_same(FIXED['certificate'], 'IS')})"
        f" BEGIN SELECT RAISE(ABORT, '{PAPER}'); END"
    )
    op.execute("DROP TRIGGER dossier_entry_refuses_update")
    op.execute(
        "CREATE TRIGGER dossier_entry_refuses_update BEFORE UPDATE ON dossier_entry"
        f" WHEN NOT (EXISTS ({ERASED}) AND {_same(FIXED['dossier_entry'], 'IS')})"
        f" BEGIN SELECT RAISE(ABORT, '{DOSSIER}'); END"
    )


def _on_postgresql() -> None:
    same = "IS NOT DISTINCT FROM"
    _row_trigger(
        "audit_entry", "refuses_change", "refuse_change_of_audit", "UPDATE", TRAIL,
        f"EXISTS ({TOLD}) AND NEW.reason IN ('', OLD.reason) AND {_same(KEPT, same)}",
    )  # fmt: skip
    _row_trigger(
        "certificate", "refuses_update", None, f"UPDATE OF {FROZEN}", PAPER,
        f"EXISTS ({ERASED}) AND NEW.snapshot = '' AND {_same(FIXED['certificate'], same)}",
    )  # fmt: skip
    _row_trigger(
        "dossier_entry", "refuses_change", "refuse_change_of_dossier_entry", "UPDATE", DOSSIER,
        f"EXISTS ({ERASED}) AND {_same(FIXED['dossier_entry'], same)}",
    )  # fmt: skip


def _row_trigger(table: str, old: str, rest: str | None, when: str, sentence: str, may: str) -> None:
    """Ask of each row that is updated; what deletes is refused as before."""
    op.execute(f"DROP TRIGGER {old} ON {table}")
    if rest:
        op.execute(
            f"CREATE TRIGGER {old} BEFORE DELETE OR TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION {rest}()"
        )
    op.execute(
        f"CREATE FUNCTION refuse_update_of_{table}() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN IF NOT ({may}) THEN RAISE EXCEPTION '{sentence}'; END IF; RETURN NEW; END $$"
    )
    op.execute(
        f"CREATE TRIGGER refuses_row_update BEFORE {when} ON {table}"
        f" FOR EACH ROW EXECUTE FUNCTION refuse_update_of_{table}()"
    )


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for table, when, sentence in (
            ("audit_entry", "UPDATE", TRAIL), ("certificate", f"UPDATE OF {FROZEN}", PAPER),
            ("dossier_entry", "UPDATE", DOSSIER),
        ):  # fmt: skip
            op.execute(f"DROP TRIGGER {table}_refuses_update")
            op.execute(
                f"CREATE TRIGGER {table}_refuses_update BEFORE {when} ON {table}"
                f" BEGIN SELECT RAISE(ABORT, '{sentence}'); END"
            )
    else:
        for table, old, rest, when in (
            ("audit_entry", "refuses_change", "refuse_change_of_audit", "UPDATE OR DELETE OR TRUNCATE"),
            ("certificate", "refuses_update", "refuse_change_of_certificate", f"UPDATE OF {FROZEN}"),
            ("dossier_entry", "refuses_change", "refuse_change_of_dossier_entry", "UPDATE OR DELETE OR TRUNCATE"),
        ):
            op.execute(f"DROP TRIGGER refuses_row_update ON {table}")
            op.execute(f"DROP FUNCTION refuse_update_of_{table}()")
            op.execute(f"DROP TRIGGER IF EXISTS {old} ON {table}")
            op.execute(
                f"CREATE TRIGGER {old} BEFORE {when} ON {table} FOR EACH STATEMENT EXECUTE FUNCTION {rest}()"
            )
    op.drop_table("forget_request")
    op.drop_table("audit_word")
    for name in ("erased_at", "restricted_at"):
        op.drop_column("member", name)

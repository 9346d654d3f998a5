"""SQLite refuses to put another entry or certificate in the place of one

Revision: 0053
Revises: 0051
"""

from __future__ import annotations

from alembic import op

revision = "0053"
down_revision = "0051"

# INSERT OR REPLACE deletes without asking the triggers of DELETE, so it is asked for itself.
SAME_VALID = (
    "state = 'valid' AND NEW.state = 'valid' AND member_id = NEW.member_id AND ledger = NEW.ledger"
    " AND first_day = NEW.first_day AND last_day = NEW.last_day"
)
TRIGGERS = {
    "dossier_entry_refuses_replace": (
        "INSERT", "dossier_entry", "id = NEW.id OR public_id = NEW.public_id OR replaces_id = NEW.replaces_id",
        "an entry of a record is replaced, never overwritten",
    ),
    "certificate_refuses_replace": (
        "INSERT", "certificate",
        "id = NEW.id OR public_id = NEW.public_id OR code = NEW.code OR replaces_id = NEW.replaces_id"
        f" OR (school_id = NEW.school_id AND year = NEW.year AND count = NEW.count) OR ({SAME_VALID})",
        "a certificate says for ever what it said",
    ),
    "certificate_refuses_second": (
        "UPDATE OF state", "certificate", f"id <> NEW.id AND {SAME_VALID}", "a certificate says for ever what it said",
    ),
}  # fmt: skip


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for name, (verb, table, taken, refusal) in TRIGGERS.items():
            op.execute(
                f"CREATE TRIGGER {name} BEFORE {verb} ON {table}"
                f" WHEN EXISTS (SELECT 1 FROM {table} WHERE {taken})"
                f" BEGIN SELECT RAISE(ABORT, '{refusal}'); END"
            )


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for name in TRIGGERS:
            op.execute(f"DROP TRIGGER {name}")

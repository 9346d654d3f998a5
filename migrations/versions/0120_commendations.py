"""rounds of commendation: committee, nominations, objections; no more are chosen than the quota

Revision: 0120
Revises: 0111
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0120"
down_revision = "0111"


def upgrade() -> None:
    op.create_table(
        "commendation_round",
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=100), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("granted_by", sa.String(length=100), nullable=False),
        sa.Column("whom", sa.String(length=32), nullable=False),
        sa.Column("nominators", sa.String(length=32), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=True),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("most", sa.Integer(), nullable=False),
        sa.Column("chosen", sa.Integer(), nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("last", sa.Date(), nullable=False),
        sa.Column("notice_days", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_by_id", sa.Integer(), nullable=False),
        sa.Column("notice_until", sa.Date(), nullable=True),
        sa.Column("published_by_id", sa.Integer(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state IN ('open', 'notice')) = (ended_by_id IS NULL)",
            name=op.f("ck_commendation_round_ended_by_somebody"),
        ),
        sa.CheckConstraint(
            "state <> 'awarded' OR ended_by_id <> published_by_id",
            name=op.f("ck_commendation_round_second_person_grants"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('notice', 'awarded') OR notice_until IS NOT NULL",
            name=op.f("ck_commendation_round_notice_comes_first"),
        ),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (ended_by_id IS NULL)", name=op.f("ck_commendation_round_ended_at_some_time")
        ),
        sa.CheckConstraint(
            "(notice_until IS NULL) = (published_by_id IS NULL)",
            name=op.f("ck_commendation_round_published_by_somebody"),
        ),
        sa.CheckConstraint("chosen BETWEEN 0 AND most", name=op.f("ck_commendation_round_chosen_within_quota")),
        sa.CheckConstraint("first <= last", name=op.f("ck_commendation_round_days_in_order")),
        sa.CheckConstraint("most > 0 AND people >= 0", name=op.f("ck_commendation_round_somebody_to_commend")),
        sa.CheckConstraint("notice_days > 0", name=op.f("ck_commendation_round_on_notice_for_a_while")),
        sa.CheckConstraint("percent BETWEEN 1 AND 100", name=op.f("ck_commendation_round_percent_of_all")),
        sa.ForeignKeyConstraint(["ended_by_id"], ["member.id"], name=op.f("fk_commendation_round_ended_by_id")),
        sa.ForeignKeyConstraint(["opened_by_id"], ["member.id"], name=op.f("fk_commendation_round_opened_by_id")),
        sa.ForeignKeyConstraint(["published_by_id"], ["member.id"], name=op.f("fk_commendation_round_published_by_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_commendation_round_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commendation_round")),
        sa.UniqueConstraint("public_id", name=op.f("uq_commendation_round_public_id")),
    )
    op.create_index(op.f("ix_commendation_round_unit_id"), "commendation_round", ["unit_id"], unique=False)
    op.create_table(
        "commendation_committee",
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("named_by_id", sa.Integer(), nullable=False),
        sa.Column("named_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_commendation_committee_member_id")),
        sa.ForeignKeyConstraint(["named_by_id"], ["member.id"], name=op.f("fk_commendation_committee_named_by_id")),
        sa.ForeignKeyConstraint(
            ["round_id"], ["commendation_round.id"], name=op.f("fk_commendation_committee_round_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commendation_committee")),
        sa.UniqueConstraint("round_id", "member_id", name=op.f("uq_commendation_committee_round_id_member_id")),
    )
    op.create_index(op.f("ix_commendation_committee_member_id"), "commendation_committee", ["member_id"], unique=False)
    op.create_table(
        "commendation_nomination",
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("reasons", sa.String(length=1000), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("nominated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("word", sa.String(length=500), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=True),
        sa.Column("revoked_by_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state = 'revoked') = (revoked_by_id IS NOT NULL)",
            name=op.f("ck_commendation_nomination_revoked_by_somebody"),
        ),
        sa.CheckConstraint(
            "(state IN ('awarded', 'revoked')) = (entry_id IS NOT NULL)",
            name=op.f("ck_commendation_nomination_awarded_is_entered"),
        ),
        sa.CheckConstraint(
            "state IN ('asked', 'declined') OR answered_at IS NOT NULL",
            name=op.f("ck_commendation_nomination_named_with_consent"),
        ),
        sa.CheckConstraint(
            "state IN ('asked', 'declined', 'agreed') OR decided_by_id IS NOT NULL",
            name=op.f("ck_commendation_nomination_decided_by_somebody"),
        ),
        sa.CheckConstraint(
            "(decided_by_id IS NULL) = (decided_on IS NULL)",
            name=op.f("ck_commendation_nomination_decided_on_some_day"),
        ),
        sa.CheckConstraint("by_id <> decided_by_id", name=op.f("ck_commendation_nomination_nominator_does_not_decide")),
        sa.CheckConstraint("member_id <> by_id", name=op.f("ck_commendation_nomination_nobody_nominates_themselves")),
        sa.CheckConstraint(
            "member_id <> decided_by_id", name=op.f("ck_commendation_nomination_nobody_decides_on_themselves")
        ),
        sa.ForeignKeyConstraint(["by_id"], ["member.id"], name=op.f("fk_commendation_nomination_by_id")),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["member.id"], name=op.f("fk_commendation_nomination_decided_by_id")
        ),
        sa.ForeignKeyConstraint(["entry_id"], ["dossier_entry.id"], name=op.f("fk_commendation_nomination_entry_id")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_commendation_nomination_member_id")),
        sa.ForeignKeyConstraint(
            ["revoked_by_id"], ["member.id"], name=op.f("fk_commendation_nomination_revoked_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["round_id"], ["commendation_round.id"], name=op.f("fk_commendation_nomination_round_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commendation_nomination")),
        sa.UniqueConstraint("public_id", name=op.f("uq_commendation_nomination_public_id")),
        sa.UniqueConstraint("round_id", "member_id", name=op.f("uq_commendation_nomination_round_id_member_id")),
    )
    op.create_index(op.f("ix_commendation_nomination_by_id"), "commendation_nomination", ["by_id"], unique=False)
    op.create_index(
        op.f("ix_commendation_nomination_member_id"), "commendation_nomination", ["member_id"], unique=False
    )
    op.create_table(
        "commendation_objection",
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("nomination_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("verdict", sa.String(length=32), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.Column("word", sa.String(length=500), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(verdict = 'open') = (answered_at IS NULL)", name=op.f("ck_commendation_objection_answered")
        ),
        sa.CheckConstraint(
            "(verdict = 'open') = (answered_by_id IS NULL)", name=op.f("ck_commendation_objection_answered_by_somebody")
        ),
        sa.CheckConstraint(
            "member_id <> answered_by_id", name=op.f("ck_commendation_objection_nobody_answers_their_own")
        ),
        sa.ForeignKeyConstraint(
            ["answered_by_id"], ["member.id"], name=op.f("fk_commendation_objection_answered_by_id")
        ),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_commendation_objection_member_id")),
        sa.ForeignKeyConstraint(
            ["nomination_id"], ["commendation_nomination.id"], name=op.f("fk_commendation_objection_nomination_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commendation_objection")),
        sa.UniqueConstraint(
            "nomination_id", "member_id", name=op.f("uq_commendation_objection_nomination_id_member_id")
        ),
        sa.UniqueConstraint("public_id", name=op.f("uq_commendation_objection_public_id")),
    )
    op.create_index(op.f("ix_commendation_objection_member_id"), "commendation_objection", ["member_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_commendation_objection_member_id"), table_name="commendation_objection")
    op.drop_table("commendation_objection")
    op.drop_index(op.f("ix_commendation_nomination_member_id"), table_name="commendation_nomination")
    op.drop_index(op.f("ix_commendation_nomination_by_id"), table_name="commendation_nomination")
    op.drop_table("commendation_nomination")
    op.drop_index(op.f("ix_commendation_committee_member_id"), table_name="commendation_committee")
    op.drop_table("commendation_committee")
    op.drop_index(op.f("ix_commendation_round_unit_id"), table_name="commendation_round")
    op.drop_table("commendation_round")

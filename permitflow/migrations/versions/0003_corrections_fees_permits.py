"""Corrections, checklists, fees, payments and permits."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    _create_checklist_answers()
    _create_correction_notices()
    _create_fees()
    _create_payments()
    _create_permits()
    _create_correction_items()


def downgrade() -> None:
    """Drop the tables, the dependent ones first."""
    for table in (
        "correction_items",
        "permits",
        "payments",
        "fees",
        "correction_notices",
        "checklist_answers",
    ):
        op.drop_table(table)


def _create_checklist_answers() -> None:
    op.create_table(
        "checklist_answers",
        sa.Column("application_id", sa.String(length=32), nullable=False),
        sa.Column("step", sa.String(length=64), nullable=False),
        sa.Column("item", sa.String(length=64), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("jurisdiction_id", sa.String(length=32), nullable=False),
        sa.Column(
            "answer", sa.String(length=16), nullable=False, comment="pass, fail, not_applicable, needs_info"
        ),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("answered_by", sa.String(length=32), nullable=False),
        sa.Column("answered_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["answered_by"], ["users.id"], name=op.f("fk_checklist_answers_answered_by_users")
        ),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["permit_applications.id"],
            name=op.f("fk_checklist_answers_application_id_permit_applications"),
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id"],
            ["jurisdictions.id"],
            name=op.f("fk_checklist_answers_jurisdiction_id_jurisdictions"),
        ),
        sa.PrimaryKeyConstraint("application_id", "step", "item", "round", name=op.f("pk_checklist_answers")),
    )


def _create_correction_notices() -> None:
    op.create_table(
        "correction_notices",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("jurisdiction_id", sa.String(length=32), nullable=False),
        sa.Column("application_id", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("issued_at", sa.BigInteger(), nullable=False),
        sa.Column(
            "issued_by", sa.String(length=32), nullable=False, comment="a user, or 'system' at the join"
        ),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["permit_applications.id"],
            name=op.f("fk_correction_notices_application_id_permit_applications"),
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id"],
            ["jurisdictions.id"],
            name=op.f("fk_correction_notices_jurisdiction_id_jurisdictions"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_correction_notices")),
        sa.UniqueConstraint(
            "application_id", "number", name=op.f("uq_correction_notices_application_id_number")
        ),
    )


def _create_fees() -> None:
    op.create_table(
        "fees",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("jurisdiction_id", sa.String(length=32), nullable=False),
        sa.Column("application_id", sa.String(length=32), nullable=False),
        sa.Column("fee", sa.String(length=64), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("citation", sa.String(length=2000), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("assessed_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["permit_applications.id"],
            name=op.f("fk_fees_application_id_permit_applications"),
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id"], ["jurisdictions.id"], name=op.f("fk_fees_jurisdiction_id_jurisdictions")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fees")),
        sa.UniqueConstraint("application_id", "fee", name=op.f("uq_fees_application_id_fee")),
    )


def _create_payments() -> None:
    op.create_table(
        "payments",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("jurisdiction_id", sa.String(length=32), nullable=False),
        sa.Column("application_id", sa.String(length=32), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column(
            "provider", sa.String(length=32), nullable=False, comment="offline, or a payment provider's name"
        ),
        sa.Column("reference", sa.String(length=128), nullable=False, comment="receipt or check number"),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("recorded_by", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["permit_applications.id"],
            name=op.f("fk_payments_application_id_permit_applications"),
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id"], ["jurisdictions.id"], name=op.f("fk_payments_jurisdiction_id_jurisdictions")
        ),
        sa.ForeignKeyConstraint(["recorded_by"], ["users.id"], name=op.f("fk_payments_recorded_by_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payments")),
        sa.UniqueConstraint(
            "jurisdiction_id",
            "provider",
            "reference",
            name=op.f("uq_payments_jurisdiction_id_provider_reference"),
        ),
    )
    op.create_index("ix_payments_application", "payments", ["application_id"])


def _create_permits() -> None:
    op.create_table(
        "permits",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("jurisdiction_id", sa.String(length=32), nullable=False),
        sa.Column(
            "application_id", sa.String(length=32), nullable=True, comment="none for an imported permit"
        ),
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.Column("check_code", sa.String(length=32), nullable=True, comment="in the QR code; not guessable"),
        sa.Column(
            "status",
            sa.String(length=16),
            nullable=False,
            comment="valid, expired, revoked, finaled, cancelled",
        ),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("address", sa.String(length=300), nullable=False),
        sa.Column("city", sa.String(length=100), nullable=False),
        sa.Column("holder", sa.String(length=200), nullable=False),
        sa.Column("station_count", sa.Integer(), nullable=True),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("conditions", sa.JSON(), nullable=False),
        sa.Column("valuation_cents", sa.BigInteger(), nullable=True),
        sa.Column("latitude", sa.String(length=20), nullable=True),
        sa.Column("longitude", sa.String(length=20), nullable=True),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("issued_at", sa.BigInteger(), nullable=True),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("source", sa.String(length=64), nullable=False, comment="or the imported file's name"),
        sa.Column("document_sha256", sa.String(length=64), nullable=True, comment="of the permit PDF"),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["permit_applications.id"],
            name=op.f("fk_permits_application_id_permit_applications"),
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id"], ["jurisdictions.id"], name=op.f("fk_permits_jurisdiction_id_jurisdictions")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_permits")),
        sa.UniqueConstraint("application_id", name=op.f("uq_permits_application_id")),
        sa.UniqueConstraint("check_code", name=op.f("uq_permits_check_code")),
        sa.UniqueConstraint("jurisdiction_id", "number", name=op.f("uq_permits_jurisdiction_id_number")),
    )
    op.create_index("ix_permits_register", "permits", ["jurisdiction_id", "issued_on", "id"])


def _create_correction_items() -> None:
    op.create_table(
        "correction_items",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("jurisdiction_id", sa.String(length=32), nullable=False),
        sa.Column("application_id", sa.String(length=32), nullable=False),
        sa.Column("notice_id", sa.String(length=32), nullable=True),
        sa.Column("number", sa.Integer(), nullable=True, comment="given when the notice goes out"),
        sa.Column("lane", sa.String(length=64), nullable=True, comment="none for the completeness check"),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("severity", sa.String(length=16), nullable=False, comment="required or advisory"),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("code_section", sa.String(length=200), nullable=False),
        sa.Column("fix", sa.Text(), nullable=False, comment="what would fix it"),
        sa.Column("place", sa.String(length=200), nullable=False, comment="sheet, document or field"),
        sa.Column(
            "status", sa.String(length=16), nullable=False, comment="draft, open, answered, resolved, waived"
        ),
        sa.Column("reply", sa.Text(), nullable=False),
        sa.Column("reply_document_id", sa.String(length=32), nullable=True),
        sa.Column("answered_at", sa.BigInteger(), nullable=True),
        sa.Column("created_by", sa.String(length=32), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["permit_applications.id"],
            name=op.f("fk_correction_items_application_id_permit_applications"),
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["users.id"], name=op.f("fk_correction_items_created_by_users")
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id"],
            ["jurisdictions.id"],
            name=op.f("fk_correction_items_jurisdiction_id_jurisdictions"),
        ),
        sa.ForeignKeyConstraint(
            ["notice_id"],
            ["correction_notices.id"],
            name=op.f("fk_correction_items_notice_id_correction_notices"),
        ),
        sa.ForeignKeyConstraint(
            ["reply_document_id"],
            ["documents.id"],
            name=op.f("fk_correction_items_reply_document_id_documents"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_correction_items")),
    )
    op.create_index("ix_correction_items_application", "correction_items", ["application_id", "notice_id"])

"""The record of events, used form tokens, and mail."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    _create_events()
    _create_outbox()
    _create_used_tokens()
    _create_event_payloads()
    _create_mails()


def downgrade() -> None:
    """Drop the tables, the dependent ones first."""
    for table in (
        "mails",
        "event_payloads",
        "used_tokens",
        "outbox",
        "events",
    ):
        op.drop_table(table)


def _create_events() -> None:
    op.create_table(
        "events",
        sa.Column("application_id", sa.String(length=32), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False, comment="1, 2, 3 ... within the application"),
        sa.Column(
            "jurisdiction_id",
            sa.String(length=32),
            nullable=False,
            comment="copied from the application, whose row holds the reference",
        ),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("action", sa.String(length=64), nullable=False),
        sa.Column("body", sa.Text(), nullable=False, comment="canonical JSON"),
        sa.Column("prev_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["permit_applications.id"],
            name=op.f("fk_events_application_id_permit_applications"),
        ),
        sa.PrimaryKeyConstraint("application_id", "seq", name=op.f("pk_events")),
    )


def _create_outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column(
            "jurisdiction_id",
            sa.String(length=32),
            nullable=False,
            comment="copied from the application, whose row holds the reference",
        ),
        sa.Column("application_id", sa.String(length=32), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False, comment="the event it tells of"),
        sa.Column(
            "kind",
            sa.String(length=64),
            nullable=False,
            comment="the action; folder under templates/emails/ or 'transition'",
        ),
        sa.Column("receiver", sa.String(length=16), nullable=False, comment="applicant, reviewers, managers"),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expanded_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["permit_applications.id"],
            name=op.f("fk_outbox_application_id_permit_applications"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
    )
    op.create_index(
        "ix_outbox_untold",
        "outbox",
        ["created_at"],
        sqlite_where=sa.text("expanded_at IS NULL"),
        postgresql_where=sa.text("expanded_at IS NULL"),
    )


def _create_used_tokens() -> None:
    op.create_table(
        "used_tokens",
        sa.Column("token", sa.String(length=64), nullable=False),
        sa.Column("application_id", sa.String(length=32), nullable=False),
        sa.Column(
            "jurisdiction_id",
            sa.String(length=32),
            nullable=False,
            comment="copied from the application, whose row holds the reference",
        ),
        sa.Column("action", sa.String(length=64), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False, comment="the event it caused"),
        sa.Column("used_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["permit_applications.id"],
            name=op.f("fk_used_tokens_application_id_permit_applications"),
        ),
        sa.PrimaryKeyConstraint("token", name=op.f("pk_used_tokens")),
        sqlite_with_rowid=False,
    )


def _create_event_payloads() -> None:
    op.create_table(
        "event_payloads",
        sa.Column("application_id", sa.String(length=32), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column(
            "jurisdiction_id",
            sa.String(length=32),
            nullable=False,
            comment="copied from the application, whose row holds the reference",
        ),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("salt", sa.LargeBinary(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id", "seq"],
            ["events.application_id", "events.seq"],
            name=op.f("fk_event_payloads_application_id_seq_events"),
        ),
        sa.PrimaryKeyConstraint("application_id", "seq", "name", name=op.f("pk_event_payloads")),
    )


def _create_mails() -> None:
    op.create_table(
        "mails",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("jurisdiction_id", sa.String(length=32), nullable=False),
        sa.Column("outbox_id", sa.String(length=32), nullable=False),
        sa.Column("application_id", sa.String(length=32), nullable=False),
        sa.Column("user_id", sa.String(length=32), nullable=False),
        sa.Column("recipient", sa.String(length=254), nullable=False),
        sa.Column("subject", sa.String(length=300), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("next_try_at", sa.BigInteger(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=False),
        sa.Column("sent_at", sa.BigInteger(), nullable=True),
        sa.Column("gave_up_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id"], ["jurisdictions.id"], name=op.f("fk_mails_jurisdiction_id_jurisdictions")
        ),
        sa.ForeignKeyConstraint(["outbox_id"], ["outbox.id"], name=op.f("fk_mails_outbox_id_outbox")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_mails_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mails")),
        sa.UniqueConstraint("outbox_id", "user_id", name=op.f("uq_mails_outbox_id_user_id")),
    )
    op.create_index("ix_mails_jurisdiction", "mails", ["jurisdiction_id", "created_at"])
    op.create_index(
        "ix_mails_waiting",
        "mails",
        ["next_try_at"],
        sqlite_where=sa.text("sent_at IS NULL AND gave_up_at IS NULL"),
        postgresql_where=sa.text("sent_at IS NULL AND gave_up_at IS NULL"),
    )

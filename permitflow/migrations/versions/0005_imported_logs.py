"""Event logs of other systems."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    _create_imported_logs()
    _create_imported_events()


def downgrade() -> None:
    """Drop the tables, the dependent ones first."""
    for table in (
        "imported_events",
        "imported_logs",
    ):
        op.drop_table(table)


def _create_imported_logs() -> None:
    op.create_table(
        "imported_logs",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("file_sha256", sa.String(length=64), nullable=False),
        sa.Column("events", sa.Integer(), nullable=False),
        sa.Column("rejected", sa.Integer(), nullable=False),
        sa.Column("imported_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_imported_logs")),
        sa.UniqueConstraint("name", name=op.f("uq_imported_logs_name")),
    )


def _create_imported_events() -> None:
    op.create_table(
        "imported_events",
        sa.Column("log_id", sa.String(length=32), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.String(length=255), nullable=False),
        sa.Column("activity", sa.String(length=255), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("resource", sa.String(length=255), nullable=True),
        sa.Column("lifecycle", sa.String(length=64), nullable=True),
        sa.Column("attributes", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["log_id"], ["imported_logs.id"], name=op.f("fk_imported_events_log_id_imported_logs")
        ),
        sa.PrimaryKeyConstraint("log_id", "seq", name=op.f("pk_imported_events")),
    )

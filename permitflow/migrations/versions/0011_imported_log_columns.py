"""Imported logs keep the attributes of cases, and which times were written as a day only."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table of cases and the column of days."""
    op.create_table(
        "imported_cases",
        sa.Column("log_id", sa.String(length=32), nullable=False),
        sa.Column("case_id", sa.String(length=255), nullable=False),
        sa.Column("attributes", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["log_id"], ["imported_logs.id"], name=op.f("fk_imported_cases_log_id_imported_logs")
        ),
        sa.PrimaryKeyConstraint("log_id", "case_id", name=op.f("pk_imported_cases")),
    )
    op.add_column(
        "imported_events", sa.Column("day_only", sa.Boolean(), server_default=sa.false(), nullable=False)
    )


def downgrade() -> None:
    """Drop both."""
    op.drop_column("imported_events", "day_only")
    op.drop_table("imported_cases")

"""What has changed of a city's files is read from an index alone."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_SUBMITTED = sa.text("submitted_at IS NOT NULL")


def upgrade() -> None:
    """Add the index."""
    op.create_index(
        "ix_permit_applications_changed",
        "permit_applications",
        ["jurisdiction_id", "updated_at", "version", "submitted_at"],
        sqlite_where=_SUBMITTED,
        postgresql_where=_SUBMITTED,
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_index("ix_permit_applications_changed", "permit_applications")

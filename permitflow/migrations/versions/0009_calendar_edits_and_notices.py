"""Calendars edited by people, and why an item may be added after the first notice."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables and columns."""
    _create_calendar_edits()
    _create_calendar_publications()
    op.add_column(
        "calendar_versions",
        sa.Column(
            "seeded_to",
            sa.Integer(),
            nullable=True,
            comment="the last year whose public holidays are in; on old versions the last closure's",
        ),
    )
    op.add_column(
        "calendar_closures",
        sa.Column(
            "reason", sa.Text(), nullable=True, comment="why a person closed the day; none when seeded"
        ),
    )
    op.add_column(
        "calendar_closures",
        sa.Column("closed_by", sa.String(length=32), nullable=True, comment="a user; none when seeded"),
    )
    op.add_column(
        "correction_notices",
        sa.Column(
            "material",
            sa.JSON(),
            nullable=True,
            comment="fingerprints of the answers that the notice was about; none on old notices",
        ),
    )
    _add_basis()


def downgrade() -> None:
    """Drop the columns and tables."""
    for column in ("basis_reason", "basis_ref", "basis"):
        op.drop_column("correction_items", column)
    op.drop_column("correction_notices", "material")
    op.drop_column("calendar_closures", "closed_by")
    op.drop_column("calendar_closures", "reason")
    op.drop_column("calendar_versions", "seeded_to")
    op.drop_table("calendar_publications")
    op.drop_table("calendar_edits")


def _add_basis() -> None:
    op.add_column(
        "correction_items",
        sa.Column(
            "basis",
            sa.String(length=24),
            nullable=True,
            comment="why after a notice: changed_material, earlier_item, health_and_safety",
        ),
    )
    op.add_column(
        "correction_items",
        sa.Column(
            "basis_ref",
            sa.String(length=130),
            nullable=True,
            comment="the document kind, form field or item that the basis names",
        ),
    )
    op.add_column("correction_items", sa.Column("basis_reason", sa.Text(), nullable=True))


def _create_calendar_edits() -> None:
    op.create_table(
        "calendar_edits",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("jurisdiction_id", sa.String(length=32), nullable=False),
        sa.Column("based_on", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False, comment="close, open, weekdays, hours, seed"),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column(
            "value",
            sa.String(length=200),
            nullable=False,
            comment="a closure's name, weekdays as digits, hours as 08:00-17:00, or a year",
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("made_by", sa.String(length=32), nullable=True),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("published_in", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(
            ["based_on"], ["calendar_versions.id"], name=op.f("fk_calendar_edits_based_on_calendar_versions")
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id"],
            ["jurisdictions.id"],
            name=op.f("fk_calendar_edits_jurisdiction_id_jurisdictions"),
        ),
        sa.ForeignKeyConstraint(["made_by"], ["users.id"], name=op.f("fk_calendar_edits_made_by_users")),
        sa.ForeignKeyConstraint(
            ["published_in"],
            ["calendar_versions.id"],
            name=op.f("fk_calendar_edits_published_in_calendar_versions"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_edits")),
    )
    op.create_index("ix_calendar_edits_city", "calendar_edits", ["jurisdiction_id", "published_in"])


def _create_calendar_publications() -> None:
    op.create_table(
        "calendar_publications",
        sa.Column("calendar_version_id", sa.String(length=32), nullable=False),
        sa.Column("jurisdiction_id", sa.String(length=32), nullable=False),
        sa.Column("files", sa.Integer(), nullable=False, comment="open files when the version was published"),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column(
            "failed",
            sa.Integer(),
            nullable=False,
            comment="files that could not be counted; they keep their dates",
        ),
        sa.Column("reached", sa.String(length=32), nullable=False, comment="the last file that was counted"),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("finished_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["calendar_version_id"],
            ["calendar_versions.id"],
            name=op.f("fk_calendar_publications_calendar_version_id_calendar_versions"),
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id"],
            ["jurisdictions.id"],
            name=op.f("fk_calendar_publications_jurisdiction_id_jurisdictions"),
        ),
        sa.PrimaryKeyConstraint("calendar_version_id", name=op.f("pk_calendar_publications")),
    )
    op.create_index(
        "ix_calendar_publications_open", "calendar_publications", ["finished_at", "calendar_version_id"]
    )

"""Applications with their lanes, visits, courts, documents and clocks."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    _create_permit_applications()
    _create_clocks()
    _create_court_spells()
    _create_documents()
    _create_lanes()
    _create_visits()
    _create_clock_pauses()


def downgrade() -> None:
    """Drop the tables, the dependent ones first."""
    for table in (
        "clock_pauses",
        "visits",
        "lanes",
        "documents",
        "court_spells",
        "clocks",
        "permit_applications",
    ):
        op.drop_table(table)


def _create_permit_applications() -> None:
    op.create_table(
        "permit_applications",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("jurisdiction_id", sa.String(length=32), nullable=False),
        sa.Column(
            "number", sa.String(length=32), nullable=True, comment="receipt number, given at submission"
        ),
        sa.Column("company_id", sa.String(length=32), nullable=False),
        sa.Column("created_by", sa.String(length=32), nullable=False),
        sa.Column("workflow", sa.String(length=64), nullable=False),
        sa.Column("definition_hash", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False, comment="phase id of the definition"),
        sa.Column(
            "party",
            sa.String(length=16),
            nullable=False,
            comment="whose court: applicant, agency, payment, external, none",
        ),
        sa.Column("party_since_at", sa.BigInteger(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False, comment="rises with every change of the file"),
        sa.Column("title", sa.String(length=200), nullable=False, comment="what and where, for lists"),
        sa.Column("form", sa.JSON(), nullable=False, comment="what the applicant entered, by step"),
        sa.Column(
            "facts",
            sa.JSON(),
            nullable=False,
            comment="what clauses read: the form with derived values, without nulls",
        ),
        sa.Column("people", sa.JSON(), nullable=False, comment="personal data; erasable"),
        sa.Column("station_count", sa.Integer(), nullable=True),
        sa.Column("fees_due_cents", sa.BigInteger(), nullable=False),
        sa.Column("fees_paid_cents", sa.BigInteger(), nullable=False),
        sa.Column("draft_items", sa.Integer(), nullable=False, comment="correction items not yet sent"),
        sa.Column("open_items", sa.Integer(), nullable=False, comment="sent items not resolved"),
        sa.Column("unanswered_items", sa.Integer(), nullable=False),
        sa.Column("document_kinds", sa.JSON(), nullable=False, comment="kind -> newest version"),
        sa.Column("document_set_hash", sa.String(length=64), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True, comment="earliest due date of a running legal clock"),
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column("event_hash", sa.String(length=64), nullable=False),
        sa.Column("submitted_at", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.Column("outcome", sa.String(length=16), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "(decided_at IS NULL) = (outcome IS NULL)", name=op.f("ck_permit_applications_outcome_is_dated")
        ),
        sa.ForeignKeyConstraint(
            ["company_id"], ["companies.id"], name=op.f("fk_permit_applications_company_id_companies")
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["users.id"], name=op.f("fk_permit_applications_created_by_users")
        ),
        sa.ForeignKeyConstraint(
            ["definition_hash"],
            ["definitions.hash"],
            name=op.f("fk_permit_applications_definition_hash_definitions"),
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id"],
            ["jurisdictions.id"],
            name=op.f("fk_permit_applications_jurisdiction_id_jurisdictions"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_permit_applications")),
        sa.UniqueConstraint(
            "jurisdiction_id", "number", name=op.f("uq_permit_applications_jurisdiction_id_number")
        ),
    )
    op.create_index("ix_permit_applications_company", "permit_applications", ["company_id"])
    op.create_index(
        "ix_permit_applications_decided", "permit_applications", ["jurisdiction_id", "decided_at"]
    )
    op.create_index(
        "ix_permit_applications_state", "permit_applications", ["jurisdiction_id", "state", "submitted_at"]
    )


def _create_clocks() -> None:
    op.create_table(
        "clocks",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column(
            "jurisdiction_id",
            sa.String(length=32),
            nullable=False,
            comment="copied from the application, whose row holds the reference",
        ),
        sa.Column("application_id", sa.String(length=32), nullable=False),
        sa.Column("clock", sa.String(length=64), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False, comment="running, paused, stopped, expired"),
        sa.Column("unit", sa.String(length=16), nullable=False),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.Column("started_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True, comment="unknown while paused"),
        sa.Column("calendar_version_id", sa.String(length=32), nullable=False),
        sa.Column("verified", sa.Boolean(), nullable=False),
        sa.Column("holder", sa.String(length=16), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("stopped_at", sa.BigInteger(), nullable=True),
        sa.Column("stopped_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["permit_applications.id"],
            name=op.f("fk_clocks_application_id_permit_applications"),
        ),
        sa.ForeignKeyConstraint(
            ["calendar_version_id"],
            ["calendar_versions.id"],
            name=op.f("fk_clocks_calendar_version_id_calendar_versions"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clocks")),
    )
    op.create_index("ix_clocks_application", "clocks", ["application_id", "started_at"])
    op.create_index(
        "ix_clocks_due",
        "clocks",
        ["due_on"],
        sqlite_where=sa.text("state = 'running'"),
        postgresql_where=sa.text("state = 'running'"),
    )


def _create_court_spells() -> None:
    op.create_table(
        "court_spells",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column(
            "jurisdiction_id",
            sa.String(length=32),
            nullable=False,
            comment="copied from the application, whose row holds the reference",
        ),
        sa.Column("application_id", sa.String(length=32), nullable=False),
        sa.Column("party", sa.String(length=16), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["permit_applications.id"],
            name=op.f("fk_court_spells_application_id_permit_applications"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_court_spells")),
    )
    op.create_index("ix_court_spells_application", "court_spells", ["application_id", "started_at"])
    op.create_index("ix_court_spells_jurisdiction", "court_spells", ["jurisdiction_id", "started_at"])
    op.create_index(
        "uq_court_spells_open",
        "court_spells",
        ["application_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )


def _create_documents() -> None:
    op.create_table(
        "documents",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("jurisdiction_id", sa.String(length=32), nullable=False),
        sa.Column("application_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("filename", sa.String(length=200), nullable=False),
        sa.Column("media_type", sa.String(length=64), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("uploaded_by", sa.String(length=32), nullable=False),
        sa.Column("uploaded_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["permit_applications.id"],
            name=op.f("fk_documents_application_id_permit_applications"),
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id"], ["jurisdictions.id"], name=op.f("fk_documents_jurisdiction_id_jurisdictions")
        ),
        sa.ForeignKeyConstraint(["uploaded_by"], ["users.id"], name=op.f("fk_documents_uploaded_by_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_documents")),
        sa.UniqueConstraint(
            "application_id", "kind", "version", name=op.f("uq_documents_application_id_kind_version")
        ),
    )


def _create_lanes() -> None:
    op.create_table(
        "lanes",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column(
            "jurisdiction_id",
            sa.String(length=32),
            nullable=False,
            comment="copied from the application, whose row holds the reference",
        ),
        sa.Column("application_id", sa.String(length=32), nullable=False),
        sa.Column("lane", sa.String(length=64), nullable=False),
        sa.Column("role", sa.String(length=64), nullable=False),
        sa.Column("required", sa.Boolean(), nullable=False),
        sa.Column("informational", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("conditions", sa.JSON(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.String(length=32), nullable=True),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["permit_applications.id"],
            name=op.f("fk_lanes_application_id_permit_applications"),
        ),
        sa.ForeignKeyConstraint(["decided_by"], ["users.id"], name=op.f("fk_lanes_decided_by_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lanes")),
        sa.UniqueConstraint("application_id", "lane", name=op.f("uq_lanes_application_id_lane")),
    )


def _create_visits() -> None:
    op.create_table(
        "visits",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column(
            "jurisdiction_id",
            sa.String(length=32),
            nullable=False,
            comment="copied from the application, whose row holds the reference",
        ),
        sa.Column("application_id", sa.String(length=32), nullable=False),
        sa.Column("company_id", sa.String(length=32), nullable=False),
        sa.Column(
            "step",
            sa.String(length=64),
            nullable=False,
            comment="phase id, or lane id when the visit is a lane's",
        ),
        sa.Column("lane", sa.String(length=64), nullable=True),
        sa.Column("role", sa.String(length=64), nullable=True, comment="the staff role whose queue holds it"),
        sa.Column("party", sa.String(length=16), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column(
            "why",
            sa.String(length=32),
            nullable=False,
            comment="first_review, resubmission, returned, deemed, ...",
        ),
        sa.Column(
            "due_on", sa.Date(), nullable=False, comment="legal due date; 9999-12-31 when there is none"
        ),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("first_claimed_at", sa.BigInteger(), nullable=True),
        sa.Column("claimed_at", sa.BigInteger(), nullable=True),
        sa.Column("claimed_by", sa.String(length=32), nullable=True),
        sa.Column(
            "worked_us", sa.BigInteger(), nullable=False, comment="claimed time so far, in microseconds"
        ),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.Column("closed_by", sa.String(length=32), nullable=True),
        sa.Column("closing_action", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["permit_applications.id"],
            name=op.f("fk_visits_application_id_permit_applications"),
        ),
        sa.ForeignKeyConstraint(["claimed_by"], ["users.id"], name=op.f("fk_visits_claimed_by_users")),
        sa.ForeignKeyConstraint(["closed_by"], ["users.id"], name=op.f("fk_visits_closed_by_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visits")),
    )
    op.create_index("ix_visits_application", "visits", ["application_id"])
    op.create_index(
        "ix_visits_claimed",
        "visits",
        ["claimed_by", "jurisdiction_id"],
        sqlite_where=sa.text("claimed_by IS NOT NULL AND closed_at IS NULL"),
        postgresql_where=sa.text("claimed_by IS NOT NULL AND closed_at IS NULL"),
    )
    op.create_index(
        "ix_visits_queue",
        "visits",
        ["jurisdiction_id", "role", "due_on", "opened_at", "id"],
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_index("ix_visits_step", "visits", ["jurisdiction_id", "step", "closed_at", "opened_at"])


def _create_clock_pauses() -> None:
    op.create_table(
        "clock_pauses",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column(
            "jurisdiction_id",
            sa.String(length=32),
            nullable=False,
            comment="copied from the application, whose row holds the reference",
        ),
        sa.Column("clock_id", sa.String(length=32), nullable=False),
        sa.Column("paused_on", sa.Date(), nullable=False),
        sa.Column("resumed_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["clock_id"], ["clocks.id"], name=op.f("fk_clock_pauses_clock_id_clocks")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clock_pauses")),
    )
    op.create_index("ix_clock_pauses_clock", "clock_pauses", ["clock_id"])

"""Projects of several applications, the gates between them, and roles lent to colleagues."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_PROJECT_KEY = "fk_permit_applications_project_id_projects"
_WAITING = sa.text("woken_at IS NULL")
_LIVE = sa.text("ended_at IS NULL")


def upgrade() -> None:
    """Create the tables and the columns that refer to them."""
    _create_projects()
    # Written out, because only so can SQLite add a column that refers to another table without building it anew.
    op.execute(
        "ALTER TABLE permit_applications ADD COLUMN project_id VARCHAR(32)"
        f" CONSTRAINT {_PROJECT_KEY} REFERENCES projects (id)"
    )
    op.add_column("permit_applications", sa.Column("reopened_at", sa.BigInteger(), nullable=True))
    op.create_index(
        "ix_permit_applications_project", "permit_applications", ["project_id", "workflow", "outcome"]
    )
    op.add_column("permits", sa.Column("revision", sa.Integer(), server_default="0", nullable=False))
    _create_gate_wakes()
    _create_delegations()


def downgrade() -> None:
    """Drop them, the dependent ones first."""
    op.drop_table("delegations")
    op.drop_table("gate_wakes")
    op.drop_column("permits", "revision")
    op.drop_index("ix_permit_applications_project", "permit_applications")
    op.drop_column("permit_applications", "reopened_at")
    op.execute("ALTER TABLE permit_applications DROP COLUMN project_id")
    op.drop_table("projects")


def _create_projects() -> None:
    op.create_table(
        "projects",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("company_id", sa.String(length=32), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("created_by", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["companies.id"], name=op.f("fk_projects_company_id_companies")
        ),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_projects_created_by_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_projects")),
    )
    op.create_index("ix_projects_company", "projects", ["company_id", "created_at"])


def _create_gate_wakes() -> None:
    op.create_table(
        "gate_wakes",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column(
            "jurisdiction_id",
            sa.String(length=32),
            nullable=False,
            comment="copied from the application, whose row holds the reference",
        ),
        sa.Column("application_id", sa.String(length=32), nullable=False),
        sa.Column("predecessor_id", sa.String(length=32), nullable=False),
        sa.Column("legal_on", sa.Date(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("woken_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["permit_applications.id"],
            name=op.f("fk_gate_wakes_application_id_permit_applications"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gate_wakes")),
    )
    op.create_index(
        "ix_gate_wakes_waiting",
        "gate_wakes",
        ["created_at", "id"],
        sqlite_where=_WAITING,
        postgresql_where=_WAITING,
    )


def _create_delegations() -> None:
    op.create_table(
        "delegations",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("jurisdiction_id", sa.String(length=32), nullable=False),
        sa.Column("from_user", sa.String(length=32), nullable=False),
        sa.Column("to_user", sa.String(length=32), nullable=False),
        sa.Column("role", sa.String(length=64), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("created_by", sa.String(length=32), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_by", sa.String(length=32), nullable=True),
        sa.CheckConstraint("from_on <= until_on", name=op.f("ck_delegations_days_in_order")),
        sa.CheckConstraint("from_user <> to_user", name=op.f("ck_delegations_to_somebody_else")),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id"],
            ["jurisdictions.id"],
            name=op.f("fk_delegations_jurisdiction_id_jurisdictions"),
        ),
        sa.ForeignKeyConstraint(["from_user"], ["users.id"], name=op.f("fk_delegations_from_user_users")),
        sa.ForeignKeyConstraint(["to_user"], ["users.id"], name=op.f("fk_delegations_to_user_users")),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_delegations_created_by_users")),
        sa.ForeignKeyConstraint(["ended_by"], ["users.id"], name=op.f("fk_delegations_ended_by_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delegations")),
    )
    op.create_index(
        "uq_delegations_live",
        "delegations",
        ["to_user", "jurisdiction_id", "role", "from_user"],
        unique=True,
        sqlite_where=_LIVE,
        postgresql_where=_LIVE,
    )
    op.create_index("ix_delegations_city", "delegations", ["jurisdiction_id", "created_at"])

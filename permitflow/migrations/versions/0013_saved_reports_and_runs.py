"""Saved and scheduled reports, work too long for a request, and mails that belong to no file."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_WAITING = sa.text("finished_at IS NULL")
_SCHEDULED = sa.text("next_at IS NOT NULL")
_DIGEST = sa.text("page = 'digest'")


def upgrade() -> None:
    """Create the tables and let mails stand without a file."""
    _create_saved_reports()
    _create_report_receivers()
    _create_report_runs()
    with op.batch_alter_table("mails") as mails:
        mails.alter_column("outbox_id", existing_type=sa.String(length=32), nullable=True)
        mails.alter_column("application_id", existing_type=sa.String(length=32), nullable=True)
        mails.add_column(
            sa.Column(
                "html", sa.Text(), nullable=True, comment="the same as a page; none for mails of text alone"
            )
        )


def downgrade() -> None:
    """Drop them; mails without a file go with the reports they brought."""
    op.execute("DELETE FROM mails WHERE outbox_id IS NULL")
    with op.batch_alter_table("mails") as mails:
        mails.drop_column("html")
        mails.alter_column("application_id", existing_type=sa.String(length=32), nullable=False)
        mails.alter_column("outbox_id", existing_type=sa.String(length=32), nullable=False)
    for table in ("report_runs", "report_receivers", "saved_reports"):
        op.drop_table(table)


def _create_saved_reports() -> None:
    op.create_table(
        "saved_reports",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("jurisdiction_id", sa.String(length=32), nullable=False),
        sa.Column("owner_id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("page", sa.String(length=64), nullable=False),
        sa.Column("query", sa.JSON(), nullable=False, comment="the words of the address, without the city"),
        sa.Column(
            "last_days",
            sa.Integer(),
            nullable=True,
            comment="a period that moves along; none keeps the dates of the query",
        ),
        sa.Column("shared", sa.Boolean(), nullable=False, comment="seen by every manager of the city"),
        sa.Column("rhythm", sa.String(length=8), nullable=False, comment="weekly, monthly; empty for never"),
        sa.Column("day", sa.Integer(), nullable=True, comment="weekly 0 (Monday) to 6, monthly 1 to 31"),
        sa.Column("hour", sa.Integer(), nullable=True, comment="0 to 23, on the city's clock"),
        sa.Column("next_at", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id"],
            ["jurisdictions.id"],
            name=op.f("fk_saved_reports_jurisdiction_id_jurisdictions"),
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], name=op.f("fk_saved_reports_owner_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_reports")),
    )
    op.create_index("ix_saved_reports_city", "saved_reports", ["jurisdiction_id", "owner_id"])
    op.create_index(
        "ix_saved_reports_due",
        "saved_reports",
        ["next_at"],
        sqlite_where=_SCHEDULED,
        postgresql_where=_SCHEDULED,
    )
    op.create_index(
        "uq_saved_reports_digest",
        "saved_reports",
        ["jurisdiction_id", "owner_id"],
        unique=True,
        sqlite_where=_DIGEST,
        postgresql_where=_DIGEST,
    )


def _create_report_receivers() -> None:
    op.create_table(
        "report_receivers",
        sa.Column("saved_report_id", sa.String(length=32), nullable=False),
        sa.Column("user_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["saved_report_id"],
            ["saved_reports.id"],
            name=op.f("fk_report_receivers_saved_report_id_saved_reports"),
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_report_receivers_user_id_users")),
        sa.PrimaryKeyConstraint("saved_report_id", "user_id", name=op.f("pk_report_receivers")),
    )


def _create_report_runs() -> None:
    op.create_table(
        "report_runs",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("jurisdiction_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("question", sa.JSON(), nullable=False),
        sa.Column(
            "same",
            sa.String(length=64),
            nullable=True,
            comment="SHA-256 of the question and the state of the record; none when it failed",
        ),
        sa.Column("asked_by", sa.String(length=32), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=True),
        sa.Column("worker", sa.String(length=32), nullable=True),
        sa.Column("lease_until_at", sa.BigInteger(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False, comment="0 while nobody knows"),
        sa.Column("finished_at", sa.BigInteger(), nullable=True),
        sa.Column("result", sa.JSON(), nullable=True),
        sa.Column("failure", sa.Text(), nullable=False, comment="why there is no result; 'cancelled'"),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id"],
            ["jurisdictions.id"],
            name=op.f("fk_report_runs_jurisdiction_id_jurisdictions"),
        ),
        sa.ForeignKeyConstraint(["asked_by"], ["users.id"], name=op.f("fk_report_runs_asked_by_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_runs")),
        sa.UniqueConstraint("same", name=op.f("uq_report_runs_same")),
    )
    op.create_index("ix_report_runs_city", "report_runs", ["jurisdiction_id", "asked_at"])
    op.create_index(
        "ix_report_runs_waiting",
        "report_runs",
        ["asked_at"],
        sqlite_where=_WAITING,
        postgresql_where=_WAITING,
    )

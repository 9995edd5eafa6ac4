"""What becomes of clocks: warnings given, extensions, holds, remedies owed, and anomalies of the machine's time."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_UNANSWERED = sa.text("stopped_at IS NULL AND lapsed_at IS NULL")
_TO_WARN = sa.text("next_warning_on IS NOT NULL")
_RUNNING = sa.text("state = 'running'")
_HELD = sa.text("hold_id IS NOT NULL")
_LASTING = sa.text("finished_at IS NULL")


def upgrade() -> None:
    """Create the tables and what clocks and pauses need of them."""
    _create_holds()
    _create_clock_extensions()
    _create_clock_warnings()
    _create_refunds()
    _create_clock_anomalies()
    _extend_clocks()
    with op.batch_alter_table("clock_pauses") as pauses:
        pauses.add_column(sa.Column("hold_id", sa.String(length=32), nullable=True))
        pauses.create_foreign_key(op.f("fk_clock_pauses_hold_id_holds"), "holds", ["hold_id"], ["id"])
    op.create_index(
        "ix_clock_pauses_hold",
        "clock_pauses",
        ["hold_id", "clock_id"],
        unique=True,
        sqlite_where=_HELD,
        postgresql_where=_HELD,
    )


def downgrade() -> None:
    """Drop them, the dependent ones first."""
    op.drop_index("ix_clock_pauses_hold", table_name="clock_pauses")
    with op.batch_alter_table("clock_pauses") as pauses:
        pauses.drop_constraint(op.f("fk_clock_pauses_hold_id_holds"), type_="foreignkey")
        pauses.drop_column("hold_id")
    op.drop_index("ix_clocks_warning", table_name="clocks")
    op.drop_index("ix_clocks_due", table_name="clocks")
    op.drop_column("clocks", "next_warning_on")
    op.drop_column("clocks", "lapsed_at")
    op.create_index("ix_clocks_due", "clocks", ["due_on"], sqlite_where=_RUNNING, postgresql_where=_RUNNING)
    for table in ("clock_anomalies", "refunds", "clock_warnings", "clock_extensions", "holds"):
        op.drop_table(table)


def _extend_clocks() -> None:
    op.drop_index("ix_clocks_due", table_name="clocks")
    op.add_column(
        "clocks",
        sa.Column(
            "lapsed_at",
            sa.BigInteger(),
            nullable=True,
            comment="when its running out was dealt with, whatever came of it",
        ),
    )
    op.add_column(
        "clocks",
        sa.Column(
            "next_warning_on", sa.Date(), nullable=True, comment="none while paused or when all are given"
        ),
    )
    op.create_index(
        "ix_clocks_due", "clocks", ["due_on", "id"], sqlite_where=_UNANSWERED, postgresql_where=_UNANSWERED
    )
    op.create_index(
        "ix_clocks_warning",
        "clocks",
        ["next_warning_on", "id"],
        sqlite_where=_TO_WARN,
        postgresql_where=_TO_WARN,
    )


def _create_holds() -> None:
    op.create_table(
        "holds",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("jurisdiction_id", sa.String(length=32), nullable=False),
        sa.Column("application_id", sa.String(length=32), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("declared_at", sa.BigInteger(), nullable=False),
        sa.Column("declared_by", sa.String(length=32), nullable=True),
        sa.Column("released_on", sa.Date(), nullable=True),
        sa.Column("released_at", sa.BigInteger(), nullable=True),
        sa.Column("released_by", sa.String(length=32), nullable=True),
        sa.Column(
            "finished_at", sa.BigInteger(), nullable=True, comment="when every clock that it held ran again"
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id"], ["jurisdictions.id"], name=op.f("fk_holds_jurisdiction_id_jurisdictions")
        ),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["permit_applications.id"],
            name=op.f("fk_holds_application_id_permit_applications"),
        ),
        sa.ForeignKeyConstraint(["declared_by"], ["users.id"], name=op.f("fk_holds_declared_by_users")),
        sa.ForeignKeyConstraint(["released_by"], ["users.id"], name=op.f("fk_holds_released_by_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holds")),
    )
    op.create_index(
        "ix_holds_lasting", "holds", ["jurisdiction_id"], sqlite_where=_LASTING, postgresql_where=_LASTING
    )


def _create_clock_extensions() -> None:
    op.create_table(
        "clock_extensions",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column(
            "jurisdiction_id",
            sa.String(length=32),
            nullable=False,
            comment="copied from the application, whose row holds the reference",
        ),
        sa.Column("clock_id", sa.String(length=32), nullable=False),
        sa.Column("extended_on", sa.Date(), nullable=False),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.Column("event", sa.String(length=128), nullable=False, comment="the action, or lane.verb"),
        sa.ForeignKeyConstraint(
            ["clock_id"], ["clocks.id"], name=op.f("fk_clock_extensions_clock_id_clocks")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clock_extensions")),
    )
    op.create_index("ix_clock_extensions_clock", "clock_extensions", ["clock_id"])


def _create_clock_warnings() -> None:
    op.create_table(
        "clock_warnings",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column(
            "jurisdiction_id",
            sa.String(length=32),
            nullable=False,
            comment="copied from the application, whose row holds the reference",
        ),
        sa.Column("clock_id", sa.String(length=32), nullable=False),
        sa.Column("rung", sa.String(length=64), nullable=False, comment="e.g. percent:85:managers"),
        sa.Column("warned_on", sa.Date(), nullable=False),
        sa.Column("warned_at", sa.BigInteger(), nullable=False),
        sa.Column(
            "outbox_id", sa.String(length=32), nullable=True, comment="none when a later rung came with it"
        ),
        sa.ForeignKeyConstraint(["clock_id"], ["clocks.id"], name=op.f("fk_clock_warnings_clock_id_clocks")),
        sa.ForeignKeyConstraint(
            ["outbox_id"], ["outbox.id"], name=op.f("fk_clock_warnings_outbox_id_outbox")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clock_warnings")),
        sa.UniqueConstraint("clock_id", "rung", name=op.f("uq_clock_warnings_clock_id_rung")),
    )
    op.create_index("ix_clock_warnings_outbox", "clock_warnings", ["outbox_id"])


def _create_refunds() -> None:
    op.create_table(
        "refunds",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("jurisdiction_id", sa.String(length=32), nullable=False),
        sa.Column("application_id", sa.String(length=32), nullable=False),
        sa.Column("clock_id", sa.String(length=32), nullable=False),
        sa.Column("clock", sa.String(length=64), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False, comment="the arithmetic in words, with the citation"),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("settled_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id"], ["jurisdictions.id"], name=op.f("fk_refunds_jurisdiction_id_jurisdictions")
        ),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["permit_applications.id"],
            name=op.f("fk_refunds_application_id_permit_applications"),
        ),
        sa.ForeignKeyConstraint(["clock_id"], ["clocks.id"], name=op.f("fk_refunds_clock_id_clocks")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refunds")),
        sa.UniqueConstraint("clock_id", name=op.f("uq_refunds_clock_id")),
    )
    op.create_index("ix_refunds_application", "refunds", ["application_id"])


def _create_clock_anomalies() -> None:
    op.create_table(
        "clock_anomalies",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False, comment="regression, jump"),
        sa.Column("noticed_at", sa.BigInteger(), nullable=False),
        sa.Column("drift_us", sa.BigInteger(), nullable=False, comment="negative when the time went back"),
        sa.Column("seen_by", sa.String(length=64), nullable=False),
        sa.Column("jurisdiction_id", sa.String(length=32), nullable=True),
        sa.Column("application_id", sa.String(length=32), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clock_anomalies")),
    )
    op.create_index("ix_clock_anomalies_noticed", "clock_anomalies", ["noticed_at"])

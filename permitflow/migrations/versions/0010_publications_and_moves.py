"""Published versions with two pairs of eyes, and the moves of open files between versions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_SENTENCE = "a publication is append-only"
_APPEND_ONLY = ("publication_proposals", "publication_answers")
_TABLES = ("step_aliases", "moves", "move_plans", "publication_answers", "publication_proposals")


def upgrade() -> None:
    """Add the tables; publications refuse UPDATE and DELETE as the record does."""
    op.add_column(
        "jurisdiction_workflows",
        sa.Column(
            "version", sa.String(length=32), nullable=True, comment="for people; the hash is the identity"
        ),
    )
    op.add_column(
        "jurisdiction_workflows",
        sa.Column(
            "publication_id", sa.String(length=32), nullable=True, comment="the proposal that brought it"
        ),
    )
    _publications()
    _moves()
    op.create_index(
        "ix_publication_proposals_city",
        "publication_proposals",
        ["jurisdiction_id", "workflow", "proposed_at"],
        unique=False,
    )
    op.create_index(
        "ix_move_plans_city", "move_plans", ["jurisdiction_id", "workflow", "created_at"], unique=False
    )
    op.create_index(
        "uq_jurisdiction_workflows_publication", "jurisdiction_workflows", ["publication_id"], unique=True
    )
    for table in _APPEND_ONLY:
        _refuse_change(table)


def _publications() -> None:
    op.create_table(
        "publication_proposals",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("jurisdiction_id", sa.String(length=32), nullable=False),
        sa.Column("workflow", sa.String(length=64), nullable=False),
        sa.Column("definition_hash", sa.String(length=64), nullable=False),
        sa.Column("previous_hash", sa.String(length=64), nullable=True),
        sa.Column(
            "version",
            sa.String(length=32),
            nullable=False,
            comment="computed from the differences, never typed",
        ),
        sa.Column(
            "change_class",
            sa.String(length=16),
            nullable=False,
            comment="cosmetic, compatible, mapped, breaking, first, same",
        ),
        sa.Column(
            "effective_on", sa.Date(), nullable=False, comment="local date from which new files run under it"
        ),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("lint_ok", sa.Boolean(), nullable=False),
        sa.Column("scenarios_ok", sa.Boolean(), nullable=False),
        sa.Column("impact", sa.JSON(), nullable=False, comment="what open files would meet, as proposed"),
        sa.Column("proposed_by", sa.String(length=32), nullable=False),
        sa.Column("proposed_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["definition_hash"],
            ["definitions.hash"],
            name=op.f("fk_publication_proposals_definition_hash_definitions"),
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id"],
            ["jurisdictions.id"],
            name=op.f("fk_publication_proposals_jurisdiction_id_jurisdictions"),
        ),
        sa.ForeignKeyConstraint(
            ["previous_hash"],
            ["definitions.hash"],
            name=op.f("fk_publication_proposals_previous_hash_definitions"),
        ),
        sa.ForeignKeyConstraint(
            ["proposed_by"], ["users.id"], name=op.f("fk_publication_proposals_proposed_by_users")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publication_proposals")),
    )
    op.create_table(
        "publication_answers",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("jurisdiction_id", sa.String(length=32), nullable=False),
        sa.Column("proposal_id", sa.String(length=32), nullable=False),
        sa.Column("answer", sa.String(length=16), nullable=False, comment="approved or withdrawn"),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("lint_ok", sa.Boolean(), nullable=False),
        sa.Column("scenarios_ok", sa.Boolean(), nullable=False),
        sa.Column("given_by", sa.String(length=32), nullable=False),
        sa.Column("given_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["given_by"], ["users.id"], name=op.f("fk_publication_answers_given_by_users")
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id"],
            ["jurisdictions.id"],
            name=op.f("fk_publication_answers_jurisdiction_id_jurisdictions"),
        ),
        sa.ForeignKeyConstraint(
            ["proposal_id"],
            ["publication_proposals.id"],
            name=op.f("fk_publication_answers_proposal_id_publication_proposals"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publication_answers")),
        sa.UniqueConstraint("proposal_id", "answer", name=op.f("uq_publication_answers_proposal_id_answer")),
    )


def _moves() -> None:
    op.create_table(
        "move_plans",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("jurisdiction_id", sa.String(length=32), nullable=False),
        sa.Column("workflow", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False, comment="sha256 of body"),
        sa.Column("body", sa.Text(), nullable=False, comment="canonical JSON of the plan"),
        sa.Column("from_hash", sa.String(length=64), nullable=False),
        sa.Column("to_hash", sa.String(length=64), nullable=False),
        sa.Column("created_by", sa.String(length=32), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("approved_by", sa.String(length=32), nullable=True),
        sa.Column("approved_at", sa.BigInteger(), nullable=True),
        sa.Column("started_at", sa.BigInteger(), nullable=True),
        sa.Column("finished_at", sa.BigInteger(), nullable=True),
        sa.Column("stopped_at", sa.BigInteger(), nullable=True),
        sa.Column("stopped_why", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["approved_by"], ["users.id"], name=op.f("fk_move_plans_approved_by_users")),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_move_plans_created_by_users")),
        sa.ForeignKeyConstraint(
            ["from_hash"], ["definitions.hash"], name=op.f("fk_move_plans_from_hash_definitions")
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id"],
            ["jurisdictions.id"],
            name=op.f("fk_move_plans_jurisdiction_id_jurisdictions"),
        ),
        sa.ForeignKeyConstraint(
            ["to_hash"], ["definitions.hash"], name=op.f("fk_move_plans_to_hash_definitions")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_move_plans")),
    )
    op.create_table(
        "moves",
        sa.Column("plan_id", sa.String(length=32), nullable=False),
        sa.Column("application_id", sa.String(length=32), nullable=False),
        sa.Column(
            "jurisdiction_id",
            sa.String(length=32),
            nullable=False,
            comment="copied from the application, whose row holds the reference",
        ),
        sa.Column("result", sa.String(length=16), nullable=False, comment="moved, unmoved, failed, undone"),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=True, comment="the event that tells of it"),
        sa.Column("before", sa.JSON(), nullable=True, comment="the rows as they were, to undo it"),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("undone_at", sa.BigInteger(), nullable=True),
        sa.Column("undone_by", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["permit_applications.id"],
            name=op.f("fk_moves_application_id_permit_applications"),
        ),
        sa.ForeignKeyConstraint(["plan_id"], ["move_plans.id"], name=op.f("fk_moves_plan_id_move_plans")),
        sa.ForeignKeyConstraint(["undone_by"], ["users.id"], name=op.f("fk_moves_undone_by_users")),
        sa.PrimaryKeyConstraint("plan_id", "application_id", name=op.f("pk_moves")),
    )
    op.create_table(
        "step_aliases",
        sa.Column("jurisdiction_id", sa.String(length=32), nullable=False),
        sa.Column("workflow", sa.String(length=64), nullable=False),
        sa.Column("old_step", sa.String(length=64), nullable=False),
        sa.Column("new_step", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id"],
            ["jurisdictions.id"],
            name=op.f("fk_step_aliases_jurisdiction_id_jurisdictions"),
        ),
        sa.PrimaryKeyConstraint("jurisdiction_id", "workflow", "old_step", name=op.f("pk_step_aliases")),
    )


def _refuse_change(table: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{_SENTENCE}'); END"
            )
        return
    op.execute(
        f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )
    op.execute(
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )


def downgrade() -> None:
    """Remove the tables with their triggers."""
    for table in _TABLES:
        op.drop_table(table)
    op.drop_index("uq_jurisdiction_workflows_publication", "jurisdiction_workflows")
    op.drop_column("jurisdiction_workflows", "publication_id")
    op.drop_column("jurisdiction_workflows", "version")

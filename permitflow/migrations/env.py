"""Runs migrations on the database whose URL the caller put into the configuration."""

from __future__ import annotations

from alembic import context
from sqlalchemy import NullPool, create_engine

from permitflow import models  # noqa: F401  # The import fills the metadata with every table.
from permitflow.db import Base

with create_engine(context.config.attributes["url"], poolclass=NullPool).connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()

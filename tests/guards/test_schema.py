"""The migrations build exactly the tables that the models describe, and can be taken back."""

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import NullPool, create_engine, inspect

from permitflow.db import upgrade
from permitflow.models import PermitApplication
from tests.guards.source_tree import ROOT

METADATA = PermitApplication.metadata
MIGRATIONS = ROOT / "permitflow" / "migrations"


def test_the_migrated_database_equals_the_models(blank_database_url: str) -> None:
    upgrade(blank_database_url)
    engine = create_engine(blank_database_url, poolclass=NullPool)
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True}
        )
        differences = compare_metadata(context, METADATA)
    assert not differences


def test_migrating_twice_changes_nothing(blank_database_url: str) -> None:
    upgrade(blank_database_url)
    upgrade(blank_database_url)
    engine = create_engine(blank_database_url, poolclass=NullPool)
    with engine.connect() as connection:
        assert set(inspect(connection).get_table_names()) == {*METADATA.tables, "alembic_version"}


def test_every_migration_can_be_taken_back(blank_database_url: str) -> None:
    upgrade(blank_database_url)
    settings = Config()
    settings.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    settings.attributes["url"] = blank_database_url
    command.downgrade(settings, "base")
    engine = create_engine(blank_database_url, poolclass=NullPool)
    with engine.connect() as connection:
        assert set(inspect(connection).get_table_names()) <= {"alembic_version"}
    upgrade(blank_database_url)


def test_the_migrations_stand_in_one_line() -> None:
    settings = Config()
    settings.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    assert len(ScriptDirectory.from_config(settings).get_heads()) == 1


def test_every_name_in_the_database_is_short_enough_for_postgresql() -> None:
    names = [table.name for table in METADATA.tables.values()]
    for table in METADATA.tables.values():
        names += [str(item.name) for item in (*table.constraints, *table.indexes) if item.name]
    assert not [name for name in names if len(name) > 63]

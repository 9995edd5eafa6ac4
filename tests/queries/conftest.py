"""Rows for queries that need no history."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from permitflow.db import Database
from tests.rows import Rows, written


@pytest.fixture
def rows(database: Database) -> Iterator[Rows]:
    """Writes rows of any table; the test runs once on each kind of database."""
    with written(database) as rows:
        yield rows

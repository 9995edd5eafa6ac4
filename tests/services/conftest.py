"""The hall in which scenarios are played, and one who plays them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from permitflow.services.rehearsal import Rehearsal, rehearsal
from tests.services.playing import Player


@pytest.fixture(scope="session")
def rehearsal_hall() -> Iterator[Rehearsal]:
    """An empty database in memory for every scenario."""
    with rehearsal() as found:
        yield found


@pytest.fixture
def played(rehearsal_hall: Rehearsal, tmp_path: Path) -> Player:
    """Plays steps and tells what went wrong."""
    return Player(rehearsal_hall, tmp_path)

"""Every shipped workflow is rehearsed: all scenarios pass, and together they take every action."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from permitflow.services.rehearsal import Coverage, Rehearsal, rehearsal
from permitflow.services.repertoire import Piece, repertoire

FOUND = repertoire(Path(__file__).resolve().parents[2] / "workflows")


@pytest.fixture(scope="module")
def hall() -> Iterator[Rehearsal]:
    with rehearsal() as found:
        yield found


def test_every_file_can_be_read() -> None:
    assert FOUND.problems == ()
    assert len(FOUND.pieces) >= 4


@pytest.mark.parametrize("piece", FOUND.pieces, ids=lambda piece: piece.setting.loaded.definition.workflow)
def test_every_scenario_passes_and_every_action_is_taken(piece: Piece, hall: Rehearsal) -> None:
    seen = Coverage()
    for scenario in piece.scenarios:
        played = hall.play(piece.setting, scenario)
        assert played.message == ""
        seen.add(played.coverage)
    assert [name for name in piece.setting.loaded.definition.actions if name not in seen.actions] == []

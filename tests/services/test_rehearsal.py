"""Scenarios played by the real services: what goes wrong is named with its place and both sides."""

from pathlib import Path

import pytest

from permitflow.services.rehearsal import rehearsal
from tests.services.playing import Player


def test_a_scenario_that_holds(played: Player) -> None:
    found = played(
        "{do: submit, who: applicant}", "{expect: {phase: intake, can: {permit_technician: [accept]}}}"
    )
    assert found.ok
    assert found.message == ""
    assert dict(found.coverage.actions) == {"submit": 1}
    assert "signed" in found.coverage.passing


def test_nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("permitflow.services.rehearsal._MEMORY", tmp_path)
    monkeypatch.setattr("permitflow.services.rehearsal._ROOM_NEEDED", 0)
    with rehearsal():
        assert list(tmp_path.iterdir())
    assert list(tmp_path.iterdir()) == []

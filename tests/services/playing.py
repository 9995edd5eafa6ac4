"""Plays a few steps of a scenario on the shipped commercial workflow."""

from __future__ import annotations

from pathlib import Path

from permitflow.engine.loader import load_file
from permitflow.engine.scenario import load_scenario
from permitflow.services.rehearsal import Rehearsal, Rehearsed
from permitflow.services.repertoire import setting_of
from tests.factories import ROOT

COMMERCIAL = ROOT / "workflows" / "us-ca" / "commercial-ab970.yaml"
HEAD = 'scenario: Trial\nworkflow: us-ca-commercial-ab970\nstarts: "2026-03-02T09:00"\n'


class Player:
    """Plays a few steps on the shipped commercial workflow."""

    def __init__(self, hall: Rehearsal, folder: Path) -> None:
        self._hall, self._file = hall, folder / "trial.yaml"
        self._setting = setting_of(COMMERCIAL, load_file(COMMERCIAL))

    def __call__(self, *steps: str, head: str = "") -> Rehearsed:
        lines = "".join(f"  - {step}\n" for step in steps)
        self._file.write_text(f"{HEAD}{head}steps:\n{lines}", encoding="utf-8")
        return self._hall.play(self._setting, load_scenario(self._file))

"""Shipped scenarios played on a database that stays open, so that tests can look at what was written."""

from pathlib import Path

from permitflow.db import Database, upgrade
from permitflow.engine.loader import load_file
from permitflow.engine.scenario import load_scenario
from permitflow.services import rehearsal_stage, rehearsal_steps, repertoire
from permitflow.services.rehearsal_stage import Stage
from tests.workflows.packs import FOLDER


def played(tmp_path: Path, workflow: str, scenario: str) -> Stage:
    """Play one scenario of a pack to its end; `workflow` is the file below workflows/."""
    url = f"sqlite:///{tmp_path / 'played.sqlite3'}"
    upgrade(url)
    file = FOLDER / workflow
    loaded = load_scenario(file.parent / "scenarios" / scenario)
    stage = rehearsal_stage.build(
        Database(url, pool_size=2), repertoire.setting_of(file, load_file(file)), loaded
    )
    for step in loaded.scenario.steps:
        rehearsal_steps.play(stage, step)
    return stage

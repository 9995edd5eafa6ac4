"""The scenarios that a new version of a workflow has to pass before a city may use it."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

import config
from permitflow.engine.definition import LoadedDefinition
from permitflow.engine.errors import DefinitionError
from permitflow.engine.pack import FILE_NAME
from permitflow.engine.scenario import FOLDER, load_scenario
from permitflow.services.rehearsal import rehearsal
from permitflow.services.repertoire import setting_of

LIBRARY = config.ROOT / "workflows"


def scenarios_beside(file: Path, workflow: str) -> dict[str, str]:
    """Return the scenarios in the folder beside a workflow file that name it: file name -> text.

    Raises DefinitionError for one that cannot be read.
    """
    return {
        path.name: path.read_text(encoding="utf-8")
        for path in sorted((file.parent / FOLDER).glob("*.yaml"))
        if load_scenario(path).scenario.workflow == workflow
    }


def shipped_scenarios(workflow: str, pack: str) -> dict[str, str]:
    """Return the scenarios that a shipped pack has for a workflow; empty when it has none."""
    return scenarios_beside(LIBRARY / pack / FILE_NAME, workflow)


def rehearse(loaded: LoadedDefinition, scenarios: dict[str, str]) -> list[str]:
    """Play scenarios (file name -> text) under a definition; return a sentence for each that went wrong."""
    wrong = []
    with tempfile.TemporaryDirectory(prefix="scenarios-") as folder, rehearsal() as hall:
        home = LIBRARY / loaded.definition.pack
        beside = next((path for path in home.glob("*.yaml") if path.name != FILE_NAME), home / FILE_NAME)
        setting = replace(setting_of(beside, loaded), loaded=loaded)
        for name, text in scenarios.items():
            path = Path(folder) / Path(name).name
            path.write_text(text, encoding="utf-8")
            try:
                played = hall.play(setting, load_scenario(path))
            except DefinitionError as error:
                wrong.append(f"The scenario {name} cannot be read: {error}.")
                continue
            if not played.ok:
                wrong.append(
                    f"The scenario “{played.name}” fails: {played.message.replace(folder + '/', '')}."
                )
    return wrong

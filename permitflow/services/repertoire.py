"""Which workflows lie below a folder, with the scenarios written for each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

from permitflow.engine import strict_yaml
from permitflow.engine.definition import LoadedDefinition
from permitflow.engine.errors import DefinitionError
from permitflow.engine.loader import load_file
from permitflow.engine.pack import FILE_NAME
from permitflow.engine.scenario import FOLDER, LoadedScenario, load_scenario
from permitflow.services.rehearsal_stage import Setting

_LIBRARY = "workflows"
Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class Piece:
    """One workflow ready to be rehearsed; `scenarios` in the order of their file names, `whole` when it is all of them."""

    setting: Setting
    scenarios: tuple[LoadedScenario, ...]
    whole: bool


@dataclass(frozen=True, slots=True)
class Repertoire:
    """What lies below a path: the workflows, and what is wrong with the files that could not be read."""

    pieces: tuple[Piece, ...]
    problems: tuple[str, ...]


def repertoire(path: Path) -> Repertoire:
    """Return the workflows at or below a path with their scenarios.

    A path may be a workflow file, a scenario file (then that scenario alone), or a folder. A scenario belongs to the
    workflow that it names, in the folder beside it. A file that does not load, and a scenario whose workflow is not
    there, is told among the problems; the others are not held up by it.
    """
    alone = path.is_file() and path.parent.name == FOLDER
    chosen = path.parent.parent if alone else path
    problems: list[str] = []
    scenarios = list(_tried(load_scenario, [path] if alone else _scenario_files(chosen), problems))
    named = {scenario.scenario.workflow for scenario in scenarios}
    found = []
    for file, setting in _tried(_set, workflow_files(chosen), problems):
        workflow = setting.loaded.definition.workflow
        own = tuple(each for each in scenarios if _belongs(each, file, workflow))
        if workflow in named or not alone:
            found.append(Piece(setting, own, not alone))
    if not path.is_file():
        problems += _strays(scenarios, found)
    return Repertoire(tuple(found), tuple(problems))


def _tried(load: Callable[[Path], Made], files: Iterable[Path], problems: list[str]) -> Iterator[Made]:
    for file in files:
        try:
            yield load(file)
        except DefinitionError as error:
            problems.append(str(error))


@lru_cache(maxsize=256)
def _loaded(file: Path, _changed_at: int) -> LoadedDefinition:
    """Read a workflow once, however many others speak of it."""
    return load_file(file)


def _set(file: Path) -> tuple[Path, Setting]:
    return file, setting_of(file, _loaded(file, file.stat().st_mtime_ns))


def workflow_files(path: Path) -> list[Path]:
    """Return the workflow files at or below a path in the order of their names; what only says that it is one counts."""
    if path.is_file():
        return [path]
    return [file for file in sorted(path.rglob("*.yaml")) if _is_workflow(file)]


def setting_of(file: Path, loaded: LoadedDefinition) -> Setting:
    """Return where a workflow of a file plays: the country and state of its pack, and the workflows it speaks of."""
    spec = loaded.definition
    named = {name for action in spec.actions.values() for name in action.opens}
    named.update(name for gate in spec.gates.values() for name in gate.workflows)
    others = {one.definition.workflow: one for one in _others(file, named - {spec.workflow})}
    pack = file.parent / FILE_NAME
    place = strict_yaml.read(strict_yaml.read_text(pack), str(pack)).value if pack.is_file() else {}
    known = place if isinstance(place, dict) else {}
    subdivision = known.get("subdivision")
    return Setting(
        loaded,
        others,
        file.parent.name[:64],
        str(known.get("country", "US")),
        str(subdivision) if subdivision else None,
    )


def _scenario_files(path: Path) -> list[Path]:
    if path.is_file():
        return sorted((path.parent / FOLDER).glob("*.yaml"))
    return sorted(file for file in path.rglob(f"{FOLDER}/*.yaml"))


def _belongs(scenario: LoadedScenario, file: Path, workflow: str) -> bool:
    return scenario.scenario.workflow == workflow and Path(scenario.file).parent.parent == file.parent


def _strays(scenarios: Iterable[LoadedScenario], found: Iterable[Piece]) -> Iterator[str]:
    played = {scenario.file for piece in found for scenario in piece.scenarios}
    for scenario in scenarios:
        if scenario.file not in played:
            line = scenario.lines.get("workflow", 1)
            named = scenario.scenario.workflow
            yield f"{scenario.file}:{line}: there is no workflow '{named}' in the folder beside the scenarios"


def _others(file: Path, named: set[str]) -> Iterator[LoadedDefinition]:
    """Yield the named workflows, from the folder of the file or from the library around it."""
    if not named:
        return
    library = next((folder for folder in file.resolve().parents if folder.name == _LIBRARY), file.parent)
    for other in workflow_files(library):
        if other != file and _says(other, "workflow") in named:
            yield _loaded(other, other.stat().st_mtime_ns)


def _is_workflow(file: Path) -> bool:
    if file.name == FILE_NAME or file.parent.name == FOLDER:
        return False
    return _says(file, "workflow") != "" or _says(file, "extends") != ""


def _says(file: Path, key: str) -> str:
    """Return the value of a key at the top of a YAML file, read as text: the rest may be wrong."""
    for line in strict_yaml.read_text(file).splitlines():
        if line.startswith(f"{key}:"):
            return line.partition(":")[2].strip().strip("\"'")
    return ""

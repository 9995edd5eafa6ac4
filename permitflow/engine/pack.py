"""A pack: the workflows that a kind of city starts from, and whose public holidays it keeps."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import Field, StringConstraints, ValidationError

from permitflow.engine import strict_yaml
from permitflow.engine.definition import GateDef, LoadedDefinition
from permitflow.engine.errors import DefinitionError, Problem
from permitflow.engine.findings import Finding
from permitflow.engine.lint import problem_of
from permitflow.engine.loader import load_checked
from permitflow.engine.parts import Part, Slug, Text
from permitflow.engine.wording import problems_of

FILE_NAME = "pack.yaml"

FileName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]*\.yaml$")]


class PackDef(Part):
    """What a pack.yaml says; country and subdivision choose the public holidays (ISO 3166)."""

    pack: Slug
    title: Text
    country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
    subdivision: Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{1,3}$")] | None = None
    summary: Text
    workflows: Annotated[tuple[FileName, ...], Field(min_length=1)]


@dataclass(frozen=True, slots=True)
class Pack:
    """A pack with its workflows, each loaded and free of lint errors."""

    spec: PackDef
    workflows: tuple[LoadedDefinition, ...]


def load_pack(folder: Path) -> Pack:
    """Read a pack's folder: its pack.yaml and the workflow files named there, in that order.

    Raises DefinitionError when a file is missing or wrong, or when a workflow names another pack or a project type
    that an earlier workflow of the pack already serves.
    """
    path = folder / FILE_NAME
    document = strict_yaml.read(strict_yaml.read_text(path), str(path))
    try:
        spec = PackDef.model_validate_json(json.dumps(document.value))
    except ValidationError as error:
        problems = problems_of(error, PackDef, "the pack", str(path), document.lines)
        raise DefinitionError(str(path), problems[0].line, problems[0].message, problems) from error
    workflows = tuple(load_checked(folder / name) for name in spec.workflows)
    problems = _quarrels(spec, workflows)
    if problems:
        raise DefinitionError(problems[0].file, problems[0].line, problems[0].message, problems)
    return Pack(spec, workflows)


def unknown_gates(packs: Sequence[Pack]) -> tuple[Problem, ...]:
    """Return a warning for each gate none of whose workflows is in one of the packs.

    The application that must come first may be another city's, so that its workflow may be installed elsewhere.
    """
    loaded = [workflow for pack in packs for workflow in pack.workflows]
    known = {workflow.definition.workflow for workflow in loaded}
    return tuple(
        problem_of(workflow, Finding("L167", f"gates.{name}.workflows", _unknown_gate(name, gate)))
        for workflow in loaded
        for name, gate in workflow.definition.gates.items()
        if known.isdisjoint(gate.workflows)
    )


def _unknown_gate(name: str, gate: GateDef) -> str:
    return f"the gate '{name}' waits for {' or '.join(gate.workflows)}, which no pack here has"


def _quarrels(spec: PackDef, workflows: tuple[LoadedDefinition, ...]) -> tuple[Problem, ...]:
    problems: list[Problem] = []
    served: dict[str, str] = {}
    for loaded in workflows:
        definition = loaded.definition
        if definition.pack != spec.pack:
            message = f"the workflow belongs to the pack '{definition.pack}', not to '{spec.pack}'"
            problems.append(Problem("L004", "error", loaded.file, loaded.line("pack"), message))
        for kind in definition.project_types:
            if kind in served:
                message = f"the project type '{kind}' is already served by '{served[kind]}'"
                line = loaded.line("project_types")
                problems.append(Problem("L004", "error", loaded.file, line, message))
            served[kind] = definition.workflow
        problems += _unknown_drafts(loaded, {other.definition.workflow for other in workflows})
    return tuple(problems)


def _unknown_drafts(loaded: LoadedDefinition, known: set[str]) -> Iterator[Problem]:
    """A step opens drafts in its own city, so it can only open workflows of its own pack."""
    for name, action in loaded.definition.actions.items():
        for place, workflow in enumerate(action.opens):
            if workflow not in known:
                message = f"the action '{name}' opens '{workflow}', which is no workflow of this pack"
                yield problem_of(loaded, Finding("L166", f"actions.{name}.opens.{place}", message))

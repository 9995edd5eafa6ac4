"""A pack: the workflows that a kind of city starts from, and whose public holidays it keeps."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import Field, StringConstraints, ValidationError

from permitflow.engine import strict_yaml
from permitflow.engine.definition import LoadedDefinition, Part, Slug, Text
from permitflow.engine.errors import DefinitionError, Problem
from permitflow.engine.loader import load_checked, read_text
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
    document = strict_yaml.read(read_text(path), str(path))
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
    return tuple(problems)

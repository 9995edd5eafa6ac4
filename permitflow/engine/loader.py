"""From a workflow file to a definition: strict reading, canonical form, identity by hash."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from pydantic import ValidationError

from permitflow.engine import overlay, strict_yaml
from permitflow.engine.definition import ANY_OPEN, Definition, LoadedDefinition
from permitflow.engine.errors import DefinitionError, Problem
from permitflow.engine.lint import lint
from permitflow.engine.wording import problems_of


def load_text(text: str, file: str, path: Path | None = None) -> LoadedDefinition:
    """Read the text of one workflow file.

    `file` is the name used in messages; `path` is the place among the packs at which an overlay finds its base. The
    identity is the SHA-256 of the canonical JSON of what was written, not of the defaults, so that a later version
    of this software finds the same hash; an overlay's is that of the merged result.
    Raises DefinitionError: `str(error)` is the first problem with file and line, `error.problems` all of them.
    """
    return _load(text, file, path, () if path is None else (path.resolve(),))


def load_file(path: Path) -> LoadedDefinition:
    """Read one workflow file without linting it. Raises DefinitionError, also when it cannot be opened."""
    return load_text(strict_yaml.read_text(path), str(path), path)


def _load(text: str, file: str, path: Path | None, below: tuple[Path, ...]) -> LoadedDefinition:
    document = strict_yaml.read(text, file)
    if not overlay.is_overlay(document.value):
        return _loaded(document.value, file, document.lines)
    beneath = overlay.base_of(document, file, path, below)
    base = _load(strict_yaml.read_text(beneath), str(beneath), beneath, (*below, beneath.resolve()))
    merged = overlay.merge(base, document, json.loads(base.body), file)
    lines, files = overlay.places(base, document, merged)
    return replace(_loaded(merged, file, lines, files), base=base)


def _loaded(
    value: object, file: str, lines: Mapping[str, int], files: Mapping[str, str] = MappingProxyType({})
) -> LoadedDefinition:
    body = _canonical(value, file)
    try:
        definition = from_body(body)
    except ValidationError as error:
        problems = problems_of(error, Definition, "the workflow", file, lines, files)
        first = problems[0]
        raise DefinitionError(first.file, first.line, first.message, problems) from error
    digest = hashlib.sha256(body.encode()).hexdigest()
    return LoadedDefinition(definition, digest, body, file, lines, files)


def load_checked(path: Path) -> LoadedDefinition:
    """Read one workflow file for running applications: lint errors are refused too, warnings are not.

    Raises DefinitionError with every problem.
    """
    loaded = load_file(path)
    errors = [problem for problem in lint(loaded) if problem.severity == "error"]
    if errors:
        raise DefinitionError(errors[0].file, errors[0].line, errors[0].message, errors)
    return loaded


def check_file(path: Path) -> tuple[Problem, ...]:
    """Return everything that is wrong with a workflow file, whether it can be read or not."""
    try:
        return lint(load_file(path))
    except DefinitionError as error:
        return error.problems


@lru_cache(maxsize=128)
def from_body(body: str) -> Definition:
    """Return the definition that a stored canonical JSON text says. Raises pydantic's ValidationError."""
    return Definition.model_validate_json(_every_source_named(body) if ANY_OPEN in body else body)


def _every_source_named(body: str) -> str:
    """Return a definition's JSON in which `from: [any_open]` names every phase that is not final."""
    raw = json.loads(body)
    phases, actions = raw.get("phases"), raw.get("actions")
    if not isinstance(phases, dict) or not isinstance(actions, dict):
        return body
    open_phases = [
        name for name, phase in phases.items() if isinstance(phase, dict) and not phase.get("final", False)
    ]
    for action in actions.values():
        sources = action.get("from") if isinstance(action, dict) else None
        if isinstance(sources, list) and ANY_OPEN in sources:
            # The phase that the action leads to is left out: from there it would lead nowhere.
            every = [name for name in open_phases if name != action.get("to")]
            action["from"] = every + [name for name in sources if name not in (ANY_OPEN, *every)]
    return json.dumps(raw)


def _canonical(value: object, file: str) -> str:
    """Return the one JSON text of a value: no blanks, UTF-8, and the keys in the order of the file.

    The order is part of the identity because it is part of what people see: phases, documents and buttons are
    shown in it.
    """
    body = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    try:
        body.encode()
    except UnicodeEncodeError as error:
        raise DefinitionError(file, None, "the file holds half a character (a lone surrogate)") from error
    return body

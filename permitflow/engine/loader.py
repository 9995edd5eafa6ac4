"""From a workflow file to a definition: strict reading, canonical form, identity by hash."""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache
from pathlib import Path

from pydantic import ValidationError

from permitflow.engine import strict_yaml
from permitflow.engine.definition import Definition, LoadedDefinition
from permitflow.engine.errors import DefinitionError, Problem
from permitflow.engine.lint import lint
from permitflow.engine.wording import problems_of


def load_text(text: str, file: str) -> LoadedDefinition:
    """Read the text of one workflow file.

    `file` is the name used in messages. The identity is the SHA-256 of the canonical JSON of what was written, not of
    the defaults, so that a later version of this software finds the same hash.
    Raises DefinitionError: `str(error)` is the first problem with file and line, `error.problems` all of them.
    """
    document = strict_yaml.read(text, file)
    body = _canonical(document.value, file)
    try:
        definition = from_body(body)
    except ValidationError as error:
        problems = problems_of(error, Definition, "the workflow", file, document.lines)
        raise DefinitionError(file, problems[0].line, problems[0].message, problems) from error
    digest = hashlib.sha256(body.encode()).hexdigest()
    return LoadedDefinition(definition, digest, body, file, document.lines)


def load_file(path: Path) -> LoadedDefinition:
    """Read one workflow file without linting it. Raises DefinitionError, also when it cannot be opened."""
    return load_text(read_text(path), str(path))


def load_checked(path: Path) -> LoadedDefinition:
    """Read one workflow file for running applications: lint errors are refused too, warnings are not.

    Raises DefinitionError with every problem.
    """
    loaded = load_file(path)
    errors = [problem for problem in lint(loaded) if problem.severity == "error"]
    if errors:
        raise DefinitionError(loaded.file, errors[0].line, errors[0].message, errors)
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
    return Definition.model_validate_json(body)


def read_text(path: Path) -> str:
    """Return the text of a file. Raises DefinitionError when it is missing, too large or not UTF-8."""
    try:
        with path.open("rb") as file:
            raw = file.read(strict_yaml.MAX_BYTES + 1)
    except OSError as error:
        raise DefinitionError(str(path), None, f"the file cannot be opened: {error.strerror}") from error
    return strict_yaml.decode(raw, str(path))


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

"""Sentences for what a data model refuses: which key, where, and what was probably meant."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from permitflow.engine.errors import Problem

_KINDS = {
    "bool_type": "true or false",
    "int_type": "a whole number",
    "string_type": "text",
    "tuple_type": "a list",
    "dict_type": "a block of named entries",
    "model_type": "a block of named entries",
    "date_type": "a date such as 2026-01-31",
    "date_from_datetime_parsing": "a date such as 2026-01-31",
    "date_from_datetime_inexact": "a date such as 2026-01-31",
    "date_parsing": "a date such as 2026-01-31",
}


def problems_of(
    error: ValidationError,
    model: type[BaseModel],
    whole: str,
    file: str,
    lines: Mapping[str, int],
    files: Mapping[str, str] = MappingProxyType({}),
) -> tuple[Problem, ...]:
    """Return the problems of a failed validation by line, missing keys last: most are an unknown key's other half.

    `model` is what the file should be and `whole` what a person calls it; `lines` maps dotted paths to lines, and
    `files` those of them that stand in another file than `file`.
    """
    problems = []
    for detail in error.errors(include_url=False, include_context=True):
        path = [str(part) for part in detail["loc"] if part != "[key]"]
        check, message = _sentence(detail, path, model, whole)
        place = _known(path, lines)
        line = lines[place] if place else min(lines.values(), default=None)
        problems.append(Problem(check, "error", files.get(place, file), line, message))
    return tuple(sorted(problems, key=lambda problem: (problem.id == "L003", problem.line or 0)))


def _known(path: list[str], lines: Mapping[str, int]) -> str:
    """Return the longest part of a path that has a line, or nothing."""
    parts = (".".join(path[:end]) for end in range(len(path), 0, -1))
    return next((part for part in parts if part in lines), "")


def _sentence(detail: ErrorDetails, path: list[str], model: type[BaseModel], whole: str) -> tuple[str, str]:
    kind = detail["type"]
    place = ".".join(path) or whole
    inside = ".".join(path[:-1]) or whole
    if kind == "extra_forbidden":
        return "L002", f"unknown key '{path[-1]}' in {inside}{_meant(path[-1], _keys(model, path[:-1]))}"
    if kind == "missing":
        return "L003", f"'{path[-1]}' is missing in {inside}"
    return "L004", _wrong_value(detail, kind, place)


def _wrong_value(detail: ErrorDetails, kind: str, place: str) -> str:
    value = detail["input"]
    context: dict[str, Any] = detail.get("ctx", {})
    if kind == "string_type" and isinstance(value, (bool, int)):
        return f"{place} must be text: put {_shown(value)} in double quotes"
    if kind in _KINDS:
        return f"{place} must be {_KINDS[kind]}, not {_shown(value)}"
    if kind == "literal_error":
        expected = str(context["expected"])
        choices = [choice.strip(" '") for choice in expected.replace(" or ", ",").split(",")]
        return (
            f"{_shown(value)} is not allowed for {place}{_meant(str(value), choices)} (allowed: {expected})"
        )
    if kind == "string_pattern_mismatch":
        return (
            f"{_shown(value)} in {place} is not a valid name: "
            "use small letters, digits and underscores, starting with a letter"
        )
    if kind in ("too_short", "string_too_short"):
        return f"{place} must not be empty"
    return f"{place}: {detail['msg']}"


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "nothing"
    if isinstance(value, dict):
        return "a block of named entries"
    if isinstance(value, (list, tuple)):
        return "a list"
    return f"'{value}'" if len(str(value)) <= 60 else f"'{str(value)[:57]}...'"


def _meant(word: str, choices: list[str]) -> str:
    close = difflib.get_close_matches(word, choices, n=1, cutoff=0.6)
    return f"; did you mean '{close[0]}'?" if close else ""


def _keys(model: type[BaseModel], path: list[str]) -> list[str]:
    """Return the keys allowed at `path`, found by walking the annotations of the model."""
    current: Any = model
    for part in path:
        current = _step(current, part)
    return list(_fields(current))


def _step(current: Any, part: str) -> Any:
    arguments = get_args(current)
    if arguments:
        # A dictionary's values are its second argument, a list's items its first.
        return arguments[0] if part.isdigit() else arguments[-1]
    return _without_none(_fields(current)[part].annotation)


def _fields(model: type[BaseModel]) -> dict[str, FieldInfo]:
    return {field.alias or name: field for name, field in model.model_fields.items()}


def _without_none(annotation: Any) -> Any:
    kept = [part for part in get_args(annotation) if part is not type(None)]
    return kept[0] if len(kept) == 1 and type(None) in get_args(annotation) else annotation

"""The JSON Schema of a workflow file, for editors: what is allowed where, with the words of the data types."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from textwrap import dedent
from typing import Any

from permitflow.engine.definition import Definition
from permitflow.engine.parts import Part

Schema = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
FILE_NAME = "workflow.schema.json"
_REF = "#/$defs/"
_OVERLAY = "InOverlay"


def json_schema() -> Schema:
    """Return the JSON Schema (2020-12) of a workflow file, whether it stands alone or extends another one.

    In an overlay every key may be left out, and nothing (null) takes a key of the base away; lists are whole.
    """
    root = Definition.model_json_schema(by_alias=True, ref_template=f"{_REF}{{model}}")
    parts: dict[str, Schema] = root.pop("$defs")
    parts["Definition"] = root
    _close(parts)
    _describe(parts)
    overlays = {f"{name}{_OVERLAY}": _partial(part) for name, part in parts.items() if "properties" in part}
    whole = overlays[f"Definition{_OVERLAY}"]
    extends = {
        "type": "string",
        "description": "The file that this one extends, relative to it.",
        "pattern": r"\.yaml$",
    }
    whole["properties"] = {"extends": extends, **whole["properties"]}
    whole["properties"]["workflow"] = root["properties"]["workflow"]
    whole["required"] = ["extends", "workflow"]
    return {
        "$schema": DIALECT,
        "$id": FILE_NAME,
        "title": "PermitFlow workflow",
        "description": "Who may do what with a permit application, in which order, and by which day.",
        "type": "object",
        "if": {"required": ["extends"]},
        "then": {"$ref": f"{_REF}Definition{_OVERLAY}"},
        "else": {"$ref": f"{_REF}Definition"},
        "$defs": dict(sorted({**parts, **overlays}.items())),
    }


def _close(value: object) -> None:
    """Refuse the keys of named entries that are no ids, which the pattern alone would let pass."""
    inner = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []
    if isinstance(value, dict) and "patternProperties" in value:
        value["additionalProperties"] = False
    for part in inner:
        _close(part)


def _describe(parts: dict[str, Schema]) -> None:
    """Give each property the sentence that follows it in the source of its data type."""
    for kind in _kinds(Part):
        part = parts.get(kind.__name__)
        for name, sentence in _sentences(kind) if part is not None else ():
            field = kind.model_fields[name]
            assert part is not None
            part["properties"][field.alias or name]["description"] = sentence


def _kinds(kind: type[Part]) -> Iterator[type[Part]]:
    for below in kind.__subclasses__():
        yield below
        yield from _kinds(below)


def _sentences(kind: type[Part]) -> Iterator[tuple[str, str]]:
    (body,) = ast.parse(dedent(inspect.getsource(kind))).body
    assert isinstance(body, ast.ClassDef)
    for before, after in zip(body.body, body.body[1:], strict=False):
        if not isinstance(before, ast.AnnAssign) or not isinstance(before.target, ast.Name):
            continue
        if isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant):
            yield before.target.id, inspect.cleandoc(str(after.value.value))


def _partial(part: Schema) -> Schema:
    """Return the schema of a part of which an overlay says only what differs."""
    properties = {name: _or_nothing(value) for name, value in part["properties"].items()}
    kept = {key: value for key, value in part.items() if key not in ("required", "properties")}
    return {**kept, "properties": properties}


def _or_nothing(value: Schema) -> Schema:
    described: Schema = {key: value[key] for key in ("description", "title") if key in value}
    alternatives = value.get("anyOf", [value])
    laid_over = [_laid_over(one) for one in alternatives if one.get("type") != "null"]
    return {"anyOf": [*laid_over, {"type": "null"}], **described}


def _laid_over(value: Schema) -> Schema:
    """Blocks are merged, so that their parts are partial too; lists and single values replace what was there."""
    value = {key: inner for key, inner in value.items() if key not in ("default", "description", "title")}
    if "$ref" in value:
        return {**value, "$ref": f"{value['$ref']}{_OVERLAY}"}
    if "additionalProperties" in value and isinstance(value["additionalProperties"], dict):
        value["additionalProperties"] = _or_nothing(value["additionalProperties"])
    if "patternProperties" in value:
        value["patternProperties"] = {
            pattern: _or_nothing(inner) for pattern, inner in value["patternProperties"].items()
        }
    return value

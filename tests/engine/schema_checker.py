"""The part of JSON Schema 2020-12 that the schema of a workflow file uses, checked."""

import datetime
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

KINDS: Mapping[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "integer": (int,),
    "boolean": (bool,),
    "null": (type(None),),
}
SILENT = {
    "$schema",
    "$id",
    "$defs",
    "title",
    "description",
    "default",
    "then",
    "else",
    "additionalProperties",
}


def faults(
    root: Mapping[str, Any], schema: Mapping[str, Any], value: object, path: str = ""
) -> Iterator[str]:
    """Yield what does not fit; an unknown keyword is an error of the checker."""
    for keyword, wanted in schema.items():
        if keyword in SILENT:
            continue
        if keyword == "if":
            then = schema["then" if _fits(root, wanted, value) else "else"]
            yield from faults(root, then, value, path)
        elif keyword == "$ref":
            yield from faults(root, root["$defs"][wanted.removeprefix("#/$defs/")], value, path)
        elif keyword == "anyOf":
            yield from [] if any(_fits(root, one, value) for one in wanted) else [f"{path}: fits none"]
        elif keyword in ("properties", "patternProperties"):
            yield from _members(root, schema, value, path) if keyword == _first(schema) else ()
        elif keyword == "items":
            yield from _items(root, wanted, value, path)
        elif not _simple(keyword, wanted, value):
            yield f"{path}: {keyword} {wanted}"


def _fits(root: Mapping[str, Any], schema: Mapping[str, Any], value: object) -> bool:
    return next(faults(root, schema, value), None) is None


def _items(root: Mapping[str, Any], schema: Mapping[str, Any], value: object, path: str) -> Iterator[str]:
    for place, item in enumerate(value if isinstance(value, list) else []):
        yield from faults(root, schema, item, f"{path}.{place}")


def _first(schema: Mapping[str, Any]) -> str:
    return "properties" if "properties" in schema else "patternProperties"


def _members(root: Mapping[str, Any], schema: Mapping[str, Any], value: object, path: str) -> Iterator[str]:
    if not isinstance(value, dict):
        return
    named, patterns = schema.get("properties", {}), schema.get("patternProperties", {})
    for key, inner in value.items():
        fitting = (
            [named[key]] if key in named else [one for at, one in patterns.items() if re.search(at, key)]
        )
        if not fitting and schema.get("additionalProperties") is False:
            yield f"{path}.{key}: unknown"
        for one in fitting:
            yield from faults(root, one, inner, f"{path}.{key}")


def _simple(keyword: str, wanted: Any, value: Any) -> bool:
    """One keyword that looks at the value alone."""
    size = len(value) if isinstance(value, (str, list)) else 0
    number = value if isinstance(value, int) and not isinstance(value, bool) else None
    checks: dict[str, Callable[[], object]] = {
        "type": lambda: (
            isinstance(value, KINDS[wanted]) and (wanted == "boolean" or not isinstance(value, bool))
        ),
        "enum": lambda: value in wanted,
        "required": lambda: not isinstance(value, dict) or all(key in value for key in wanted),
        "pattern": lambda: not isinstance(value, str) or re.search(wanted, value) is not None,
        "minLength": lambda: not isinstance(value, str) or size >= wanted,
        "maxLength": lambda: not isinstance(value, str) or size <= wanted,
        "minItems": lambda: not isinstance(value, list) or size >= wanted,
        "maxItems": lambda: not isinstance(value, list) or size <= wanted,
        "minimum": lambda: number is None or number >= wanted,
        "maximum": lambda: number is None or number <= wanted,
        "exclusiveMinimum": lambda: number is None or number > wanted,
        "format": lambda: wanted == "date" and _is_date(value),
    }
    return bool(checks[keyword]())


def _is_date(value: str) -> bool:
    try:
        return bool(datetime.date.fromisoformat(value))
    except ValueError:
        return False

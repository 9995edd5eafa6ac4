"""A city's differences from a workflow of its state: a file that names what it extends and says only what differs."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import NoReturn

from permitflow.engine.definition import LoadedDefinition
from permitflow.engine.errors import DefinitionError, Problem
from permitflow.engine.strict_yaml import Document

KEY = "extends"
MAX_DEPTH = 5


def is_overlay(value: object) -> bool:
    """Return whether a file's content extends another file."""
    return isinstance(value, dict) and KEY in value


def base_of(document: Document, file: str, path: Path | None, below: tuple[Path, ...]) -> Path:
    """Return the path of the file that an overlay extends.

    `path` is where the overlay stands and `below` the resolved overlays that led to it, itself included. The base
    must stand in the same tree: the folder that holds the overlay's own pack folder.
    Raises DefinitionError when the name is not relative, leaves the tree, comes round again or goes too deep.
    """
    named = document.value[KEY] if isinstance(document.value, dict) else None
    line = document.lines.get(KEY)
    if path is None:
        _refuse(
            file, line, "an overlay is read from its place among the packs, so that its base can be found"
        )
    if not isinstance(named, str) or not _is_plain(named):
        _refuse(file, line, "'extends' must name a workflow file, such as ../us-ca/commercial-ab970.yaml")
    if PurePosixPath(named).is_absolute():
        _refuse(file, line, f"'{named}' must be a path relative to this file")
    if len(below) > MAX_DEPTH:
        _refuse(file, line, f"overlays stand on each other more than {MAX_DEPTH} deep")
    found = Path(os.path.normpath(path.parent / named))
    tree = path.resolve().parent.parent
    if not found.resolve().is_relative_to(tree):
        _refuse(file, line, f"'{named}' lies outside the folder of the packs")
    if found.resolve() in below:
        _refuse(file, line, f"'{named}' extends this file in turn")
    return found


def _is_plain(named: str) -> bool:
    """Return whether a name can be that of a workflow file: no operating system takes half characters or zero bytes."""
    return named.endswith(".yaml") and "\\" not in named and named.isprintable()


def merge(base: LoadedDefinition, document: Document, raw: object, file: str) -> dict[str, object]:
    """Return the content of an overlay laid over its base, whose content is `raw`.

    Blocks are merged key by key, lists and values replace what the base says, and `nothing` (null) takes a key away
    (RFC 7396). The keys of the base keep their order; new ones follow.
    Raises DefinitionError when the overlay has no name of its own.
    """
    overlay = document.value
    assert isinstance(overlay, dict)
    assert isinstance(raw, dict)
    own = overlay.get("workflow")
    if own is None or own == base.definition.workflow:
        line = document.lines.get("workflow", document.lines.get(KEY))
        _refuse(file, line, "an overlay needs a name of its own under 'workflow'")
    return _laid_over(raw, {key: value for key, value in overlay.items() if key != KEY})


def _laid_over(below: Mapping[str, object], above: Mapping[str, object]) -> dict[str, object]:
    merged = dict(below)
    for key, value in above.items():
        if value is None:
            merged.pop(key, None)
        elif isinstance(value, dict):
            under = merged.get(key)
            merged[key] = _laid_over(under if isinstance(under, dict) else {}, value)
        else:
            merged[key] = value
    return merged


def places(
    base: LoadedDefinition, document: Document, merged: Mapping[str, object]
) -> tuple[dict[str, int], dict[str, str]]:
    """Return the line of every path of the merged content, and the file of each path that the base wrote.

    What the overlay takes away keeps the line at which it says so.
    """
    lines, files = dict(document.lines), {}
    for path in _paths(merged, ""):
        if path not in lines and path in base.lines:
            files[path], lines[path] = base.files.get(path, base.file), base.lines[path]
    return lines, files


def _paths(value: object, path: str) -> Iterator[str]:
    if path:
        yield path
    inner: list[tuple[str, object]] = []
    if isinstance(value, dict):
        inner = list(value.items())
    elif isinstance(value, list):
        inner = [(str(place), item) for place, item in enumerate(value)]
    for name, item in inner:
        yield from _paths(item, f"{path}.{name}" if path else name)


def _refuse(file: str, line: int | None, message: str) -> NoReturn:
    raise DefinitionError(file, line, message, [Problem("L005", "error", file, line, message)])

"""What becomes of an application's data when it moves to another version: other names, and values for what is new."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from permitflow.engine.move_plan import FactMoves


def moved_facts(facts: Mapping[str, Any], moves: FactMoves) -> dict[str, Any]:
    """Return the application's facts under the new version: renamed fields, and defaults where none is known.

    Every value leaves its old name before one takes a new name, so that names may change places.
    """
    found: dict[str, Any] = json.loads(json.dumps(facts))
    renamed = {new: _taken_out(found, old.split(".")) for old, new in moves.renames.items()}
    for path, value in renamed.items():
        if value is not None:
            *groups, last = path.split(".")
            _group(found, groups)[last] = value
    for path, value in moves.defaults.items():
        *groups, last = path.split(".")
        group = _group(found, groups)
        if group.get(last) is None:
            group[last] = value
    return found


def _taken_out(facts: dict[str, Any], path: list[str]) -> Any:
    *groups, last = path
    found: Any = facts
    for group in groups:
        found = found.get(group) if isinstance(found, dict) else None
    return found.pop(last, None) if isinstance(found, dict) else None


def _group(facts: dict[str, Any], names: list[str]) -> dict[str, Any]:
    """Return the innermost group; where a single value stands in the way, it goes: no field is a value and a group."""
    for name in names:
        if not isinstance(facts.get(name), dict):
            facts[name] = {}
        facts = facts[name]
    return facts

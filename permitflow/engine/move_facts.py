"""What becomes of an application's data when it moves to another version: other names, and values for what is new."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from permitflow.engine.move_plan import FactMoves


def moved_facts(facts: Mapping[str, Any], moves: FactMoves) -> dict[str, Any]:
    """Return the application's facts under the new version: renamed fields, and defaults where none is known."""
    found: dict[str, Any] = json.loads(json.dumps(facts))
    for old, new in moves.renames.items():
        value = _taken_out(found, old.split("."))
        if value is not None:
            _put(found, new.split("."), value, replace_it=True)
    for path, value in moves.defaults.items():
        _put(found, path.split("."), value, replace_it=False)
    return found


def _taken_out(facts: dict[str, Any], path: list[str]) -> Any:
    *groups, last = path
    found: Any = facts
    for group in groups:
        found = found.get(group) if isinstance(found, dict) else None
    return found.pop(last, None) if isinstance(found, dict) else None


def _put(facts: dict[str, Any], path: list[str], value: Any, *, replace_it: bool) -> None:
    *groups, last = path
    for group in groups:
        facts = facts.setdefault(group, {})
    if replace_it or last not in facts:
        facts[last] = value

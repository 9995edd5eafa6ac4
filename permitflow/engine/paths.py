"""Where the actions of a workflow lead: the phases next to each phase, and all that can be reached from one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from permitflow.engine.definition import ActionDef


def reached(steps: Mapping[str, Iterable[str]], starts: Iterable[str]) -> set[str]:
    """Return everything that can be reached from `starts`, themselves included."""
    found, ahead = set[str](), list(starts)
    while ahead:
        here = ahead.pop()
        if here not in found:
            found.add(here)
            ahead.extend(steps.get(here, ()))
    return found


def steps(actions: Iterable[ActionDef], backwards: bool = False) -> dict[str, set[str]]:
    """Return the phases next to each phase: those its actions lead to, or backwards those that lead to it."""
    found: dict[str, set[str]] = {}
    for action in actions:
        for source in action.from_:
            target = action.target(source)
            start, end = (target, source) if backwards else (source, target)
            found.setdefault(start, set()).add(end)
    return found

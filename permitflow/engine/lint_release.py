"""Checks of a new version beside the old one and its scenarios: what was published keeps its meaning."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from permitflow.engine.definition import Definition
from permitflow.engine.findings import Finding


def changed_terms(old: Definition, new: Definition) -> tuple[Finding, ...]:
    """Return the ids that a published definition gave and that mean something else in the new one.

    Records, reports and moves of open files rely on ids. What means something else needs a new id, and a plan
    that maps the old one to it.
    """
    return (*_clocks(old, new), *_actions(old, new), *_phases(old, new), *_lanes(old, new))


def coverage_findings(definition: Definition, taken_actions: Collection[str]) -> tuple[Finding, ...]:
    """Return the actions that no scenario takes; `taken_actions` are those that some scenario took."""
    return tuple(
        Finding("L271", f"actions.{name}", f"no scenario takes the action '{name}'")
        for name in definition.actions
        if name not in taken_actions
    )


def _clocks(old: Definition, new: Definition) -> Iterator[Finding]:
    for name, clock in new.clocks.items():
        before = old.clocks.get(name)
        if before is None:
            continue
        for key in ("outcome", "holder", "level"):
            was, now = getattr(before, key), getattr(clock, key)
            if was != now:
                message = (
                    f"the published clock '{name}' had '{was}' under '{key}', now '{now}': give it a new id"
                )
                yield Finding("L270", f"clocks.{name}.{key}", message)
        if before.authority != clock.authority and before.title != clock.title:
            message = f"the published clock '{name}' rested on {before.authority}: give this one a new id"
            yield Finding("L270", f"clocks.{name}.authority", message)


def _actions(old: Definition, new: Definition) -> Iterator[Finding]:
    for name, action in new.actions.items():
        before = old.actions.get(name)
        if before is None:
            continue
        elsewhere = set(before.from_).isdisjoint(action.from_) and before.to != action.to
        if elsewhere and set(before.by).isdisjoint(action.by):
            message = (
                f"the published action '{name}' ({before.title}) was another step: give this one a new id"
            )
            yield Finding("L270", f"actions.{name}", message)


def _phases(old: Definition, new: Definition) -> Iterator[Finding]:
    for name, phase in new.phases.items():
        before = old.phases.get(name)
        if before is not None and before.outcome != phase.outcome:
            was, now = before.outcome or "undecided", phase.outcome or "undecided"
            message = f"the published phase '{name}' meant '{was}', now '{now}': give it a new id"
            yield Finding("L270", f"phases.{name}", message)


def _lanes(old: Definition, new: Definition) -> Iterator[Finding]:
    for name, lane in new.lanes.items():
        before = old.lanes.get(name)
        if before is not None and before.role != lane.role and before.title != lane.title:
            message = (
                f"the published review '{name}' ({before.title}) was another one: give this one a new id"
            )
            yield Finding("L270", f"lanes.{name}", message)

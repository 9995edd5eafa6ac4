"""Checks of a workflow file that can be read but might not be right: each with an id, a place and a sentence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from permitflow.engine import (
    lint_clocks,
    lint_duties,
    lint_flow,
    lint_law,
    lint_looser,
    lint_names,
    lint_state,
)
from permitflow.engine.definition import LoadedDefinition
from permitflow.engine.errors import Problem
from permitflow.engine.findings import CATALOGUE, Finding


def lint(loaded: LoadedDefinition, staff: Mapping[str, int] | None = None) -> tuple[Problem, ...]:
    """Return the problems of a definition, sorted by line.

    `staff` says how many members each staff role has in a city: given where a definition is to be published there.
    When a name or an expression is wrong, only such problems are returned: the checks of the flow would otherwise
    repeat them in other words.
    """
    findings = list(lint_names.check(loaded.definition))
    if not any(CATALOGUE[finding.id].severity == "error" for finding in findings):
        findings += _checks(loaded)
        findings += _publication(loaded, staff) if staff is not None else ()
    problems = [problem_of(loaded, finding) for finding in findings]
    return tuple(sorted(problems, key=lambda problem: (problem.file, problem.line or 0, problem.id)))


def _checks(loaded: LoadedDefinition) -> Iterator[Finding]:
    definition = loaded.definition
    yield from lint_flow.check(definition)
    yield from lint_duties.check(definition)
    yield from lint_law.check(definition)
    yield from lint_clocks.check(definition)
    yield from lint_state.check(definition)
    yield from lint_looser.check_laws(definition, loaded.file)
    if loaded.base is not None:
        yield from lint_looser.check(definition, loaded.base.definition)


def _publication(loaded: LoadedDefinition, staff: Mapping[str, int]) -> Iterator[Finding]:
    if loaded.definition.legacy:
        yield Finding("L272", "legacy", "a process marked as legacy is for comparison and is not published")
    yield from lint_duties.check_staff(loaded.definition, staff)


def problem_of(loaded: LoadedDefinition, finding: Finding) -> Problem:
    """Return a finding with its place; what is only a matter of policy does not bar a legacy definition."""
    check = CATALOGUE[finding.id]
    spared = loaded.definition.legacy and check.policy
    file, line = loaded.place(finding.path)
    return Problem(finding.id, "warning" if spared else check.severity, file, line, finding.message)

"""Checks of a workflow file that can be read but might not be right: each with an id, a place and a sentence."""

from __future__ import annotations

from permitflow.engine import lint_flow, lint_law, lint_names
from permitflow.engine.definition import LoadedDefinition
from permitflow.engine.errors import Problem
from permitflow.engine.findings import CATALOGUE, Finding


def lint(loaded: LoadedDefinition) -> tuple[Problem, ...]:
    """Return the problems of a definition, sorted by line.

    When a name or an expression is wrong, only such problems are returned: the checks of the flow would otherwise
    repeat them in other words.
    """
    definition = loaded.definition
    findings = list(lint_names.check(definition))
    if not any(CATALOGUE[finding.id].severity == "error" for finding in findings):
        findings += lint_flow.check(definition)
        findings += lint_law.check(definition)
    problems = [_problem(loaded, finding) for finding in findings]
    return tuple(sorted(problems, key=lambda problem: (problem.line or 0, problem.id)))


def _problem(loaded: LoadedDefinition, finding: Finding) -> Problem:
    severity = CATALOGUE[finding.id].severity
    return Problem(finding.id, severity, loaded.file, loaded.line(finding.path), finding.message)

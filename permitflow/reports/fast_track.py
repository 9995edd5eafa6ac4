"""The fast track of a city's workflows: the system's own steps that pass a file on, and why a file left them.

A phase whose `auto` has steps with clauses is a fast track; the step without clauses behind them hands the file to
people. The record of that handing over may name the clauses that were not met. Where it does not, they are judged
again by the facts of the file, as long as the applicant has not changed them since; the others are counted as not
known.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from permitflow.engine.conditions import fields_named, value_of
from permitflow.engine.definition import Definition
from permitflow.models import PermitApplication
from permitflow.reports.page import Ask
from permitflow.reports.scope import Workflows

MOST_JUDGED = 400
"""Files whose facts are judged again for one page; of more, so many are drawn by the random end of their ids."""
SUSPENDING = frozenset({"suspend_permit", "revoke_permit"})


@dataclass(frozen=True, slots=True)
class Track:
    """The steps of all workflows that belong to fast tracks; `audits` are staff steps open to drawn files only."""

    passing: frozenset[str]
    handing: frozenset[str]
    audits: frozenset[str]
    suspending: frozenset[str]
    drawn: Mapping[str, frozenset[int]]
    """Workflow -> the numbers from 0 to 99 that are drawn for the audit."""


@dataclass
class Reasons:
    """Why files left the fast track: clause -> files; `alone`: files that left for this clause only.

    `unchanged` of those left files that people then approved without asking for anything. `judged` files are in it,
    `unknown` ones are not: their facts changed since, or every clause holds today.
    """

    files: dict[str, set[str]] = field(default_factory=dict)
    alone: dict[str, set[str]] = field(default_factory=dict)
    unchanged: dict[str, set[str]] = field(default_factory=dict)
    judged: int = 0
    unknown: int = 0


def track_of(workflows: Workflows) -> Track:
    """Return the fast-track steps of every definition of a city."""
    passing, handing, audits, suspending = set[str](), set[str](), set[str](), set[str]()
    drawn: dict[str, frozenset[int]] = {}
    for definition in workflows.definitions.values():
        for fast, rest in _fast(definition):
            passing |= fast
            handing |= rest
        sampling = _sampling(definition)
        audits |= {name for name, spec in definition.actions.items() if sampling & {*spec.when}}
        suspending |= {name for name, spec in definition.actions.items() if SUSPENDING & {*spec.effects}}
        if sampling:
            drawn[definition.workflow] = _numbers(definition, sampling)
    return Track(frozenset(passing), frozenset(handing), frozenset(audits), frozenset(suspending), drawn)


def reasons(ask: Ask, left: Sequence[tuple[str, str, str, str, bool, bool]]) -> Reasons:
    """Return why files left the fast track.

    `left` has (application id, definition hash, the phase they left, the unmet clauses of the event, whether the facts
    are as they were, whether the file was approved unchanged).
    """
    found = Reasons()
    recorded = [one for one in left if one[3]]
    again = sorted((one for one in left if not one[3] and one[4]), key=lambda one: one[0][::-1])
    facts = _facts(ask, [one[0] for one in again[:MOST_JUDGED]])
    for id_, _, _, unmet, _, unchanged in recorded:
        _note(found, id_, unmet.split(), unchanged)
    for id_, hash_, phase, _, _, unchanged in again[:MOST_JUDGED]:
        definition = ask.workflows.definitions.get(hash_)
        _note(found, id_, _unmet(definition, phase, facts.get(id_, {})) if definition else [], unchanged)
    found.unknown += len(left) - len(recorded) - min(len(again), MOST_JUDGED)
    return found


def clause_title(workflows: Workflows, clause: str) -> str:
    """Return the message of a clause in the newest definition that knows it."""
    known = [one.clauses[clause].message for one in workflows.definitions.values() if clause in one.clauses]
    return known[-1] if known else clause


def _fast(definition: Definition) -> Iterator[tuple[frozenset[str], frozenset[str]]]:
    for phase in definition.phases.values():
        fast = frozenset(name for name in phase.auto if definition.actions[name].when)
        rest = frozenset(phase.auto) - fast
        if fast and rest:
            yield fast, rest


def _sampling(definition: Definition) -> set[str]:
    """The clauses that hold for drawn files only."""
    return {
        name
        for name, clause in definition.clauses.items()
        if "application.sample" in fields_named(clause.expression)
    }


def _numbers(definition: Definition, sampling: Iterable[str]) -> frozenset[int]:
    expressions = [definition.clauses[name].expression for name in sampling]
    return frozenset(
        number
        for number in range(100)
        if any(value_of(one, {"application": {"sample": number}}) is True for one in expressions)
    )


def _facts(ask: Ask, ids: Sequence[str]) -> Mapping[str, Mapping[str, Any]]:
    query = select(PermitApplication.id, PermitApplication.facts).where(PermitApplication.id.in_(ids))
    return {row.id: row.facts for row in ask.session.execute(query)}


def _unmet(definition: Definition, phase: str, facts: Mapping[str, Any]) -> list[str]:
    """The clauses of the first fast step that do not hold; those on things the applicant does not enter are left out."""
    spec = definition.phases.get(phase)
    fast = next((name for name in spec.auto if definition.actions[name].when), None) if spec else None
    if fast is None:
        return []
    unmet = []
    for name in definition.actions[fast].when:
        expression = definition.clauses[name].expression
        groups = {path.split(".")[0] for path in fields_named(expression)}
        if groups <= facts.keys() and value_of(expression, facts) is not True:
            unmet.append(name)
    return unmet


def _note(found: Reasons, id_: str, unmet: Sequence[str], unchanged: bool) -> None:
    if not unmet:
        found.unknown += 1
        return
    found.judged += 1
    for clause in unmet:
        found.files.setdefault(clause, set()).add(id_)
        if unchanged:
            found.unchanged.setdefault(clause, set()).add(id_)
    if len(unmet) == 1:
        found.alone.setdefault(unmet[0], set()).add(id_)

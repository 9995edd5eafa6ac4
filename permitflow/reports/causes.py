"""What holds a city's files up: the bottleneck finder's answer from the visits of its own files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy.orm import Session

from permitflow.analytics.finder import LEAST_VISITS, Finding, find_bottlenecks
from permitflow.analytics.visits import StepVisit, as_of
from permitflow.reports.flow import FileRow, VisitRow, load_files, load_visits
from permitflow.reports.scope import Scope, Workflows, workflows_of

MOST_VISITS = 50_000
"""The newest visits that are looked at, so that a page of a great city does not take long."""
FOREMOST = 3
"""The bottlenecks that are told in sentences; the table shows every one."""


class Record(Protocol):
    """What the finder is told: the manager's report, or only this part of it."""

    @property
    def scope(self) -> Scope: ...
    @property
    def workflows(self) -> Workflows: ...
    @property
    def files(self) -> Sequence[FileRow]: ...
    @property
    def visits(self) -> Sequence[VisitRow]: ...


@dataclass(frozen=True, slots=True)
class _Read:
    """The part of the report that is read for the finder alone."""

    scope: Scope
    workflows: Workflows
    files: Sequence[FileRow]
    visits: Sequence[VisitRow]


@dataclass(frozen=True, slots=True)
class HeldUp:
    """One bottleneck, with what the city calls its step."""

    title: str
    finding: Finding

    def say(self, translate: Callable[[str], str] = str) -> str:
        """Return where, why and what it would take, in three sentences."""
        return self.finding.told(translate(self.title), translate)

    def record(self) -> dict[str, object]:
        """Return the finding for programs, under the id of the step and with its title in the sentence."""
        return self.finding.record() | {"sentence": self.say()}


@dataclass(frozen=True, slots=True)
class Causes:
    """The bottlenecks, the greatest loss first; `most_at_a_step` is the most visits that any step had."""

    found: tuple[HeldUp, ...]
    most_at_a_step: int
    cut: bool

    @property
    def foremost(self) -> tuple[HeldUp, ...]:
        """Return the bottlenecks that are worth a sentence each."""
        return self.found[:FOREMOST]

    @property
    def enough(self) -> bool:
        """Say whether any step has so many visits that it could be judged."""
        return self.most_at_a_step >= LEAST_VISITS


def causes_of(record: Record, most: int = MOST_VISITS) -> Causes:
    """Return what held files up on their way to the decision, as it stood at the end of the period, or stands now.

    What a file does after its decision, such as waiting to be built and inspected, is no part of it.

    Args:
        record: the scope with its files, and their visits ordered by arrival.
        most: how many visits are looked at, the newest.
    """
    scope = record.scope
    until = min(scope.now, scope.end_at)
    decided = {file.id: file.decided_at for file in record.files}
    within = [visit for visit in record.visits if _counts(visit, decided, scope)]
    known = as_of(_told(within[-most:]), until)
    at_steps = Counter(visit.step for visit in known)
    found = find_bottlenecks(known, until)
    return Causes(
        tuple(HeldUp(record.workflows.step_title(one.step), one) for one in found),
        max(at_steps.values(), default=0),
        len(within) > most,
    )


def load_causes(session: Session, scope: Scope) -> Causes:
    """Read the files of a scope and their visits, by one statement each, and return what holds them up."""
    workflows = workflows_of(session, scope.city)
    visits = load_visits(session, scope, workflows)
    return causes_of(_Read(scope, workflows, load_files(session, scope), visits))


def _counts(visit: VisitRow, decided: Mapping[str, int | None], scope: Scope) -> bool:
    """Whether a visit began before its file's decision, and was open in the period or after."""
    if visit.application_id not in decided:
        return False
    if visit.closed_at is not None and visit.closed_at < scope.start_at:
        return False
    at = decided[visit.application_id]
    return at is None or visit.opened_at < at


def _told(visits: Sequence[VisitRow]) -> Iterator[StepVisit]:
    for visit in visits:
        yield StepVisit(
            visit.application_id,
            visit.step,
            visit.opened_at,
            visit.first_claimed_at,
            visit.closed_at,
            visit.claimed_by or visit.closed_by,
            visit.round,
            visit.party,
        )

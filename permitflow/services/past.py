"""What a file's own past, its clocks and its project say about it: read only when its definition asks."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, TypeVar

from permitflow.engine.lanes import OPEN_STATES
from permitflow.prepared import as_date
from permitflow.services import statements as sql

if TYPE_CHECKING:
    from permitflow.services.files import File

MIGRATED, UNDONE = "migrated", "move_undone"
"""The events of a file that moved to another version of its workflow, and of one that was brought back."""
V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Past:
    """How often each step was taken, and by whom: the person, and whoever they acted for.

    A step is an action, or a lane's as `lane.verb`.
    """

    taken: Mapping[str, int]
    done_by: Mapping[str, frozenset[str]]


class Later(Mapping[str, V]):
    """One part of a file's past, read when somebody first asks for it."""

    def __init__(self, file: File, part: str) -> None:
        self._file, self._part = file, part

    def _found(self) -> Mapping[str, V]:
        found: Mapping[str, V] = getattr(self._file.past(), self._part)
        return found

    def __getitem__(self, name: str) -> V:
        return self._found()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._found())

    def __len__(self) -> int:
        return len(self._found())


def read_past(file: File) -> Past:
    """Return the steps taken so far; notes, such as a claim or an upload, are none and carry no legal date."""
    file.channel.flush()
    (rows,) = file.channel.read((sql.READ_BODIES, {"application_id": file.id}))
    taken: Counter[str] = Counter()
    done_by: dict[str, set[str]] = defaultdict(set)
    for (text,) in rows:
        body: dict[str, Any] = json.loads(text)
        if body["legal_on"]:
            for step in _steps(body):
                taken[step] += 1
                done_by[step] |= {body["actor"], body["acting_for"]} - {""}
        elif body["action"] in (MIGRATED, UNDONE):
            taken, done_by = _renamed(taken, done_by, json.loads(body["data"]["renamed"]))
    return Past(taken, {step: frozenset(people) for step, people in done_by.items()})


def _steps(body: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what the definition calls an event: every answer that ends a review is also `lane.answered`."""
    lane, action = body["lane"], body["action"]
    if not lane:
        return (action,)
    return (f"{lane}.{action}",) if body["to"] in OPEN_STATES else (f"{lane}.{action}", f"{lane}.answered")


def _renamed(
    taken: Counter[str], done_by: dict[str, set[str]], names: Mapping[str, str]
) -> tuple[Counter[str], dict[str, set[str]]]:
    """Return what was done so far under the names of the version that the file moved to."""
    counted: Counter[str] = Counter()
    people: dict[str, set[str]] = defaultdict(set)
    for step, times in taken.items():
        lane, dot, verb = step.partition(".")
        now = names.get(lane + dot, lane + dot) + verb if dot else names.get(step, step)
        counted[now] += times
        people[now] |= done_by[step]
    return counted, people


def facts_of_past(file: File) -> dict[str, Any]:
    """Return the facts that the definition names about the file's past, its clocks and its project."""
    named, facts = file.machine.named, dict[str, Any]()
    if named.taken:
        taken = file.past().taken
        facts["taken"] = {action: taken.get(action, 0) for action in named.taken}
    if named.gates:
        facts["gates"] = _gates(file)
    if named.lapsed:
        facts["clocks"] = _lapses(file)
    return facts


def _gates(file: File) -> dict[str, bool]:
    """Return for each gate whether another application of the project has got so far, in whichever city."""
    project_id = file.columns["project_id"]
    rows: list[tuple[Any, ...]] = []
    if project_id is not None:
        values = {"project_id": project_id, "application_id": file.id}
        (rows,) = file.channel.read((sql.READ_DECIDED, values))
    decided = [(workflow, outcome) for id_, workflow, outcome in rows if id_ not in file.not_yet_decided]
    return {
        name: any(workflow in gate.workflows and outcome in gate.outcomes for workflow, outcome in decided)
        for name, gate in file.machine.definition.gates.items()
    }


def _lapses(file: File) -> dict[str, dict[str, bool]]:
    """Return for each clock that is asked about whether the due date of one of its runs has passed.

    A run that was stopped counts when its due date had passed before.
    """
    lapsed = dict.fromkeys(file.machine.named.lapsed, False)
    file.channel.flush()
    (rows,) = file.channel.read((sql.READ_RUNS, {"application_id": file.id}))
    for clock, state, due, stopped in rows:
        due_on, stopped_on = as_date(due), as_date(stopped)
        if clock in lapsed and due_on is not None:
            lapsed[clock] |= state == "expired" or _is_over(due_on, stopped_on, file)
    return {clock: {"lapsed": over} for clock, over in lapsed.items()}


def _is_over(due_on: date, stopped_on: date | None, file: File) -> bool:
    if stopped_on is not None:
        return due_on < stopped_on
    return file.on is not None and (due_on < file.on or (file.day_is_over and due_on == file.on))

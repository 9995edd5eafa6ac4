"""What a what-if tries: people, order, returns, outside waits and clocks, put on an office and the routes of its files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Literal

from permitflow.analytics.durations import DAY_US
from permitflow.analytics.office import Desk, Order, Reviewer, Task
from permitflow.analytics.office_hours import OfficeHours
from permitflow.analytics.visits import AGENCY

Unit = Literal["business", "calendar"]


@dataclass(frozen=True, slots=True)
class Change:
    """What to try: people added (or taken, below 0) at a step, the order its files are taken in, the part of
    returns that a check at intake would prevent (0 to 1), the longest outside wait in days (None: as it is), and the
    days by which the legal clock of a step's files is longer (or shorter, below 0), in its unit.

    With a step, the outside wait is that of this step alone.
    """

    step: str | None = None
    people: int = 0
    order: Order | None = None
    fewer_returns: float = 0.0
    outside_days: int | None = None
    clock_days: int = 0
    clock_unit: Unit = "business"


AS_IT_IS = Change()
Plan = Sequence[Change]
"""Changes that are tried together."""


def plan_of(change: Change | Plan) -> Plan:
    """One change as a plan of its own; a plan as it stands."""
    return (change,) if isinstance(change, Change) else change


def changed_people(people: Iterable[Reviewer], plan: Plan) -> tuple[Reviewer, ...]:
    """The reviewers under a plan: who leaves a step keeps the others, who is added works at one step alone, as often and
    with the same pauses as the first who is there."""
    found = list(people)
    for change in plan:
        if change.step is None:
            continue
        like = next((who for who in found if change.step in who.steps), Reviewer("", frozenset()))
        leaving = [who for who in found if change.step in who.steps][: max(-change.people, 0)]
        found = [replace(who, steps=who.steps - {change.step}) if who in leaving else who for who in found]
        added = range(max(change.people, 0))
        found += [
            Reviewer(
                f"added {change.step} {n}",
                frozenset({change.step}),
                weekdays=like.weekdays,
                pauses=like.pauses,
            )
            for n in added
        ]
    return tuple(found)


def changed_desks(desks: Mapping[str, Desk], plan: Plan) -> dict[str, Desk]:
    """The desks under a plan: steps for which an order is chosen take their files in it."""
    found = dict(desks)
    for change in plan:
        if change.step is not None and change.order:
            found[change.step] = replace(found.get(change.step, Desk()), order=change.order)
    return found


@dataclass(frozen=True, slots=True)
class Trial:
    """A plan with what it takes to put it on a file: the working days of the house, and the source of draws."""

    plan: Plan
    hours: OfficeHours
    rng: Random


def changed_route(
    stages: Iterable[Sequence[Task]], trial: Trial, began_us: int
) -> tuple[tuple[tuple[Task, ...], ...], ...]:
    """A route under a plan: returns left out, outside waits cut, clocks moved, each task of a stage as its own lane.

    Args:
        stages: a route, or the rest of one; due dates count from its beginning.
        trial: what is tried; a draw says whether this file's returns are prevented.
        began_us: when the file was submitted, in UTC microseconds.
    """
    avoided = max((change.fewer_returns for change in trial.plan), default=0.0)
    straight = trial.rng.random() < avoided
    away = _returns(stages) if straight else frozenset()
    found = []
    for stage in stages:
        kept = [task for task in stage if not (straight and (task.round > 1 or task.step in away))]
        if kept:
            found.append(tuple((changed_task(task, trial, began_us),) for task in kept))
    return tuple(found)


def changed_task(task: Task, trial: Trial, began_us: int) -> Task:
    """A task under a plan, its due date counted from `began_us` made an instant."""
    return clocked(cut(dated(task, began_us), trial.plan), trial)


def cut(task: Task, plan: Plan) -> Task:
    """A task with its outside wait no longer than the plan allows."""
    if task.party == AGENCY:
        return task
    limits = [
        change.outside_days * DAY_US
        for change in plan
        if change.outside_days is not None and change.step in (None, task.step)
    ]
    return task._replace(work_us=max(min(task.work_us, *limits), 1)) if limits else task


def dated(task: Task, began_us: int) -> Task:
    """A task whose due date, counted from the file's beginning, is an instant."""
    return task if task.due_us is None else task._replace(due_us=began_us + task.due_us)


def clocked(task: Task, trial: Trial) -> Task:
    """A task whose due instant is moved as the plan moves the clock of its step.

    Files whose clock runs already have the new one too: the plan asks what an office with that clock would be like.
    """
    due = task.due_us
    for change in trial.plan:
        if change.clock_days and change.step == task.step and due is not None:
            moved = change.clock_days * DAY_US
            due = (
                trial.hours.days_later(due, change.clock_days)
                if change.clock_unit == "business"
                else due + moved
            )
    return task if due == task.due_us else task._replace(due_us=due)


def _returns(stages: Iterable[Sequence[Task]]) -> frozenset[str]:
    """The applicant's steps of a route that has second rounds: what a file is sent away for."""
    tasks = [task for stage in stages for task in stage]
    if not any(task.round > 1 and task.party == AGENCY for task in tasks):
        return frozenset()
    return frozenset(task.step for task in tasks if task.party == "applicant")

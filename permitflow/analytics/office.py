"""An office in a simulation: people with hours and absences who take files from desks, and files that wait."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Mapping
from dataclasses import dataclass, field, replace
from heapq import heappop, heappush
from itertools import count
from random import Random
from typing import Any, Literal, NamedTuple

import simpy

from permitflow.analytics.durations import DAY_US
from permitflow.analytics.efficiency import Interval
from permitflow.analytics.office_hours import OfficeHours, weekday
from permitflow.analytics.visits import AGENCY, StepVisit

Order = Literal["oldest", "newest", "shortest", "due"]
Life = Generator[simpy.Event, Any, None]
UNDATED_US = 253_402_300_800_000_000
"""When files without a due date count as due, in UTC microseconds: after all others, in the year 10000."""


class Task(NamedTuple):
    """What a file asks of one step: `work_us` of working time of a reviewer or, with another party, of wall time.

    `lies_us` is the wall time for which nobody sees the file; `since_us` is its real arrival where it has been
    waiting since before the simulation began, `due_us` when its work is due: an instant, for desks that take files
    by their due dates.
    """

    step: str
    work_us: int
    party: str = AGENCY
    lies_us: int = 0
    since_us: int | None = None
    round: int = 1
    due_us: int | None = None


Lane = tuple[Task, ...]
Stage = tuple[Lane, ...]


class Filing(NamedTuple):
    """A file with everything it will ask for: stages one after another, the lanes of a stage side by side."""

    file: str
    arrives_us: int
    stages: tuple[Stage, ...]


@dataclass(frozen=True, slots=True)
class Cover:
    """Files of further steps that a person may take in one half-open stretch (UTC µs), for somebody who is away."""

    steps: frozenset[str]
    stretch: Interval


@dataclass(frozen=True, slots=True)
class Reviewer:
    """A person: the steps she may take files of, and the half-open stretches in which she is away (UTC µs).

    She works on `weekdays` (None: whenever the house is open), and lets a file that she could begin lie for one of her
    `pauses`, in working microseconds; without any she begins at once.
    """

    name: str
    steps: frozenset[str]
    away: tuple[Interval, ...] = ()
    weekdays: frozenset[int] | None = None
    pauses: tuple[int, ...] = ()
    covers: tuple[Cover, ...] = ()

    def may_take(self, step: str, at_us: int) -> bool:
        """Say whether files of a step are hers to take at an instant."""
        return step in self.steps or any(
            step in cover.steps and cover.stretch[0] <= at_us < cover.stretch[1] for cover in self.covers
        )

    def is_away(self, at_us: int) -> bool:
        """Say whether she is away at an instant."""
        return any(start <= at_us < end for start, end in self.away)


@dataclass(frozen=True, slots=True)
class Desk:
    """How files of a step are taken: in which order, and on which weekdays (None for every working day)."""

    order: Order = "oldest"
    weekdays: frozenset[int] | None = None


@dataclass(frozen=True, slots=True)
class Office:
    """The people, the hours of the house and the desks; a step without a desk of its own takes the oldest first."""

    reviewers: tuple[Reviewer, ...]
    hours: OfficeHours = field(default_factory=OfficeHours)
    desks: Mapping[str, Desk] = field(default_factory=dict)


class _Item(NamedTuple):
    """A file that lies on a desk."""

    file: str
    task: Task
    arrived_us: int
    done: simpy.Event


PICKS: Mapping[Order, Callable[[_Item], tuple[int, int]]] = {
    "oldest": lambda item: (item.arrived_us, 0),
    "newest": lambda item: (-item.arrived_us, 0),
    "shortest": lambda item: (item.task.work_us, item.arrived_us),
    "due": lambda item: (UNDATED_US if item.task.due_us is None else item.task.due_us, item.arrived_us),
}


def simulate(
    office: Office, filings: Iterable[Filing], start_us: int, until_us: int, rng: Random | None = None
) -> list[StepVisit]:
    """Runs an office from one instant to another and returns the visits it saw, ordered by arrival.

    A free reviewer takes a file of one of her steps: from each desk the one that the desk's order names, and among
    desks the one that has waited longest. Work advances in office hours only; a person who is away begins nothing.
    Parties other than the agency need no reviewer. Visits that are still open at the end have no end.

    Args:
        office: the people and their rules.
        filings: the files and what each will ask for; those that arrive after the end are left out.
        start_us, until_us: the stretch to run, in UTC microseconds.
        rng: the source of pauses; without one nobody pauses.
    """
    run = _Run(office, start_us, rng)
    for reviewer in office.reviewers:
        run.env.process(run.works(reviewer))
    run.env.process(run.mornings())
    for filing in filings:
        if filing.arrives_us < until_us:
            run.env.process(run.lives(filing))
    run.env.run(until=until_us)
    open_now = [_visit(item) for desk in run.desks.values() for _, _, item in desk]
    seen = run.finished + open_now + list(run.under_way.values())
    return sorted(seen, key=lambda visit: (visit.arrived_us, visit.file, visit.step))


def _visit(item: _Item, **more: Any) -> StepVisit:
    task = item.task
    return StepVisit(
        item.file, task.step, item.arrived_us, round=task.round, party=task.party, due_us=task.due_us, **more
    )


class _Run:
    """One run: what lies where, who is idle, and what has been finished."""

    def __init__(self, office: Office, start_us: int, rng: Random | None) -> None:
        self.office = office
        self.rng = rng
        self.env = simpy.Environment(initial_time=start_us)
        self.desks: dict[str, list[tuple[tuple[int, int], int, _Item]]] = {}
        self.idle: dict[str, tuple[Reviewer, simpy.Event]] = {}
        self.under_way: dict[int, StepVisit] = {}
        self.finished: list[StepVisit] = []
        self.laid_down = count()
        self.hours = {
            who.weekdays: office.hours
            if who.weekdays is None
            else replace(office.hours, weekdays=who.weekdays & office.hours.weekdays or office.hours.weekdays)
            for who in office.reviewers
        }

    @property
    def now(self) -> int:
        """The simulated instant, in UTC microseconds."""
        return int(self.env.now)

    def lives(self, filing: Filing) -> Life:
        """The life of a file: stage after stage, each done when all its lanes are."""
        if filing.arrives_us > self.now:
            yield self.env.timeout(filing.arrives_us - self.now)
        for stage in filing.stages:
            if len(stage) == 1:
                yield from self._lane(filing.file, stage[0])
            else:
                yield self.env.all_of([self.env.process(self._lane(filing.file, lane)) for lane in stage])

    def _lane(self, file: str, lane: Lane) -> Life:
        for task in lane:
            item = _Item(file, task, self.now if task.since_us is None else task.since_us, self.env.event())
            key = id(item)
            if task.party != AGENCY or task.lies_us:
                self.under_way[key] = _visit(item)
                yield self.env.timeout(task.work_us if task.party != AGENCY else task.lies_us)
                del self.under_way[key]
            if task.party != AGENCY:
                self.finished.append(_visit(item, finished_us=self.now, outcome="done"))
                continue
            self._lay_down(item)
            yield item.done

    def _lay_down(self, item: _Item) -> None:
        """Puts a file on its desk and calls whoever has been idle for longest of those who could take it."""
        step = item.task.step
        order = self.office.desks.get(step, Desk()).order
        heappush(self.desks.setdefault(step, []), (PICKS[order](item), next(self.laid_down), item))
        for name, (who, bell) in self.idle.items():
            if who.may_take(step, self.now) and not who.is_away(self.now):
                del self.idle[name]
                bell.succeed()
                return

    def mornings(self) -> Life:
        """Calls everybody who is idle when the house opens: who was away may be back, a desk may have its day."""
        while True:
            yield self.env.timeout(self._tomorrow() - self.now)
            for _, bell in self.idle.values():
                bell.succeed()
            self.idle.clear()

    def works(self, reviewer: Reviewer) -> Life:
        """The working life of a reviewer: present, take a file, work on it; otherwise wait to be called."""
        hours = self.hours[reviewer.weekdays]
        unhurried = bool(reviewer.pauses) and self.rng is not None
        rested = not unhurried
        while True:
            present = self._next_present(reviewer, hours)
            if present > self.now:
                yield self.env.timeout(present - self.now)
            step = self._next_step(reviewer)
            if step is None:
                bell = self.env.event()
                self.idle[reviewer.name] = (reviewer, bell)
                yield bell
                rested = not unhurried
            elif not rested and self.rng is not None:
                yield self.env.timeout(hours.after(self.now, self.rng.choice(reviewer.pauses)) - self.now)
                rested = True
            else:
                rested = not unhurried
                yield from self._review(reviewer, hours, heappop(self.desks[step])[2])

    def _review(self, reviewer: Reviewer, hours: OfficeHours, item: _Item) -> Life:
        started = self.now
        self.under_way[id(item)] = _visit(item, claimed_us=started, person=reviewer.name)
        yield self.env.timeout(hours.after(started, item.task.work_us) - started)
        del self.under_way[id(item)]
        done = _visit(item, claimed_us=started, person=reviewer.name, finished_us=self.now, outcome="done")
        self.finished.append(done)
        item.done.succeed()

    def _next_step(self, reviewer: Reviewer) -> str | None:
        """The step of a reviewer whose next file has waited longest; None where nothing lies that she may take."""
        now, found, longest = self.now, None, 0
        steps = reviewer.steps
        for cover in reviewer.covers:
            if cover.stretch[0] <= now < cover.stretch[1]:
                steps = steps | cover.steps
        for step in sorted(steps) if len(steps) > 1 else steps:
            lying = self.desks.get(step)
            if not lying:
                continue
            desk = self.office.desks.get(step)
            if desk and desk.weekdays is not None and weekday(now // DAY_US) not in desk.weekdays:
                continue
            arrived = lying[0][2].arrived_us
            if found is None or arrived < longest:
                found, longest = step, arrived
        return found

    def _next_present(self, reviewer: Reviewer, hours: OfficeHours) -> int:
        at = hours.next_open(self.now)
        for start, end in sorted(reviewer.away):
            if start <= at < end:
                at = hours.next_open(end)
        return at

    def _tomorrow(self) -> int:
        return self.office.hours.next_open((self.now // DAY_US + 1) * DAY_US)

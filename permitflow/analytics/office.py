"""An office in a simulation: people with hours and absences who take files from desks, and files that wait."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

import simpy

from permitflow.analytics.durations import DAY_US
from permitflow.analytics.efficiency import Interval
from permitflow.analytics.office_hours import OfficeHours, weekday
from permitflow.analytics.visits import AGENCY, StepVisit

Order = Literal["oldest", "newest", "shortest", "due"]
Life = Generator[simpy.Event, Any, None]


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
class Reviewer:
    """A person: the steps she may take files of, and the half-open stretches in which she is away (UTC µs)."""

    name: str
    steps: frozenset[str]
    away: tuple[Interval, ...] = ()


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
    "due": lambda item: (
        item.arrived_us if item.task.due_us is None else item.task.due_us,
        item.arrived_us,
    ),
}


def simulate(office: Office, filings: Iterable[Filing], start_us: int, until_us: int) -> list[StepVisit]:
    """Runs an office from one instant to another and returns the visits it saw, ordered by arrival.

    A free reviewer takes a file of one of her steps: from each desk the one that the desk's order names, and among
    desks the one that has waited longest. Work advances in office hours only; a person who is away begins nothing.
    Parties other than the agency need no reviewer. Visits that are still open at the end have no end.

    Args:
        office: the people and their rules.
        filings: the files and what each will ask for; those that arrive after the end are left out.
        start_us, until_us: the stretch to run, in UTC microseconds.
    """
    run = _Run(office, start_us)
    for reviewer in office.reviewers:
        run.env.process(run.works(reviewer))
    for filing in filings:
        if filing.arrives_us < until_us:
            run.env.process(run.lives(filing))
    run.env.run(until=until_us)
    open_now = [_visit(item) for desk in run.desks.values() for item in desk]
    seen = run.finished + open_now + list(run.under_way.values())
    return sorted(seen, key=lambda visit: (visit.arrived_us, visit.file, visit.step))


def _visit(item: _Item) -> StepVisit:
    task = item.task
    return StepVisit(item.file, task.step, item.arrived_us, round=task.round, party=task.party)


class _Run:
    """One run: what lies where, who is idle, and what has been finished."""

    def __init__(self, office: Office, start_us: int) -> None:
        self.office = office
        self.env = simpy.Environment(initial_time=start_us)
        self.desks: dict[str, list[_Item]] = {}
        self.idle: dict[str, tuple[Reviewer, simpy.Event]] = {}
        self.under_way: dict[int, StepVisit] = {}
        self.finished: list[StepVisit] = []

    @property
    def now(self) -> int:
        """The simulated instant, in UTC microseconds."""
        return int(self.env.now)

    def lives(self, filing: Filing) -> Life:
        """The life of a file: stage after stage, each done when all its lanes are."""
        if filing.arrives_us > self.now:
            yield self.env.timeout(filing.arrives_us - self.now)
        for stage in filing.stages:
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
                self.finished.append(_visit(item)._replace(finished_us=self.now, outcome="done"))
                continue
            self._lay_down(item)
            yield item.done

    def _lay_down(self, item: _Item) -> None:
        """Puts a file on its desk and calls everybody who could take it."""
        self.desks.setdefault(item.task.step, []).append(item)
        called = [name for name, (who, _) in self.idle.items() if item.task.step in who.steps]
        for name in called:
            _, bell = self.idle.pop(name)
            bell.succeed()

    def works(self, reviewer: Reviewer) -> Life:
        """The working life of a reviewer: present, take a file, work on it; otherwise wait to be called."""
        while True:
            present = self._next_present(reviewer)
            if present > self.now:
                yield self.env.timeout(present - self.now)
            item = self._take(reviewer)
            if item is None:
                bell = self.env.event()
                self.idle[reviewer.name] = (reviewer, bell)
                yield bell | self.env.timeout(self._tomorrow() - self.now)
                self.idle.pop(reviewer.name, None)
                continue
            yield from self._review(reviewer, item)

    def _review(self, reviewer: Reviewer, item: _Item) -> Life:
        started = _visit(item)._replace(claimed_us=self.now, person=reviewer.name)
        self.under_way[id(item)] = started
        yield self.env.timeout(self.office.hours.after(self.now, item.task.work_us) - self.now)
        del self.under_way[id(item)]
        self.finished.append(started._replace(finished_us=self.now, outcome="done"))
        item.done.succeed()

    def _take(self, reviewer: Reviewer) -> _Item | None:
        best: _Item | None = None
        for step in reviewer.steps:
            desk = self.office.desks.get(step, Desk())
            lying = self.desks.get(step)
            if not lying or (desk.weekdays is not None and weekday(self.now // DAY_US) not in desk.weekdays):
                continue
            item = min(lying, key=PICKS[desk.order])
            if best is None or item.arrived_us < best.arrived_us:
                best = item
        if best is not None:
            self.desks[best.task.step].remove(best)
        return best

    def _next_present(self, reviewer: Reviewer) -> int:
        at = self.office.hours.next_open(self.now)
        for start, end in sorted(reviewer.away):
            if start <= at < end:
                at = self.office.hours.next_open(end)
        return at

    def _tomorrow(self) -> int:
        return self.office.hours.next_open((self.now // DAY_US + 1) * DAY_US)

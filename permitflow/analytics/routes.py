"""Routes: the ways files take through an office, whole ones and those of files that are still on theirs."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import NamedTuple

from permitflow.analytics.durations import DAY_US
from permitflow.analytics.office import Task
from permitflow.analytics.office_hours import OfficeHours
from permitflow.analytics.pace import Key, key_of
from permitflow.analytics.visits import AGENCY, StepVisit

NEVER_US = 36_500 * DAY_US
"""The stay of a file that nobody ever took or brought back after so long."""
Stages = tuple[tuple[Task, ...], ...]


class Cut(NamedTuple):
    """The route of an open file: the stages behind it, and its open visits, with their age in `work_us`.

    A visit of the city with `lies_us` has been passed over by more files than any that was ever taken.
    """

    behind: Stages
    open_now: tuple[Task, ...]


class _Place(NamedTuple):
    """Where a finished visit stands: its duration, its route, and the number of its stage there."""

    lasted_us: int
    route: Stages
    stage: int


@dataclass(frozen=True, slots=True)
class Routes:
    """The routes of an office's files: whole ones, cut ones, and where in the whole ones each step stands.

    A cut route is finished by what happened to files that had lasted at its step for longer, so that files that wait
    for long are not left out for being still there. For one step alone this is Kaplan-Meier's estimate, drawn from.

    Source: Efron, Proc. 5th Berkeley Symposium 4 (1967) 831-853 (redistribution to the right).
    """

    whole: tuple[Stages, ...]
    cut: tuple[Cut, ...]
    places: Mapping[str, tuple[_Place, ...]]

    def draw(self, rng: Random) -> Stages:
        """The route of one file, from its beginning to its end."""
        number = rng.randrange(len(self.whole) + len(self.cut))
        if number < len(self.whole):
            return self.whole[number]
        chosen = self.cut[number - len(self.whole)]
        return (*chosen.behind, *self.onward(chosen.open_now, rng))

    def onward(self, open_now: Iterable[Task], rng: Random) -> Stages:
        """What is left of a file with these open visits: they, in one stage and as long as they last from their
        beginning, and then the rest of the route that the last of them goes on as."""
        found: list[Task] = []
        rest: Stages = ()
        for task in open_now:
            ended, rest = self._ended(task, rng)
            found.append(ended)
        return (tuple(found), *rest)

    def _ended(self, task: Task, rng: Random) -> tuple[Task, Stages]:
        places = self.places.get(task.step, ())
        if task.party != AGENCY:
            places = places[bisect_right(places, task.work_us, key=lambda place: place.lasted_us) :]
        if not places:
            left = (
                task._replace(lies_us=NEVER_US) if task.party == AGENCY else task._replace(work_us=NEVER_US)
            )
            return left, ()
        drawn = rng.choice(places)
        return task._replace(work_us=drawn.lasted_us), drawn.route[drawn.stage + 1 :]


def routes_of(
    files: Mapping[str, Sequence[StepVisit]], given: Mapping[Key, int], hours: OfficeHours, now_us: int
) -> Routes:
    """The routes of files, whole where they are finished and cut where they are not.

    Args:
        files: the visits of each, by arrival, as they were known at `now_us`.
        given: the working time of visits (see `work_given`); for others it is all of their stay.
        hours: of the office.
        now_us: UTC microseconds.
    """
    whole, cut = [], []
    passed = Passed(visit for found in files.values() for visit in found)
    places: defaultdict[str, list[_Place]] = defaultdict(list)
    for found in files.values():
        done = [visit for visit in found if visit.finished_us is not None]
        behind = tuple(_stages(done, found[0].arrived_us, given, hours))
        for number, stage in enumerate(behind):
            for task in stage:
                places[task.step].append(_Place(task.work_us, behind, number))
        if len(done) == len(found):
            whole.append(behind)
        else:
            cut.append(Cut(behind, tuple(open_tasks(found, passed, now_us))))
    ordered = {step: tuple(sorted(seen, key=lambda place: place.lasted_us)) for step, seen in places.items()}
    return Routes(tuple(whole), tuple(cut), ordered)


class Passed:
    """How many files that came later were taken before another, at each step."""

    def __init__(self, visits: Iterable[StepVisit]) -> None:
        arrivals: defaultdict[str, list[int]] = defaultdict(list)
        claims: defaultdict[str, list[int]] = defaultdict(list)
        seen = [visit for visit in visits if visit.party == AGENCY]
        for visit in seen:
            arrivals[visit.step].append(visit.arrived_us)
            if visit.claimed_us is not None:
                claims[visit.step].append(visit.claimed_us)
        self._arrivals = {step: sorted(found) for step, found in arrivals.items()}
        self._claims = {step: sorted(found) for step, found in claims.items()}
        self._most: dict[str, int] = {}
        for visit in seen:
            if visit.claimed_us is not None:
                least = self.by_at_least(visit, visit.claimed_us)
                self._most[visit.step] = max(self._most.get(visit.step, 0), least)

    def by_at_least(self, visit: StepVisit, until_us: int) -> int:
        """How many later files were certainly taken before this one: claims since it came, less the files that lay
        there when it came or came with it."""
        arrivals, claims = self._arrivals[visit.step], self._claims.get(visit.step, [])
        before = bisect_left(claims, visit.arrived_us)
        lay_there = bisect_right(arrivals, visit.arrived_us) - 1 - before
        return max(bisect_left(claims, until_us) - before - max(lay_there, 0), 0)

    def for_good(self, visit: StepVisit, now_us: int) -> bool:
        """Say whether an unclaimed file was passed over more often than any that was taken in the end."""
        return self.by_at_least(visit, now_us) > self._most.get(visit.step, 0)


def open_tasks(found: Iterable[StepVisit], passed: Passed, now_us: int) -> Iterator[Task]:
    """The open visits of a file as tasks, with their age in `work_us`; due dates count from the file's beginning."""
    visits = list(found)
    began = min(visit.arrived_us for visit in visits)
    for visit in visits:
        if visit.finished_us is not None:
            continue
        lies = visit.party == AGENCY and visit.claimed_us is None and passed.for_good(visit, now_us)
        due = None if visit.due_us is None else visit.due_us - began
        age = now_us - visit.arrived_us
        yield Task(visit.step, age, visit.party, NEVER_US if lies else 0, None, visit.round, due)


def _stages(
    visits: Iterable[StepVisit], began_us: int, given: Mapping[Key, int], hours: OfficeHours
) -> Iterator[tuple[Task, ...]]:
    """The stages of finished visits: those that overlap stand side by side, each stage after the last.

    Due dates are kept as the time from the file's beginning.
    """
    stage: list[Task] = []
    until = -1
    for visit in visits:
        if stage and visit.arrived_us >= until:
            yield tuple(stage)
            stage = []
        due = None if visit.due_us is None else visit.due_us - began_us
        stage.append(_task(visit, given, hours)._replace(due_us=due))
        until = max(until, visit.finished_us or visit.arrived_us)
    if stage:
        yield tuple(stage)


def _task(visit: StepVisit, given: Mapping[Key, int], hours: OfficeHours) -> Task:
    end = visit.finished_us or visit.arrived_us
    if visit.party != AGENCY:
        return Task(visit.step, max(end - visit.arrived_us, 1), visit.party, round=visit.round)
    work = given.get(key_of(visit))
    if work is None:
        begun = visit.arrived_us if visit.claimed_us is None else visit.claimed_us
        work = hours.worked(end) - hours.worked(begun)
    return Task(visit.step, max(work, 1), round=visit.round)

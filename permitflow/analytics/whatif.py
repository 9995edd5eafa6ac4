"""What if: the next weeks of an office simulated from the files that are open today, and how far that is right."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random

from permitflow.analytics.durations import DAY_US, percentile
from permitflow.analytics.office import Desk, Filing, Office, Order, Reviewer, Task, simulate
from permitflow.analytics.office_hours import OfficeHours, hours_read_off, usual_weekdays
from permitflow.analytics.queues import overtaking
from permitflow.analytics.visits import AGENCY, StepVisit, as_of

RUNS = 20
Progress = Callable[[int], None]
QUARTER_US = 91 * DAY_US
LEAST_FILES = 20
NEWEST = 0.6
"""The share of older files in the queue from which on a step is simulated as taking the newest first."""


@dataclass(frozen=True, slots=True)
class Change:
    """What to try: people added (or taken, below 0) at a step, the order its files are taken in, the part of
    returns that a check at intake would prevent (0 to 1), and the longest outside wait in days (None: as it is).
    """

    step: str | None = None
    people: int = 0
    order: Order | None = None
    fewer_returns: float = 0.0
    outside_days: int | None = None


AS_IT_IS = Change()


@dataclass(frozen=True, slots=True)
class Fitted:
    """An office as its record shows it: hours, people, whole routes of files with their work, and arrivals.

    `routes` holds the finished files as stages of tasks, `per_day` the filings of each working day, `desks` the
    weekdays and the order in which files of a step were taken.
    """

    hours: OfficeHours
    reviewers: tuple[Reviewer, ...]
    routes: tuple[tuple[tuple[Task, ...], ...], ...]
    per_day: tuple[int, ...]
    desks: Mapping[str, Desk]


@dataclass(frozen=True, slots=True)
class Outcome:
    """One stretch of an office: files finished, files open at its end, and the median lead time of the finished
    in microseconds (None when none finished)."""

    finished: int
    open_at_end: int
    median_lead_us: int | None


@dataclass(frozen=True, slots=True)
class Band:
    """p10, p50 and p90 of a figure over all runs."""

    p10: int
    p50: int
    p90: int


@dataclass(frozen=True, slots=True)
class Bands:
    """The figures of a what-if with their bands; lead times in microseconds, None when no run finished a file."""

    finished: Band
    open_at_end: Band
    median_lead_us: Band | None


@dataclass(frozen=True, slots=True)
class Backtest:
    """The last quarter as it was and as it is simulated; errors are relative to what it was (0.1 is 10 %)."""

    was: Outcome
    simulated: Bands

    @property
    def finished_error(self) -> float:
        """How far the simulated number of finished files is from the real one."""
        return abs(self.simulated.finished.p50 - self.was.finished) / max(self.was.finished, 1)

    @property
    def open_error(self) -> float:
        """How far the simulated number of open files is from the real one."""
        return abs(self.simulated.open_at_end.p50 - self.was.open_at_end) / max(self.was.open_at_end, 1)

    @property
    def lead_error(self) -> float | None:
        """How far the simulated median lead time is from the real one; None where there is none."""
        if self.was.median_lead_us is None or self.simulated.median_lead_us is None:
            return None
        return abs(self.simulated.median_lead_us.p50 - self.was.median_lead_us) / max(
            self.was.median_lead_us, 1
        )


class TooLittleHistory(Exception):
    """Fewer files were finished than a simulation can be fitted to."""


def fit(visits: Sequence[StepVisit], now_us: int, since_us: int | None = None) -> Fitted:
    """Reads an office off its record: nothing is assumed, every route and work time is one that happened.

    Work is claimed working time; where no claim is known, the visit counts as worked on for all of its stay.
    Files that arrived since `since_us` give the arrivals, all finished files the routes, and those who worked
    within the last quarter are the people.

    Args:
        visits: of one office; what happened after now is not looked at.
        now_us: UTC microseconds.
        since_us: from when arrivals are counted; a quarter before now by default.

    Raises:
        TooLittleHistory: fewer than 20 files were finished.
    """
    known = as_of(visits, now_us)
    own = [v for v in known if v.party == AGENCY]
    hours = hours_read_off(at for v in own for at in (v.claimed_us, v.finished_us) if at is not None)
    files = _by_file(known)
    routes = tuple(_route(file, hours) for file in files.values() if all(v.finished_us for v in file))
    if len(routes) < LEAST_FILES:
        raise TooLittleHistory(f"Only {len(routes)} files were finished; a simulation needs {LEAST_FILES}.")
    since = now_us - QUARTER_US if since_us is None else since_us
    starts = Counter(min(v.arrived_us for v in file) // DAY_US for file in files.values())
    days = [d for d in range(since // DAY_US, now_us // DAY_US) if hours.is_open_day(d)]
    recent = [v for v in own if v.claimed_us is not None and v.claimed_us >= now_us - QUARTER_US]
    return Fitted(hours, _people(recent), routes, tuple(starts[d] for d in days), _desks(own, recent))


def _desks(own: Iterable[StepVisit], recent: Iterable[StepVisit]) -> dict[str, Desk]:
    """The habits of each step: its weekdays in the last quarter, and whether the newest file is taken first."""
    claims: defaultdict[str, list[int]] = defaultdict(list)
    for visit in recent:
        claims[visit.step].append(visit.claimed_us or 0)
    by_step: defaultdict[str, list[StepVisit]] = defaultdict(list)
    for visit in own:
        by_step[visit.step].append(visit)
    return {
        step: Desk("newest" if overtaking(by_step[step]) >= NEWEST else "oldest", usual_weekdays(instants))
        for step, instants in claims.items()
        if len(instants) >= LEAST_FILES
    }


def _by_file(visits: Iterable[StepVisit]) -> dict[str, list[StepVisit]]:
    files: defaultdict[str, list[StepVisit]] = defaultdict(list)
    for visit in sorted(visits, key=lambda visit: (visit.arrived_us, visit.step)):
        files[visit.file].append(visit)
    return dict(sorted(files.items()))


def _people(claimed: Iterable[StepVisit]) -> tuple[Reviewer, ...]:
    steps: defaultdict[str, set[str]] = defaultdict(set)
    for visit in claimed:
        if visit.person:
            steps[visit.person].add(visit.step)
    return tuple(Reviewer(name, frozenset(steps[name])) for name in sorted(steps))


def _route(visits: Sequence[StepVisit], hours: OfficeHours) -> tuple[tuple[Task, ...], ...]:
    """The stages of a finished file: visits that overlap stand side by side, each stage after the last."""
    stages: list[list[Task]] = []
    until = -1
    for visit in visits:
        end = visit.finished_us or visit.arrived_us
        if visit.arrived_us >= until:
            stages.append([])
        stages[-1].append(_task(visit, hours))
        until = max(until, end)
    return tuple(tuple(stage) for stage in stages)


def _task(visit: StepVisit, hours: OfficeHours) -> Task:
    end = visit.finished_us or visit.arrived_us
    if visit.party != AGENCY:
        return Task(visit.step, max(end - visit.arrived_us, 1), visit.party, round=visit.round)
    begun = visit.arrived_us if visit.claimed_us is None else visit.claimed_us
    return Task(visit.step, max(hours.worked(end) - hours.worked(begun), 1), round=visit.round)


def run_once(
    fitted: Fitted, visits: Sequence[StepVisit], stretch: tuple[int, int], change: Change, rng: Random
) -> Outcome:
    """Simulates one stretch from the files open at its start, with one draw of arrivals and routes.

    An open file keeps its place in the queue by its real arrival and goes on as a finished file did that had been
    at the same step; new files follow whole routes of finished ones.

    Args:
        fitted: the office.
        visits: the record, to know what is open at the start.
        stretch: start and end in UTC microseconds.
        change: what to try.
        rng: the source of draws.
    """
    start, end = stretch
    began = {file: min(v.arrived_us for v in found) for file, found in _by_file(as_of(visits, start)).items()}
    filings = [*_carried(fitted, visits, start, change, rng), *_new(fitted, stretch, change, rng)]
    began |= {filing.file: filing.arrives_us for filing in filings if filing.file not in began}
    seen = simulate(_office(fitted, change), filings, start, end)
    wanted = {filing.file: sum(len(lane) for stage in filing.stages for lane in stage) for filing in filings}
    done = Counter(visit.file for visit in seen if visit.finished_us is not None)
    last: dict[str, int] = {}
    for visit in seen:
        last[visit.file] = max(last.get(visit.file, 0), visit.finished_us or 0)
    finished = [file for file, count in wanted.items() if done[file] == count]
    leads = sorted(last[file] - began[file] for file in finished)
    return Outcome(len(finished), len(wanted) - len(finished), percentile(leads, 50) if leads else None)


def _office(fitted: Fitted, change: Change) -> Office:
    people = list(fitted.reviewers)
    if change.step is not None and change.people < 0:
        leaving = [who for who in people if change.step in who.steps][: -change.people]
        people = [replace(who, steps=who.steps - {change.step}) if who in leaving else who for who in people]
    if change.step is not None:
        people += [Reviewer(f"added {n}", frozenset({change.step})) for n in range(change.people)]
    desks = dict(fitted.desks)
    if change.step is not None and change.order:
        desks[change.step] = replace(desks.get(change.step, Desk()), order=change.order)
    return Office(tuple(people), fitted.hours, desks)


def _changed(
    stages: Iterable[Sequence[Task]], change: Change, rng: Random
) -> tuple[tuple[tuple[Task, ...], ...], ...]:
    """A route under a change: returns left out, outside waits cut, each task of a stage as a lane of its own."""
    straight = rng.random() < change.fewer_returns
    found = []
    for stage in stages:
        kept = [
            task for task in stage if not (straight and (task.round > 1 or task.step in _returns(stages)))
        ]
        if kept:
            found.append(tuple((_cut(task, change),) for task in kept))
    return tuple(found)


def _cut(task: Task, change: Change) -> Task:
    """A task with its outside wait no longer than the change allows."""
    if task.party == AGENCY or change.outside_days is None:
        return task
    return task._replace(work_us=min(task.work_us, change.outside_days * DAY_US))


def _returns(stages: Iterable[Sequence[Task]]) -> set[str]:
    """The applicant's steps of a route that has second rounds: what a file is sent away for."""
    tasks = [task for stage in stages for task in stage]
    if not any(task.round > 1 and task.party == AGENCY for task in tasks):
        return set()
    return {task.step for task in tasks if task.party == "applicant"}


def _carried(
    fitted: Fitted, visits: Sequence[StepVisit], start_us: int, change: Change, rng: Random
) -> list[Filing]:
    """The files open at the start: what they are at now, and then the rest of a finished file's route."""
    rests: defaultdict[str, list[Sequence[Sequence[Task]]]] = defaultdict(list)
    for route in fitted.routes:
        for place, stage in enumerate(route):
            for task in stage:
                rests[task.step].append(route[place:])
    filings = []
    for file, found in _by_file(as_of(visits, start_us)).items():
        open_now = [visit for visit in found if visit.finished_us is None and rests[visit.step]]
        if not open_now:
            continue
        rest = rng.choice(rests[open_now[-1].step])
        now = tuple(
            (_going_on(visit, rng.choice(rests[visit.step])[0], start_us, change),) for visit in open_now
        )
        filings.append(Filing(file, start_us, (now, *_changed(rest[1:], change, rng))))
    return filings


def _going_on(visit: StepVisit, stage: Sequence[Task], start_us: int, change: Change) -> Task:
    model = next(task for task in stage if task.step == visit.step)
    if visit.party != AGENCY:
        whole = _cut(model, change).work_us
        left = max(whole - (start_us - visit.arrived_us), DAY_US)
        return model._replace(work_us=left)
    return model._replace(since_us=visit.arrived_us)


def _new(fitted: Fitted, stretch: tuple[int, int], change: Change, rng: Random) -> list[Filing]:
    filings = []
    hours = fitted.hours
    for day in range(stretch[0] // DAY_US, -(-stretch[1] // DAY_US)):
        if not hours.is_open_day(day):
            continue
        for n in range(rng.choice(fitted.per_day)):
            at = day * DAY_US + hours.opens_us + int(rng.random() * hours.day_us)
            if stretch[0] <= at < stretch[1]:
                stages = _changed(rng.choice(fitted.routes), change, rng)
                filings.append(Filing(f"new {day} {n}", at, stages))
    return filings


def what_if(
    visits: Sequence[StepVisit],
    stretch: tuple[int, int],
    change: Change,
    rng: Random,
    runs: int = RUNS,
    progress: Progress | None = None,
) -> Bands:
    """The figures of a coming stretch under a change, as p10, p50 and p90 of several runs.

    Args:
        visits: the record of one office; the fit uses what was known at the start of the stretch.
        stretch: now and the end of the forecast, in UTC microseconds.
        change: what to try; `AS_IT_IS` for the comparison.
        rng: the source of draws.
        runs: how many times to simulate.
        progress: told after each run how many are done.

    Raises:
        TooLittleHistory: fewer than 20 files were finished.
    """
    fitted = fit(visits, stretch[0])
    outcomes = []
    for done in range(runs):
        outcomes.append(run_once(fitted, visits, stretch, change, rng))
        if progress is not None:
            progress(done + 1)
    leads = [one.median_lead_us for one in outcomes if one.median_lead_us is not None]
    return Bands(
        _band([one.finished for one in outcomes]),
        _band([one.open_at_end for one in outcomes]),
        _band(leads) if leads else None,
    )


def _band(values: Iterable[int]) -> Band:
    ordered = sorted(values)
    return Band(percentile(ordered, 10), percentile(ordered, 50), percentile(ordered, 90))


def backtest(visits: Sequence[StepVisit], now_us: int, rng: Random, runs: int = RUNS) -> Backtest:
    """Simulates the last quarter from its start, knowing only what was known then, and compares.

    A page shows these errors beside every what-if, and no what-if without them.

    Args:
        visits: the record of one office.
        now_us: the end of the quarter, in UTC microseconds.
        rng: the source of draws.
        runs: how many times to simulate.

    Raises:
        TooLittleHistory: fewer than 20 files had been finished when the quarter began.
    """
    start = now_us - QUARTER_US
    return Backtest(_was(visits, start, now_us), what_if(visits, (start, now_us), AS_IT_IS, rng, runs))


def _was(visits: Sequence[StepVisit], start_us: int, now_us: int) -> Outcome:
    leads, open_at_end = [], 0
    for found in _by_file(as_of(visits, now_us)).values():
        ends = [visit.finished_us for visit in found]
        if None in ends:
            open_at_end += 1
            continue
        last = max(end for end in ends if end is not None)
        if last >= start_us:
            leads.append(last - min(visit.arrived_us for visit in found))
    return Outcome(len(leads), open_at_end, percentile(sorted(leads), 50) if leads else None)

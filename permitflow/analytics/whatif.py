"""What if: the next weeks of an office simulated from the files that are open today, and how far that is right."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

from permitflow.analytics.changes import (
    AS_IT_IS,
    Change,
    Plan,
    changed_desks,
    changed_people,
    changed_route,
    cut,
    dated,
    plan_of,
)
from permitflow.analytics.durations import DAY_US, percentile
from permitflow.analytics.office import Desk, Filing, Office, Reviewer, Task, simulate
from permitflow.analytics.office_hours import OfficeHours, hours_read_off, usual_weekdays
from permitflow.analytics.queues import overtaking
from permitflow.analytics.visits import AGENCY, StepVisit, as_of

__all__ = ["AS_IT_IS", "Backtest", "Bands", "Change", "TooLittleHistory", "backtest", "fit", "what_if"]
RUNS = 20
Progress = Callable[[int], None]
QUARTER_US = 91 * DAY_US
LEAST_FILES = 20
NEWEST = 0.6
"""The share of older files in the queue from which on a step is simulated as taking the newest first."""


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
    in microseconds (None when none finished). `queues` tells how many of the open files are at each step."""

    finished: int
    open_at_end: int
    median_lead_us: int | None
    queues: Mapping[str, int] = field(default_factory=dict)


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
    queues: Mapping[str, Band] = field(default_factory=dict)


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
    """The stages of a finished file: visits that overlap stand side by side, each stage after the last.

    Due dates are kept as the time from the file's beginning.
    """
    stages: list[list[Task]] = []
    until, began = -1, visits[0].arrived_us
    for visit in visits:
        end = visit.finished_us or visit.arrived_us
        if visit.arrived_us >= until:
            stages.append([])
        due = None if visit.due_us is None else visit.due_us - began
        stages[-1].append(_task(visit, hours)._replace(due_us=due))
        until = max(until, end)
    return tuple(tuple(stage) for stage in stages)


def _task(visit: StepVisit, hours: OfficeHours) -> Task:
    end = visit.finished_us or visit.arrived_us
    if visit.party != AGENCY:
        return Task(visit.step, max(end - visit.arrived_us, 1), visit.party, round=visit.round)
    begun = visit.arrived_us if visit.claimed_us is None else visit.claimed_us
    return Task(visit.step, max(hours.worked(end) - hours.worked(begun), 1), round=visit.round)


@dataclass(frozen=True, slots=True)
class _Start:
    """What lies where when a stretch begins: the open files with their visits, and for each step the ways in which
    finished files went on from it."""

    open_files: Mapping[str, Sequence[StepVisit]]
    rests: Mapping[str, Sequence[Sequence[Sequence[Task]]]]


def _start(fitted: Fitted, visits: Sequence[StepVisit], start_us: int) -> _Start:
    files = _by_file(as_of(visits, start_us))
    rests: defaultdict[str, list[Sequence[Sequence[Task]]]] = defaultdict(list)
    for route in fitted.routes:
        for place, stage in enumerate(route):
            for task in stage:
                rests[task.step].append(route[place:])
    still = {file: found for file, found in files.items() if any(v.finished_us is None for v in found)}
    return _Start(still, dict(rests))


def _run_once(fitted: Fitted, begun: _Start, stretch: tuple[int, int], plan: Plan, rng: Random) -> Outcome:
    """Simulates one stretch from the files open at its start, with one draw of arrivals and routes.

    An open file keeps its place in the queue by its real arrival and goes on as a finished file did that had been
    at the same step, or stays where it is when none ever was; new files follow whole routes of finished ones.
    """
    start, end = stretch
    began = {file: found[0].arrived_us for file, found in begun.open_files.items()}
    carried = _carried(begun, start, plan, rng)
    stuck = set(begun.open_files) - {filing.file for filing in carried}
    filings = [*carried, *_new(fitted, stretch, plan, rng)]
    began |= {filing.file: filing.arrives_us for filing in filings if filing.file not in began}
    office = Office(changed_people(fitted.reviewers, plan), fitted.hours, changed_desks(fitted.desks, plan))
    seen = simulate(office, filings, start, end)
    wanted = {filing.file: sum(len(lane) for stage in filing.stages for lane in stage) for filing in filings}
    done = Counter(visit.file for visit in seen if visit.finished_us is not None)
    last: dict[str, int] = {}
    for visit in seen:
        last[visit.file] = max(last.get(visit.file, 0), visit.finished_us or 0)
    finished = [file for file, count in wanted.items() if done[file] == count]
    leads = sorted(last[file] - began[file] for file in finished)
    queues = Counter(visit.step for visit in seen if visit.finished_us is None)
    queues.update(v.step for file in stuck for v in begun.open_files[file] if v.finished_us is None)
    median = percentile(leads, 50) if leads else None
    return Outcome(len(finished), len(wanted) - len(finished) + len(stuck), median, queues)


def _carried(begun: _Start, start_us: int, plan: Plan, rng: Random) -> list[Filing]:
    """The files open at the start: what they are at now, and then the rest of a finished file's route."""
    filings = []
    for file, found in begun.open_files.items():
        open_now = [visit for visit in found if visit.finished_us is None and visit.step in begun.rests]
        if not open_now:
            continue
        began = found[0].arrived_us
        rest = rng.choice(begun.rests[open_now[-1].step])
        now = tuple(
            (_going_on(visit, rng.choice(begun.rests[visit.step])[0], (began, start_us), plan),)
            for visit in open_now
        )
        filings.append(Filing(file, start_us, (now, *changed_route(rest[1:], plan, rng, began))))
    return filings


def _going_on(visit: StepVisit, stage: Sequence[Task], since: tuple[int, int], plan: Plan) -> Task:
    """What is left of an open visit; `since` is when its file began and when the stretch does."""
    began, start = since
    model = dated(next(task for task in stage if task.step == visit.step), began)
    if visit.due_us is not None:
        model = model._replace(due_us=visit.due_us)
    if visit.party == AGENCY:
        return model._replace(since_us=visit.arrived_us)
    left = max(cut(model, plan).work_us - (start - visit.arrived_us), DAY_US)
    return model._replace(work_us=left)


def _new(fitted: Fitted, stretch: tuple[int, int], plan: Plan, rng: Random) -> list[Filing]:
    filings = []
    hours = fitted.hours
    for day in range(stretch[0] // DAY_US, -(-stretch[1] // DAY_US)):
        if not hours.is_open_day(day):
            continue
        for n in range(rng.choice(fitted.per_day)):
            at = day * DAY_US + hours.opens_us + int(rng.random() * hours.day_us)
            if stretch[0] <= at < stretch[1]:
                stages = changed_route(rng.choice(fitted.routes), plan, rng, at)
                filings.append(Filing(f"new {day} {n}", at, stages))
    return filings


def what_if(
    visits: Sequence[StepVisit],
    stretch: tuple[int, int],
    change: Change | Plan,
    rng: Random,
    runs: int = RUNS,
    progress: Progress | None = None,
) -> Bands:
    """The figures of a coming stretch under a change, as p10, p50 and p90 of several runs.

    Args:
        visits: the record of one office; the fit uses what was known at the start of the stretch.
        stretch: now and the end of the forecast, in UTC microseconds.
        change: what to try, or several changes at once; `AS_IT_IS` for the comparison.
        rng: the source of draws.
        runs: how many times to simulate.
        progress: told after each run how many are done.

    Raises:
        TooLittleHistory: fewer than 20 files were finished.
    """
    fitted = fit(visits, stretch[0])
    begun = _start(fitted, visits, stretch[0])
    outcomes = []
    for done in range(runs):
        outcomes.append(_run_once(fitted, begun, stretch, plan_of(change), rng))
        if progress is not None:
            progress(done + 1)
    leads = [one.median_lead_us for one in outcomes if one.median_lead_us is not None]
    steps = sorted({step for one in outcomes for step in one.queues})
    return Bands(
        _band([one.finished for one in outcomes]),
        _band([one.open_at_end for one in outcomes]),
        _band(leads) if leads else None,
        {step: _band([one.queues.get(step, 0) for one in outcomes]) for step in steps},
    )


def _band(values: Iterable[int]) -> Band:
    ordered = sorted(values)
    return Band(percentile(ordered, 10), percentile(ordered, 50), percentile(ordered, 90))


def backtest(
    visits: Sequence[StepVisit],
    now_us: int,
    rng: Random,
    runs: int = RUNS,
    progress: Progress | None = None,
) -> Backtest:
    """Simulates the last quarter from its start, knowing only what was known then, and compares.

    A page shows these errors beside every what-if, and no what-if without them.

    Args:
        visits: the record of one office.
        now_us: the end of the quarter, in UTC microseconds.
        rng: the source of draws.
        runs: how many times to simulate.
        progress: told after each run how many are done.

    Raises:
        TooLittleHistory: fewer than 20 files had been finished when the quarter began.
    """
    start = now_us - QUARTER_US
    simulated = what_if(visits, (start, now_us), AS_IT_IS, rng, runs, progress)
    return Backtest(_was(visits, start, now_us), simulated)


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

"""What if: the next weeks of an office simulated from the files that are open today, and how far that is right."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random

from permitflow.analytics.changes import (
    AS_IT_IS,
    Change,
    Plan,
    Trial,
    changed_desks,
    changed_people,
    changed_route,
    changed_task,
    plan_of,
)
from permitflow.analytics.durations import DAY_US, percentile
from permitflow.analytics.fitted import LEAST_FILES, QUARTER_US, Fitted, TooLittleHistory, by_file, fit
from permitflow.analytics.office import Cover, Filing, Office, Reviewer, Task, simulate
from permitflow.analytics.outcomes import Band, Bands, Outcome, banded, late_files
from permitflow.analytics.percentiles import percentile_with_interval
from permitflow.analytics.routes import Passed, Stages, open_tasks
from permitflow.analytics.visits import AGENCY, StepVisit, as_of

__all__ = [
    "AS_IT_IS",
    "LEAST_FILES",
    "QUARTER_US",
    "Backtest",
    "Bands",
    "Change",
    "Declared",
    "Runs",
    "TooLittleHistory",
    "backtest",
    "fit",
    "what_if",
]
RUNS = 20
WITHIN_95 = 1.96
"""How many standard deviations 95 % of a normal distribution lie within."""
P10_TO_P90 = 2.5631
"""How many standard deviations lie between its p10 and p90."""
Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Declared:
    """An absence that is known beforehand: who is away in a half-open stretch (UTC µs), and who takes her files."""

    person: str
    stretch: tuple[int, int]
    covered_by: str | None = None


@dataclass(frozen=True, slots=True)
class Backtest:
    """The last quarter as it was and as it is simulated.

    `chance` tells for finished, open_at_end, late and lead how far two quarters of one unchanged office lie apart by
    chance alone, in 95 of 100 cases.
    """

    was: Outcome
    simulated: Bands
    chance: Mapping[str, int]


def _chance(band: Band, deviation: float) -> int:
    """How far two such figures lie apart by chance: what the figure itself tells, or what the runs do, if more.

    The runs show how one quarter varies; what they were fitted to is another that varies as much, so that the
    variance is twice that of the runs.
    """
    spread = (band.p90 - band.p10) / P10_TO_P90
    return math.floor(WITHIN_95 * max(deviation, math.sqrt(2) * spread))


def _count_chance(was: int, band: Band) -> int:
    """Of two counts: each is at least a Poisson count, whose variance is its mean."""
    return _chance(band, math.sqrt(was + band.p50))


def _lead_chance(leads: Sequence[int], band: Band | None) -> int:
    """Of two medians: the order-statistic interval of the real one, on the side of the simulated one, for both."""
    real = percentile_with_interval(leads, 50)
    if band is None or real.value is None or real.low is None or real.high is None:
        return 0
    reach = real.value - real.low if band.p50 < real.value else real.high - real.value
    return _chance(band, math.sqrt(2) * reach / WITHIN_95)


@dataclass(frozen=True, slots=True)
class _Start:
    """What lies where when a stretch begins: the open files with when they were submitted, their open visits with
    their age, and when each of these visits arrived."""

    files: Mapping[str, tuple[int, tuple[Task, ...], Mapping[str, StepVisit]]]
    fitted: Fitted
    stretch: tuple[int, int]
    declared: Sequence[Declared]


def _start(
    fitted: Fitted, visits: Sequence[StepVisit], stretch: tuple[int, int], declared: Sequence[Declared]
) -> _Start:
    known = as_of(visits, stretch[0])
    passed = Passed(known)
    files = {}
    for file, found in by_file(known).items():
        tasks = tuple(open_tasks(found, passed, stretch[0]))
        if tasks:
            here = {visit.step: visit for visit in found if visit.finished_us is None}
            files[file] = found[0].arrived_us, tasks, here
    return _Start(files, fitted, stretch, declared)


def _run_once(begun: _Start, trial: Trial) -> Outcome:
    """Simulates one stretch from the files open at its start, with one draw of arrivals, routes and absences.

    An open file keeps its place in the queue by its real arrival and goes on as a finished file did that had been
    at the same step for as long; new files follow the routes of others from their beginning.
    """
    (start, end), fitted = begun.stretch, begun.fitted
    carried, new = list(_carried(begun, trial)), list(_new(begun, trial))
    began = {file: submitted for file, (submitted, _, _) in begun.files.items()}
    began |= {filing.file: filing.arrives_us for filing in new}
    people = changed_people(_present(begun, trial.rng), trial.plan)
    office = Office(people, fitted.hours, changed_desks(fitted.desks, trial.plan))
    seen = simulate(office, [*carried, *new], start, end, trial.rng)
    wanted = {
        filing.file: sum(len(lane) for stage in filing.stages for lane in stage)
        for filing in (*carried, *new)
    }
    done = Counter(visit.file for visit in seen if visit.finished_us is not None)
    last: dict[str, int] = {}
    for visit in seen:
        last[visit.file] = max(last.get(visit.file, 0), visit.finished_us or 0)
    finished = [file for file, count in wanted.items() if done[file] == count]
    leads = sorted(last[file] - began[file] for file in finished)
    queues = Counter(visit.step for visit in seen if visit.finished_us is None)
    median = percentile(leads, 50) if leads else None
    return Outcome(len(finished), len(wanted) - len(finished), median, queues, late_files(seen, start, end))


def _present(begun: _Start, rng: Random) -> list[Reviewer]:
    """The people with the absences of one run: what they declared, and otherwise what is drawn as it was seen."""
    (start, end), fitted = begun.stretch, begun.fitted
    days = start // DAY_US, -(-end // DAY_US)
    found = []
    for who in fitted.reviewers:
        away = tuple(one.stretch for one in begun.declared if one.person == who.name)
        if not away:
            own = replace(fitted.hours, weekdays=who.weekdays or fitted.hours.weekdays)
            away = fitted.absences.drawn(fitted.away.get(who.name), days, own, rng)
        found.append(replace(who, away=away))
    return [replace(who, covers=_covers(who, found, begun.declared)) for who in found]


def _covers(who: Reviewer, people: Iterable[Reviewer], declared: Iterable[Declared]) -> tuple[Cover, ...]:
    steps = {other.name: other.steps for other in people}
    return tuple(
        Cover(steps[one.person], one.stretch)
        for one in declared
        if one.covered_by == who.name and one.person in steps
    )


def _carried(begun: _Start, trial: Trial) -> Iterable[Filing]:
    """The files open at the start: what they are at now, and then the rest of a finished file's route."""
    start = begun.stretch[0]
    for file, (began, tasks, here) in begun.files.items():
        now, *rest = begun.fitted.routes.onward(tasks, trial.rng)
        stage = tuple((_going_on(changed_task(task, trial, began), here[task.step], start),) for task in now)
        yield Filing(file, start, (stage, *changed_route(rest, trial, began)))


def _going_on(task: Task, visit: StepVisit, start_us: int) -> Task:
    """What is left of an open visit when a stretch begins."""
    if visit.party == AGENCY:
        return task._replace(since_us=visit.arrived_us)
    return task._replace(work_us=max(task.work_us - (start_us - visit.arrived_us), 1))


def _new(begun: _Start, trial: Trial) -> Iterable[Filing]:
    (start, end), fitted, rng = begun.stretch, begun.fitted, trial.rng
    hours = fitted.hours
    for day in range(start // DAY_US, -(-end // DAY_US)):
        usual = fitted.per_day if hours.is_open_day(day) else fitted.off_days
        for n in range(rng.choice(usual) if usual else 0):
            at = day * DAY_US + hours.opens_us + int(rng.random() * hours.day_us)
            if start <= at < end:
                stages: Stages = fitted.routes.draw(rng)
                yield Filing(f"new {day} {n}", at, changed_route(stages, trial, at))


@dataclass(frozen=True, slots=True)
class Runs:
    """How a what-if is run: how many times, who is told after each run how many are done, and declared absences."""

    count: int = RUNS
    progress: Progress | None = None
    declared: Sequence[Declared] = ()


ONCE_MORE = Runs()


def what_if(
    visits: Sequence[StepVisit],
    stretch: tuple[int, int],
    change: Change | Plan,
    rng: Random,
    runs: Runs = ONCE_MORE,
) -> Bands:
    """The figures of a coming stretch under a change, as p10, p50 and p90 of several runs.

    Args:
        visits: the record of one office; the fit uses what was known at the start of the stretch.
        stretch: now and the end of the forecast, in UTC microseconds.
        change: what to try, or several changes at once; `AS_IT_IS` for the comparison.
        rng: the source of draws.
        runs: how many times to simulate, and what is known beforehand.

    Raises:
        TooLittleHistory: fewer than 20 files were finished.
    """
    fitted = fit(visits, stretch[0])
    begun = _start(fitted, visits, stretch, runs.declared)
    trial = Trial(plan_of(change), fitted.hours, rng)
    outcomes = []
    for done in range(runs.count):
        outcomes.append(_run_once(begun, trial))
        if runs.progress is not None:
            runs.progress(done + 1)
    return banded(outcomes)


def backtest(visits: Sequence[StepVisit], now_us: int, rng: Random, runs: Runs = ONCE_MORE) -> Backtest:
    """Simulates the last quarter from its start, knowing only what was known then, and compares.

    A page shows these errors beside every what-if, and no what-if without them.

    Args:
        visits: the record of one office.
        now_us: the end of the quarter, in UTC microseconds.
        rng: the source of draws.
        runs: how many times to simulate; absences that were declared are not looked at.

    Raises:
        TooLittleHistory: fewer than 20 files had been finished when the quarter began.
    """
    start = now_us - QUARTER_US
    simulated = what_if(visits, (start, now_us), AS_IT_IS, rng, replace(runs, declared=()))
    known = as_of(visits, now_us)
    leads = _leads(known, start)
    still_open = len({visit.file for visit in known if visit.finished_us is None})
    median = percentile(leads, 50) if leads else None
    was = Outcome(len(leads), still_open, median, late=late_files(known, start, now_us))
    chance = {
        "finished": _count_chance(was.finished, simulated.finished),
        "open_at_end": _count_chance(was.open_at_end, simulated.open_at_end),
        "late": _count_chance(was.late, simulated.late),
        "lead": _lead_chance(leads, simulated.median_lead_us),
    }
    return Backtest(was, simulated, chance)


def _leads(known: Sequence[StepVisit], start_us: int) -> list[int]:
    """The lead times of the files that were finished since an instant, ascending."""
    spans = []
    for found in by_file(known).values():
        ends = [visit.finished_us for visit in found if visit.finished_us is not None]
        if len(ends) == len(found) and max(ends) >= start_us:
            spans.append(max(ends) - found[0].arrived_us)
    return sorted(spans)

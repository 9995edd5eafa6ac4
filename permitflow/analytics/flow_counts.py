"""Flow: how many files arrive, leave and lie at each step, and how much of its capacity that takes."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from permitflow.analytics.durations import DAY_US
from permitflow.analytics.visits import StepVisit


@dataclass(frozen=True, slots=True)
class StepFlow:
    """One step over consecutive periods: one entry for each period, and the files present at its end.

    `present_before` is the number at the first bound; present[i] = present[i-1] + arrivals[i] - departures[i].
    """

    step: str
    present_before: int
    arrivals: tuple[int, ...]
    departures: tuple[int, ...]
    present: tuple[int, ...]

    @property
    def net(self) -> tuple[int, ...]:
        """Arrivals less departures of each period: above 0 the queue grows."""
        return tuple(a - d for a, d in zip(self.arrivals, self.departures, strict=True))


def step_flows(visits: Iterable[StepVisit], bounds_us: Sequence[int]) -> list[StepFlow]:
    """Arrivals, departures and work in progress of each step for the half-open periods between the bounds.

    N(t) = A(t) - D(t), with A and D counted up to and not including t.

    Args:
        visits: in any order.
        bounds_us: ascending instants in UTC microseconds, at least two.

    Raises:
        ValueError: fewer than two bounds, or bounds out of order.
    """
    if len(bounds_us) < 2 or any(b <= a for a, b in pairwise(bounds_us)):
        raise ValueError("Periods need at least two ascending bounds.")
    groups: defaultdict[str, list[StepVisit]] = defaultdict(list)
    for visit in visits:
        groups[visit.step].append(visit)
    return [_flow(step, groups[step], bounds_us) for step in sorted(groups)]


def _flow(step: str, visits: Sequence[StepVisit], bounds: Sequence[int]) -> StepFlow:
    before_in, arrivals = _counted((visit.arrived_us for visit in visits), bounds)
    ends = (visit.finished_us for visit in visits if visit.finished_us is not None)
    before_out, departures = _counted(ends, bounds)
    present, now = [], before_in - before_out
    for came, went in zip(arrivals, departures, strict=True):
        now += came - went
        present.append(now)
    return StepFlow(step, before_in - before_out, tuple(arrivals), tuple(departures), tuple(present))


def _counted(instants: Iterable[int], bounds: Sequence[int]) -> tuple[int, list[int]]:
    """How many instants lie before the first bound, and in each half-open period."""
    counts = [0] * (len(bounds) + 1)
    for at in instants:
        counts[bisect_right(bounds, at)] += 1
    return counts[0], counts[1:-1]


def cumulative_flow(visits: Iterable[StepVisit], at_us: Sequence[int]) -> dict[str, tuple[int, ...]]:
    """Cumulative arrivals of each step before each instant: the lines of a cumulative-flow diagram.

    Args:
        visits: in any order.
        at_us: ascending instants in UTC microseconds.
    """
    found: defaultdict[str, list[int]] = defaultdict(list)
    for visit in visits:
        found[visit.step].append(visit.arrived_us)
    lines = {}
    for step in sorted(found):
        before, periods = _counted(found[step], at_us)
        line = [before]
        for count in periods:
            line.append(line[-1] + count)
        lines[step] = tuple(line)
    return lines


def throughput_per_day(departures: int, working_days: int) -> float | None:
    """Files that left for each working day; None where the office was never open."""
    return departures / working_days if working_days else None


def load(arrivals: int, mean_service_us: float, capacity_us: float) -> float | None:
    """The load rho = lambda * E[service] / capacity of one period: at 1 a queue grows without end.

    Args:
        arrivals: files that arrived in the period.
        mean_service_us: mean working time of a file, in microseconds of work.
        capacity_us: the working time of all reviewers in the period, in microseconds; None is returned for 0.
    """
    return arrivals * mean_service_us / capacity_us if capacity_us else None


def days_of_work_on_hand(present: int, departures: int, working_days: int) -> float | None:
    """How many working days the queue takes at the recent rate: present / (departures / working days).

    None where nothing left, so that nobody can say; an empty queue takes none at any rate.
    """
    if not present:
        return 0.0
    return present * working_days / departures if departures else None


def bounds_of_days(start_us: int, days: int, every: int = 1) -> list[int]:
    """Bounds of `days` periods of `every` times 24 hours from an instant, in UTC microseconds."""
    return [start_us + place * every * DAY_US for place in range(days + 1)]

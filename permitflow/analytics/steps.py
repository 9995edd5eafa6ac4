"""Steps: how long visits wait, are worked on and stay, and how many arrive and leave each week."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from permitflow.analytics.durations import WEEK_US, percentile_or_none


@dataclass(frozen=True, slots=True)
class Visit:
    """One stay of a file at a step (in one lane of it, where the step has lanes).

    Instants are UTC microseconds. `worked_us` is the sum of the claimed intervals, in microseconds, as
    the caller has it: without the time after a release, without holds.
    """

    application: str
    step: str
    lane: str | None
    opened_at: int
    first_claimed_at: int | None
    closed_at: int | None
    worked_us: int

    def __post_init__(self) -> None:
        """Refuses instants that run backwards, which would make every figure of the step a lie."""
        for later in (self.first_claimed_at, self.closed_at):
            if later is not None and later < self.opened_at:
                raise ValueError(f"A visit of {self.application} to {self.step} ends before it opens.")


@dataclass(frozen=True, slots=True)
class StepFigures:
    """The figures of one step: durations in microseconds, of the visits that have closed.

    `closed` is the n of every percentile and stands beside it wherever it is shown; percentiles are None
    when it is 0. Closed visits alone flatter a step that clogs, which is why `open_now` and the oldest
    open visit belong on the same line.
    """

    step: str
    lane: str | None
    closed: int
    open_now: int
    waiting_p50: int | None
    waiting_p90: int | None
    working_p50: int | None
    working_p90: int | None
    sojourn_p50: int | None
    sojourn_p90: int | None
    oldest_open_us: int | None
    oldest_open_application: str | None
    arrivals_per_week: list[int]
    departures_per_week: list[int]


def step_table(visits: Iterable[Visit], now_us: int, weeks: int) -> list[StepFigures]:
    """The figures of every step and lane, as they stood at one instant, ordered by step and lane.

    Sojourn is closed - opened. Waiting is first claim - opened; a visit that closed without a claim was
    waiting for all of its stay, since nobody is known to have worked on it. (Tools that book such time
    as work hide the queue.) Working is the claimed time. Percentiles interpolate linearly between ranks.

    Weeks are stretches of 7 x 24 hours counted back from now, half-open [start, end), the oldest first,
    so that each event falls into exactly one of them.

    Args:
        visits: in any order; those opened after now are left out, those closed after now are still open.
        now_us: the instant of the report, in UTC microseconds.
        weeks: how many weeks of arrivals and departures to count.
    """
    groups: defaultdict[tuple[str, str], list[Visit]] = defaultdict(list)
    for visit in visits:
        if visit.opened_at <= now_us:
            groups[visit.step, visit.lane or ""].append(visit)
    return [_figures(groups[key], now_us, weeks) for key in sorted(groups)]


def _figures(visits: Sequence[Visit], now_us: int, weeks: int) -> StepFigures:
    closed = [
        (visit, visit.closed_at)
        for visit in visits
        if visit.closed_at is not None and visit.closed_at <= now_us
    ]
    open_now = [visit for visit in visits if visit.closed_at is None or visit.closed_at > now_us]
    oldest = min(open_now, key=lambda visit: visit.opened_at, default=None)
    waiting = sorted(_waiting(visit, left_at) for visit, left_at in closed)
    working = sorted(visit.worked_us for visit, _ in closed)
    sojourn = sorted(left_at - visit.opened_at for visit, left_at in closed)
    return StepFigures(
        step=visits[0].step,
        lane=visits[0].lane,
        closed=len(closed),
        open_now=len(open_now),
        waiting_p50=percentile_or_none(waiting, 50),
        waiting_p90=percentile_or_none(waiting, 90),
        working_p50=percentile_or_none(working, 50),
        working_p90=percentile_or_none(working, 90),
        sojourn_p50=percentile_or_none(sojourn, 50),
        sojourn_p90=percentile_or_none(sojourn, 90),
        oldest_open_us=None if oldest is None else now_us - oldest.opened_at,
        oldest_open_application=None if oldest is None else oldest.application,
        arrivals_per_week=_per_week((visit.opened_at for visit in visits), now_us, weeks),
        departures_per_week=_per_week((left_at for _, left_at in closed), now_us, weeks),
    )


def _waiting(visit: Visit, closed_at: int) -> int:
    claimed_at = closed_at if visit.first_claimed_at is None else visit.first_claimed_at
    return claimed_at - visit.opened_at


def _per_week(instants: Iterable[int], now_us: int, weeks: int) -> list[int]:
    start = now_us - weeks * WEEK_US
    counts = [0] * weeks
    for at in instants:
        if start <= at < now_us:
            counts[(at - start) // WEEK_US] += 1
    return counts

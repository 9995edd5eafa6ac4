"""How long files wait, are worked on and stay at each step, and how many arrive and leave each week."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from permitflow.reports.intervals import median_intervals, rounded
from permitflow.reports.page import Ask
from permitflow.reports.scope import Scope, Week, start_of_day

OUTSIDE = ("applicant", "payment")
"""Parties in whose court nobody claims a file: only the stay counts there."""
STEPS = """SELECT step, arg_max(party, opened_at), count(*) FILTER (ended), count(*) FILTER (closed_at IS NULL),
    quantile_cont(waited, [0.5, 0.9]) FILTER (ended), quantile_cont(worked_us, [0.5, 0.9]) FILTER (ended),
    quantile_cont(closed_at - opened_at, [0.5, 0.9]) FILTER (ended),
    quantile_cont(b_waited, [0.5, 0.9]) FILTER (ended),
    quantile_cont(waited, [0.5]) FILTER (closed_at < from_us()), count(*) FILTER (closed_at < from_us()),
    max(now_us() - opened_at) FILTER (closed_at IS NULL), arg_min(file, opened_at) FILTER (closed_at IS NULL)
FROM (
    SELECT *, in_period(closed_at) AS ended, coalesce(first_claimed_at, closed_at) - opened_at AS waited,
        coalesce(b_claimed, b_closed) - b_opened AS b_waited
    FROM stays WHERE closed_at IS NULL OR closed_at >= $before AND closed_at < to_us()
) GROUP BY step HAVING count(*) FILTER (ended OR closed_at IS NULL) > 0"""
WAITS = (
    """SELECT step, coalesce(first_claimed_at, closed_at) - opened_at FROM stays WHERE in_period(closed_at)"""
)
VISIT_WEEKS = """WITH weeks AS (SELECT unnest($starts) AS start_at, unnest($ends) AS end_at), moves AS (
    SELECT step AS place, opened_at AS moved_at, 1 AS came FROM stays WHERE opened_at >= $first AND opened_at < $last
    UNION ALL SELECT step, closed_at, 0 FROM stays WHERE closed_at >= $first AND closed_at < $last
) SELECT place, start_at, sum(came), sum(1 - came)
FROM moves JOIN weeks ON moved_at >= start_at AND moved_at < end_at GROUP BY place, start_at"""
FILE_WEEKS = """WITH weeks AS (SELECT unnest($starts) AS start_at, unnest($ends) AS end_at), moves AS (
    SELECT submitted_at AS moved_at, 1 AS came FROM chosen WHERE submitted_at >= $first AND submitted_at < $last
    UNION ALL SELECT decided_at, 0 FROM chosen WHERE decided_at >= $first AND decided_at < $last
) SELECT '', start_at, sum(came), sum(1 - came)
FROM moves JOIN weeks ON moved_at >= start_at AND moved_at < end_at GROUP BY start_at"""


@dataclass(frozen=True, slots=True)
class WeekCount:
    """How many came and went in one calendar week."""

    week: Week
    arrived: int
    left: int


@dataclass(frozen=True, slots=True)
class StepFigures:
    """The figures of one step: durations in microseconds, of visits that ended in the period; `closed` is their n.

    A visit that nobody claimed waited for all of its stay. `business_` is business time; `waiting_low` and
    `waiting_high` bound the median wait with 95 % confidence; `before` is the median wait of the `closed_before`
    visits that ended in the period of the same length before.
    """

    closed: int
    open_now: int
    closed_before: int
    oldest_open_application: str | None
    waiting_p50: int | None
    waiting_p90: int | None
    working_p50: int | None
    working_p90: int | None
    sojourn_p50: int | None
    sojourn_p90: int | None
    business_p50: int | None
    business_p90: int | None
    before: int | None
    oldest_open_us: int | None
    waiting_low: int | None
    waiting_high: int | None


@dataclass(frozen=True, slots=True)
class StepLine:
    """One step with its figures (durations in microseconds) and its weeks, the oldest first."""

    step: str
    title: str
    party: str
    figures: StepFigures
    weeks: tuple[WeekCount, ...]

    @property
    def arrived(self) -> int:
        """Return how many came in the weeks together."""
        return sum(count.arrived for count in self.weeks)

    @property
    def left(self) -> int:
        """Return how many went in the weeks together."""
        return sum(count.left for count in self.weeks)


def step_lines(ask: Ask) -> list[StepLine]:
    """Return each step that has visits closed in the period or open now, the longest median wait first."""
    found = ask.snapshot.rows(STEPS, {"before": before_at(ask.scope)})
    bounds = median_intervals(ask.snapshot, WAITS, {row[0]: row[2] for row in found})
    ids = _ids(ask, [row[-1] for row in found if row[-1] is not None])
    weeks = _weeks(ask, VISIT_WEEKS)
    lines = []
    for step, party, closed, open_now, waited, worked, stayed, business, before, earlier, *oldest in found:
        figures = StepFigures(
            *(closed, open_now, earlier, ids.get(oldest[1])),
            *(*rounded(waited, 2), *rounded(worked, 2), *rounded(stayed, 2), *rounded(business, 2)),
            *(*rounded(before, 1), oldest[0], *bounds[step]),
        )
        counts = _of_weeks(ask.scope.weeks, weeks, step)
        lines.append(StepLine(step, ask.workflows.step_title(step), party, figures, counts))
    return sorted(lines, key=lambda line: (-(line.figures.waiting_p50 or 0), line.title))


def city_steps(lines: Iterable[StepLine]) -> list[StepLine]:
    """Return the steps at which the city, or another agency, has to act."""
    return [line for line in lines if line.party not in OUTSIDE]


def outside_steps(lines: Iterable[StepLine]) -> list[StepLine]:
    """Return the steps at which the applicant has to act or pay."""
    return [line for line in lines if line.party in OUTSIDE]


def file_weeks(ask: Ask) -> tuple[WeekCount, ...]:
    """Return how many files were submitted and decided (or given up) in each week."""
    return _of_weeks(ask.scope.weeks, _weeks(ask, FILE_WEEKS), "")


def before_at(scope: Scope) -> int:
    """Return the first instant of the period of the same length before, in microseconds."""
    length = scope.to_on - scope.from_on + timedelta(days=1)
    return start_of_day(scope.from_on - length, scope.city.zone)


def _ids(ask: Ask, numbers: Iterable[int]) -> dict[int, str]:
    """The ids of files by their numbers in the snapshot."""
    statement = "SELECT file, id FROM chosen WHERE list_contains($numbers::INTEGER[], file)"
    return dict(ask.snapshot.rows(statement, {"numbers": list(numbers)}))


def _weeks(ask: Ask, statement: str) -> Mapping[tuple[str, int], tuple[int, int]]:
    """Arrivals and departures by place and first instant of the week."""
    weeks = ask.scope.weeks
    starts, ends = [week.start_at for week in weeks], [week.end_at for week in weeks]
    asked = {"starts": starts, "ends": ends, "first": starts[0], "last": ends[-1]}
    found = ask.snapshot.rows(statement, asked)
    return {(place, at): (int(came), int(went)) for place, at, came, went in found}


def _of_weeks(
    weeks: Sequence[Week], counts: Mapping[tuple[str, int], tuple[int, int]], place: str
) -> tuple[WeekCount, ...]:
    return tuple(WeekCount(week, *counts.get((place, week.start_at), (0, 0))) for week in weeks)

"""When an open file will leave its step and be decided: from its age, and from the queue ahead of it."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from random import Random

from permitflow.analytics.durations import DAY_US
from permitflow.analytics.forecast import (
    NOTHING,
    Interval80,
    Levels,
    forecast_by_age,
    forecast_by_queue,
)
from permitflow.analytics.snapshot import Snapshot
from permitflow.analytics.survival import Curve
from permitflow.instants import local_date
from permitflow.reports.open_files import YEAR_US, OpenFile
from permitflow.reports.page import Ask
from permitflow.reports.stay_curves import ends_of_files, file_curves, step_curves

OFFICE_DAYS = 60
"""The last open days whose departures say how fast a queue moves."""
_LEFT = f"""WITH office AS (
    SELECT b_start, b_start + end_at - start_at AS b_end, row_number() OVER (ORDER BY on_day DESC) AS back
    FROM days WHERE open AND on_day < today() QUALIFY back <= {OFFICE_DAYS}
), gone AS (
    SELECT step, b_closed FROM visits WHERE role IS NOT NULL AND party = 'agency'
        AND b_closed >= (SELECT min(b_start) FROM office) AND b_closed < (SELECT max(b_end) FROM office)
)
SELECT step, back, count(*) FROM gone JOIN office ON b_closed >= b_start AND b_closed < b_end GROUP BY ALL"""
_AHEAD = "SELECT on_day, b_start FROM days WHERE open AND on_day >= today() ORDER BY on_day"


@dataclass(frozen=True, slots=True)
class Promise:
    """The forecasts of one open file as dates: of leaving its step, from its age and from the queue, and of its
    decision, each by which half (p50) and 85 of 100 (p85) are done; None where nobody can say."""

    step_p50: date | None
    step_p85: date | None
    queue_p50: date | None
    queue_p85: date | None
    decision_p50: date | None
    decision_p85: date | None


class Forecaster:
    """The curves and queues of a city as they stand, for forecasts of its open files."""

    def __init__(self, ask: Ask, levels: Mapping[str, Levels]) -> None:
        self._now, self._zone, self._levels = ask.scope.now, ask.scope.city.zone, levels
        year = (self._now - YEAR_US, self._now + 1)
        self._steps = step_curves(ask.snapshot, year)
        self._files = file_curves(ends_of_files(ask, year))
        self._left, self._office_days = departures(ask.snapshot)
        self._ahead = ask.snapshot.rows(_AHEAD)
        (self._b_now,) = ask.snapshot.row("SELECT b_now()")
        self._queues: dict[tuple[str, int], Interval80] = {}

    def promise(self, file: OpenFile) -> Promise:
        """Return the forecasts of a file."""
        step = self._by_age("step", self._steps.get(file.step), file.opened_at)
        decision = self._by_age("file", self._files.get(file.workflow), file.submitted_at)
        queue = self._by_queue(file)
        return Promise(
            self._on(step.p50),
            self._on(step.p85),
            self._open_day(queue.p50),
            self._open_day(queue.p85),
            self._on(decision.p50),
            self._on(decision.p85),
        )

    def _by_age(self, kind: str, curve: Curve | None, since: int) -> Interval80:
        if curve is None:
            return NOTHING
        return forecast_by_age(curve, self._now - since, self._levels[kind])

    def _by_queue(self, file: OpenFile) -> Interval80:
        """One draw for each length of a queue, always the same for the same record."""
        key = file.step, file.ahead
        if key not in self._queues:
            left = self._left.get(file.step, {})
            per_day = [left.get(back, 0) for back in range(1, self._office_days + 1)]
            rng = Random(str(key))  # noqa: S311  # Repeatable, not secret.
            self._queues[key] = forecast_by_queue(file.ahead, per_day, rng, DAY_US)
        return self._queues[key]

    def _on(self, remaining_us: int | None) -> date | None:
        return None if remaining_us is None else local_date(self._now + remaining_us, self._zone)

    def _open_day(self, work_us: int | None) -> date | None:
        """The open day on which so much business time has passed; None beyond the known calendar."""
        if work_us is None:
            return None
        place = bisect_right(self._ahead, self._b_now + work_us, key=lambda day: day[1])
        return self._ahead[max(place - 1, 0)][0] if place < len(self._ahead) else None


def departures(snapshot: Snapshot) -> tuple[Mapping[str, Mapping[int, int]], int]:
    """Return how many left each step on each of the last open days (1 is the last before today), and how many days.

    What was done on a closed day counts on the next open one.
    """
    found: defaultdict[str, dict[int, int]] = defaultdict(dict)
    for step, back, count in snapshot.rows(_LEFT):
        found[step][back] = count
    (known,) = snapshot.row("SELECT count(*) FROM days WHERE open AND on_day < today()")
    return found, min(known, OFFICE_DAYS)


def promises(ask: Ask, files: Sequence[OpenFile], levels: Mapping[str, Levels]) -> list[Promise]:
    """Return the forecasts of some open files, read at calibrated levels (of steps and of files)."""
    if not files:
        return []
    forecaster = Forecaster(ask, levels)
    return [forecaster.promise(file) for file in files]

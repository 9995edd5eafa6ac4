"""A back-test: forecasts made again at past instants from what was known then, and what became of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from permitflow.analytics.durations import DAY_US
from permitflow.analytics.forecast import (
    Calibration,
    Interval80,
    Levels,
    Made,
    calibrated_levels,
    calibration,
    forecast_by_age,
    stays_at,
)
from permitflow.analytics.percentiles import ENOUGH
from permitflow.analytics.survival import Curve, kaplan_meier
from permitflow.analytics.visits import StepVisit

WINDOW_US = 365 * DAY_US
"""How far back a forecast looks for stays like its own."""
NEVER_US = 100_000 * DAY_US


@dataclass(frozen=True, slots=True)
class BackTest:
    """What became of past forecasts, the levels to read the next ones at, and how many nobody can judge yet."""

    held: Calibration
    levels: Levels
    open: int


def back_test(visits: Sequence[StepVisit], cuts: Iterable[int], now_us: int) -> BackTest:
    """Forecasts every visit that was open at some past instants, and compares with what happened.

    Each forecast knows only what was known at its instant: stays of the same step that began in the year before,
    open ones censored then, and the levels that earlier forecasts had taught by then. A forecast of a visit that is
    still open is judged once its whole interval has passed; before, it counts as open.

    Args:
        visits: of any steps, at least from a year before the first instant.
        cuts: the instants, in UTC microseconds.
        now_us: the instant of judgement, in UTC microseconds.
    """
    made: list[Made] = []
    outcomes: list[tuple[Interval80, int]] = []
    undecided = 0
    for cut in sorted(cuts):
        levels = calibrated_levels(made, cut)
        for curve, visit in _open_at(visits, cut):
            found = forecast_by_age(curve, cut - visit.arrived_us, levels)
            took = _took(found, visit, cut, now_us)
            if took is None:
                undecided += 1
            else:
                outcomes.append((found, took))
            made.append(Made(cut, curve, visit.arrived_us, visit.finished_us))
    return BackTest(calibration(outcomes), calibrated_levels(made, now_us), undecided)


def _open_at(visits: Sequence[StepVisit], cut: int) -> list[tuple[Curve, StepVisit]]:
    """The visits open at an instant with the curve of their step; those without history are passed over."""
    by_step: defaultdict[str, list[StepVisit]] = defaultdict(list)
    for visit in visits:
        if cut - WINDOW_US <= visit.arrived_us <= cut:
            by_step[visit.step].append(visit)
    found = []
    for step in sorted(by_step):
        waiting = [one for one in by_step[step] if one.finished_us is None or one.finished_us > cut]
        curve = kaplan_meier(stays_at(by_step[step], cut)) if waiting else None
        if curve is not None and curve.events >= ENOUGH:
            found += [(curve, visit) for visit in waiting]
    return found


def _took(found: Interval80, visit: StepVisit, cut: int, now_us: int) -> int | None:
    """The remaining time that a visit really took; None when it is still open and may yet keep its forecast."""
    if visit.finished_us is not None and visit.finished_us <= now_us:
        return visit.finished_us - cut
    bounds = (found.p85, found.p90)
    if all(bound is not None and bound < now_us - cut for bound in bounds):
        return NEVER_US
    return None

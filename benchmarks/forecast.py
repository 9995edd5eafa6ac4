"""How often forecasts held: the 80 % interval and the p85 promise, on seeded offices and on a log split by time.

Run: `python -m benchmarks.forecast [--log BPIC15_1.xes.gz]`
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from pathlib import Path

from benchmarks.offices import planted, visits_of
from permitflow.analytics.durations import DAY_US
from permitflow.analytics.forecast import (
    Calibration,
    Interval80,
    Made,
    calibrated_levels,
    calibration,
    forecast_by_age,
    stays_at,
)
from permitflow.analytics.survival import kaplan_meier
from permitflow.analytics.visits import StepVisit
from permitflow.interchange.xes import read_xes

KINDS = ("healthy", "capacity loss", "Fridays", "unassigned pile")
WINDOW_DAYS = 365


def main() -> None:
    """Print one line for each office and for the log."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--log", type=Path, help="an XES log, split by time at half of its cases")
    parser.add_argument("--seed", type=int, default=1000)
    chosen = parser.parse_args()
    for kind in KINDS:
        house, _ = planted(kind, chosen.seed)
        _print(f"office: {kind}", held_out(whole_files(visits_of(house, chosen.seed))))
    if chosen.log:
        _print(chosen.log.name, held_out(files_of_log(chosen.log)))


def _print(name: str, found: Calibration) -> None:
    if found.covered is None or found.kept is None:
        print(f"{name:26} no forecasts")
        return
    print(
        f"{name:26} {found.n:5} held-out files, in the 80 % interval {found.covered:.1%}, promise kept {found.kept:.1%}"
    )


def whole_files(visits: Iterable[StepVisit]) -> list[StepVisit]:
    """One visit for each file: from its first arrival to its last end, open where its last step is missing."""
    spans: dict[str, tuple[int, int | None]] = {}
    for visit in visits:
        start, end = spans.get(visit.file, (visit.arrived_us, 0))
        later = None if end is None or visit.finished_us is None else max(end, visit.finished_us)
        spans[visit.file] = (min(start, visit.arrived_us), later)
    return [StepVisit(file, "file", start, None, end) for file, (start, end) in sorted(spans.items())]


def files_of_log(path: Path) -> list[StepVisit]:
    """One visit for each case of a log, from its first event to its last."""
    spans: dict[str, tuple[int, int]] = {}
    for event in read_xes(path):
        first, last = spans.get(event.case, (event.at_us, event.at_us))
        spans[event.case] = (min(first, event.at_us), max(last, event.at_us))
    return [StepVisit(case, "case", first, None, last) for case, (first, last) in sorted(spans.items())]


def held_out(files: Sequence[StepVisit], window_days: int = WINDOW_DAYS) -> Calibration:
    """Forecasts each file of the later half on its first day, knowing only what was known then.

    Files that are still open at the end of the data are left out of the judgement when they arrived in its last
    tenth, and count as longer than any bound before.
    """
    ordered = sorted(files, key=lambda file: file.arrived_us)
    end = max(file.finished_us or file.arrived_us for file in ordered)
    made: list[Made] = []
    outcomes: list[tuple[Interval80, int]] = []
    for place, file in enumerate(ordered[len(ordered) // 5 :], start=len(ordered) // 5):
        now = file.arrived_us
        recent = [one for one in ordered[:place] if one.arrived_us >= now - window_days * DAY_US]
        curve = kaplan_meier(stays_at(recent, now))
        if place >= len(ordered) // 2 and place < len(ordered) * 9 // 10:
            levels = calibrated_levels(
                [one for one in made if one.made_us >= now - window_days * DAY_US], now
            )
            took = (file.finished_us or end + 10_000 * DAY_US) - now
            outcomes.append((forecast_by_age(curve, 0, levels), took))
        made.append(Made(now, curve, now, file.finished_us))
    return calibration(outcomes)


if __name__ == "__main__":
    main()

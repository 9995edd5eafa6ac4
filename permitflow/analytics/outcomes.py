"""What came out of a stretch of an office: files finished, open, late and waiting, for once and for many runs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from permitflow.analytics.durations import percentile
from permitflow.analytics.visits import AGENCY, StepVisit


@dataclass(frozen=True, slots=True)
class Outcome:
    """One stretch of an office: files finished, files open at its end, and the median lead time of the finished
    in microseconds (None when none finished). `late` counts the files with a visit of the city that ended after its
    due date in the stretch, or is still open past it at the end; `queues` how many open files are at each step."""

    finished: int
    open_at_end: int
    median_lead_us: int | None
    queues: Mapping[str, int] = field(default_factory=dict)
    late: int = 0


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
    late: Band = Band(0, 0, 0)


def banded(outcomes: Sequence[Outcome]) -> Bands:
    """The bands of some runs, of which there is at least one."""
    leads = [one.median_lead_us for one in outcomes if one.median_lead_us is not None]
    steps = sorted({step for one in outcomes for step in one.queues})
    return Bands(
        _band(one.finished for one in outcomes),
        _band(one.open_at_end for one in outcomes),
        _band(leads) if leads else None,
        {step: _band(one.queues.get(step, 0) for one in outcomes) for step in steps},
        _band(one.late for one in outcomes),
    )


def _band(values: Iterable[int]) -> Band:
    ordered = sorted(values)
    return Band(percentile(ordered, 10), percentile(ordered, 50), percentile(ordered, 90))


def late_files(visits: Iterable[StepVisit], start_us: int, end_us: int) -> int:
    """How many files have a visit of the city that ended late in a stretch, or is open past its due date at its end.

    Args:
        visits: as they were known at the end.
        start_us, end_us: the stretch, in UTC microseconds.
    """
    return len(
        {
            visit.file
            for visit in visits
            if visit.due_us is not None
            and visit.party == AGENCY
            and (visit.finished_us is None or visit.finished_us >= start_us)
            and visit.due_us < (end_us if visit.finished_us is None else visit.finished_us)
        }
    )

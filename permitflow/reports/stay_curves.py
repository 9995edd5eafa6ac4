"""Survival curves of a city's steps and files, from counts by the hour, whatever their number."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from permitflow.analytics.durations import DAY_US
from permitflow.analytics.percentiles import ENOUGH
from permitflow.analytics.snapshot import Snapshot
from permitflow.analytics.survival import (
    Counted,
    Curve,
    Incidence,
    cumulative_incidence,
    kaplan_meier_of_counts,
)
from permitflow.reports.page import Ask

HOUR_US = DAY_US // 24
OF_A_STEP = "(before_decision OR role IS NOT NULL)"
"""Which stays count: those before the decision, and the city's own work after it."""
OUTCOMES = ("issued", "denied", "withdrawn", "expired")
"""How a file ends first; abandoned files are with the expired ones."""
ENDS = """CASE WHEN decided_at IS NULL THEN NULL WHEN outcome IN ('denied', 'withdrawn') THEN outcome
    WHEN outcome = 'abandoned' THEN 'expired'
    WHEN outcome = 'expired' AND file NOT IN (
        SELECT file FROM visits WHERE step IN (SELECT unnest($issued::VARCHAR[]))) THEN 'expired'
    ELSE 'issued' END"""
"""The first decision of a file; `outcome` says the last: a permit that ran out was issued."""
_HOURS = f"((greatest(coalesce({{end}}, now_us()) - {{start}}, 0) + {HOUR_US} - 1) // {HOUR_US})"
_STEPS = f"""SELECT step, {_HOURS.format(start="opened_at", end="closed_at")} AS hours,
        count(closed_at), count(*) - count(closed_at)
    FROM stays WHERE {OF_A_STEP} AND opened_at >= $since AND opened_at < $until GROUP BY ALL"""
_FILES = f"""SELECT workflow, {_HOURS.format(start="submitted_at", end="decided_at")} AS hours, ending, count(*)
    FROM (SELECT *, {ENDS} AS ending FROM chosen WHERE submitted_at >= $since AND submitted_at < $until)
    GROUP BY ALL"""
Span = tuple[int, int]
"""Half-open instants in microseconds, in which a stay or a file began."""


def step_curves(snapshot: Snapshot, began: Span) -> dict[str, Curve]:
    """Return the curve of each step, from the stays that began in a span, open ones as far as they have come.

    Durations are calendar time, rounded up to whole hours.
    """
    counts: defaultdict[str, list[Counted]] = defaultdict(list)
    found = snapshot.rows(_STEPS, {"since": began[0], "until": began[1]})
    for step, hours, ended, still_open in found:
        counts[step].append((hours * HOUR_US, ended, still_open))
    return {step: kaplan_meier_of_counts(counts[step]) for step in sorted(counts)}


def ends_of_files(ask: Ask, began: Span) -> dict[str, list[tuple[int, str | None, int]]]:
    """Return, for each workflow, (microseconds, first outcome or None while open, files) of those submitted in a span."""
    counts: defaultdict[str, list[tuple[int, str | None, int]]] = defaultdict(list)
    parameters = {"since": began[0], "until": began[1], "issued": issued_steps(ask)}
    for workflow, hours, ending, files in ask.snapshot.rows(_FILES, parameters):
        counts[workflow].append((hours * HOUR_US, ending, files))
    return dict(sorted(counts.items()))


def issued_steps(ask: Ask) -> list[str]:
    """Return the phases of any workflow in which a permit is issued."""
    phases = (phase for one in ask.workflows.definitions.values() for phase in one.phases.items())
    return sorted({name for name, phase in phases if phase.outcome == "issued"})


def file_curves(ends: Mapping[str, Iterable[tuple[int, str | None, int]]]) -> dict[str, Curve]:
    """Return, for each workflow, the curve of the files that have not ended in any way."""
    return {
        workflow: kaplan_meier_of_counts(
            (t, 0 if ending is None else files, files if ending is None else 0) for t, ending, files in counts
        )
        for workflow, counts in ends.items()
    }


def incidence(counts: Sequence[tuple[int, str | None, int]]) -> list[Incidence]:
    """Return the shares that ended in each way, over time."""
    return cumulative_incidence(counts)


def share_open(curve: Curve, t: int) -> float | None:
    """Return the share still open after `t` microseconds; None under 20 stays and where nobody was seen so old."""
    if curve.n < ENOUGH:
        return None
    share = curve.at(t)
    return share if t <= curve.longest or not share else None

"""Edges: which activity directly follows which within a case, how often, and after how long."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from permitflow.analytics.durations import mean_seconds, percentile, seconds, stdev_seconds
from permitflow.analytics.eventlog import Trace


@dataclass(frozen=True, slots=True)
class Edge:
    """One directly-follows relation; times in seconds from the source event to the target event."""

    source: str
    target: str
    count: int
    mean: float
    median: float
    min: float
    max: float
    sum: float
    stdev: float | None


def edge_table(log: Iterable[Trace]) -> list[Edge]:
    """The directly-follows edges of a log, the most frequent first, then by source and target.

    The standard deviation is that of the sample; it is None for an edge that was walked once.
    """
    waits: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for trace in log:
        for step, (earlier, later) in zip(pairwise(trace.activities), pairwise(trace.times_us), strict=True):
            waits[step].append(later - earlier)
    edges = [_edge(source, target, values) for (source, target), values in waits.items()]
    return sorted(edges, key=lambda edge: (-edge.count, edge.source, edge.target))


def _edge(source: str, target: str, values_us: list[int]) -> Edge:
    ordered = sorted(values_us)
    return Edge(
        source=source,
        target=target,
        count=len(ordered),
        mean=mean_seconds(ordered),
        median=seconds(percentile(ordered, 50)),
        min=seconds(ordered[0]),
        max=seconds(ordered[-1]),
        sum=seconds(sum(ordered)),
        stdev=stdev_seconds(ordered),
    )

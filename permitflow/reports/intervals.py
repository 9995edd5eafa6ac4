"""Percentiles that the snapshot computes, in whole microseconds, and how sure their medians are."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

from permitflow.analytics.percentiles import ENOUGH, order_statistic_ranks
from permitflow.analytics.snapshot import Snapshot

Interval = tuple[int | None, int | None]


def rounded(quantiles: Sequence[float] | None, count: int) -> tuple[int | None, ...]:
    """Return quantiles as whole numbers, rounded half up; `count` times None where there are none."""
    if quantiles is None:
        return (None,) * count
    return tuple(math.floor(value + 0.5) for value in quantiles)


def shown(value: int | None, n: int) -> int | None:
    """Return a percentile of n values; None when they are too few to say anything."""
    return value if n >= ENOUGH else None


def median_intervals(snapshot: Snapshot, values: str, counts: Mapping[str, int]) -> dict[str, Interval]:
    """Return the interval in which the true median of each group lies with 95 % confidence, by one statement.

    Args:
        snapshot: what the statement reads.
        values: SQL that selects (group, value), no value NULL.
        counts: how many values each group has; a group of under 20 has no interval.
    """
    ranks = {name: order_statistic_ranks(n, 50) for name, n in counts.items() if n >= ENOUGH}
    bounds: dict[str, Interval] = dict.fromkeys(counts, (None, None))
    if not ranks:
        return bounds
    names = list(ranks)
    columns = ", ".join(
        f"quantile_disc(value, [{_fractions(ranks[name], counts[name])}]) FILTER (name = $n{place})"
        for place, name in enumerate(names)
    )
    statement = f"SELECT {columns} FROM ({values}) AS listed(name, value)"
    found = snapshot.row(statement, {f"n{place}": name for place, name in enumerate(names)})
    return bounds | {name: (low, high) for name, (low, high) in zip(names, found, strict=True)}


def _fractions(ranks: Interval, n: int) -> str:
    """The fractions by which quantile_disc finds the values of two ranks (from 1) among n."""
    return ", ".join(repr((rank - 0.5) / n) for rank in _known(ranks))


def _known(ranks: Interval) -> Iterable[int]:
    # From 20 values on the median has both bounds.
    return (rank for rank in ranks if rank is not None)

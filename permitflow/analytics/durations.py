"""Durations: quantiles, mean and spread of integer microseconds, exact until the last division."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

SECOND_US = 1_000_000
DAY_US = 86_400 * SECOND_US
WEEK_US = 7 * DAY_US


@dataclass(frozen=True, slots=True)
class Durations:
    """The figures of a set of durations, in seconds; None where there is nothing to say."""

    n: int
    min: float | None = None
    p25: float | None = None
    median: float | None = None
    mean: float | None = None
    p75: float | None = None
    p90: float | None = None
    p95: float | None = None
    max: float | None = None
    sd: float | None = None


def percentile(ordered: Sequence[int], percent: int) -> int:
    """The percentile of sorted integers by linear interpolation between the closest ranks.

    With n values the rank is percent * (n - 1) / 100 (definition 7 of Hyndman and Fan, 1996), computed
    in integers and rounded half up to a whole unit.

    Args:
        ordered: ascending values, at least one.
        percent: 0 to 100.

    Raises:
        ValueError: no values, or a percent out of range.
    """
    if not ordered:
        raise ValueError("A percentile needs at least one value.")
    if not 0 <= percent <= 100:
        raise ValueError(f"A percentile lies between 0 and 100, not at {percent}.")
    rank, rest = divmod(percent * (len(ordered) - 1), 100)
    if not rest:
        return ordered[rank]
    return ordered[rank] + ((ordered[rank + 1] - ordered[rank]) * rest + 50) // 100


def seconds(value_us: int) -> float:
    """Microseconds as seconds."""
    return value_us / SECOND_US


def mean_seconds(values_us: Sequence[int]) -> float:
    """The arithmetic mean in seconds, rounded once.

    Raises:
        ValueError: no values.
    """
    if not values_us:
        raise ValueError("A mean needs at least one value.")
    return sum(values_us) / (len(values_us) * SECOND_US)


def stdev_seconds(values_us: Sequence[int]) -> float | None:
    """The sample standard deviation (divisor n - 1) in seconds; None for fewer than two values.

    From the integer identity n * sum(x^2) - sum(x)^2, so that nothing cancels.
    """
    n = len(values_us)
    if n < 2:
        return None
    scatter = n * sum(value * value for value in values_us) - sum(values_us) ** 2
    return math.sqrt(scatter / (n * (n - 1))) / SECOND_US


def describe(values_us: Iterable[int]) -> Durations:
    """All figures of durations given in microseconds, in any order."""
    ordered = sorted(values_us)
    if not ordered:
        return Durations(0)
    return Durations(
        n=len(ordered),
        min=seconds(ordered[0]),
        p25=seconds(percentile(ordered, 25)),
        median=seconds(percentile(ordered, 50)),
        mean=mean_seconds(ordered),
        p75=seconds(percentile(ordered, 75)),
        p90=seconds(percentile(ordered, 90)),
        p95=seconds(percentile(ordered, 95)),
        max=seconds(ordered[-1]),
        sd=stdev_seconds(ordered),
    )

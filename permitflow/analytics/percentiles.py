"""Percentiles with what they rest on: the number of files, and the interval in which the true one lies."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import NormalDist

from permitflow.analytics.durations import percentile

ENOUGH = 20
"""Values below which a percentile is suppressed: it would name single files, and say nothing about the rest."""
SHOWN = (50, 85, 90)
EXACT_UP_TO = 2_000
"""Values up to which the binomial sum is taken term by term; beyond, its normal approximation is as good."""


@dataclass(frozen=True, slots=True)
class Percentile:
    """One percentile of durations in microseconds; `value` is None when fewer than 20 stand behind it.

    `low` and `high` bound the true percentile with 95 % confidence; None where the sample is too small to.
    """

    percent: int
    n: int
    value: int | None
    low: int | None
    high: int | None


def order_statistic_ranks(n: int, percent: int, confidence: float = 0.95) -> tuple[int | None, int | None]:
    """The ranks (from 1) of the two ordered values that bound the true percentile.

    With B ~ Binomial(n, p) the number of values below it, the pair (l, u) is the tightest one with
    P(B < l) <= a/2 and P(B >= u) <= a/2, a = 1 - confidence. It holds for every continuous distribution.
    None stands for a bound that no value of the sample can give.

    Args:
        n: how many values there are.
        percent: 1 to 99.
        confidence: the least probability that the interval covers the percentile.

    Source: David and Nagaraja, Order Statistics, 3rd ed., section 7.1.
    """
    p, tail = percent / 100, (1 - confidence) / 2
    if n > EXACT_UP_TO:
        spread = NormalDist().inv_cdf(1 - tail) * math.sqrt(n * p * (1 - p))
        return _within(math.floor(n * p - spread), n), _within(math.ceil(n * p + spread) + 1, n)
    below, low, high = 0.0, None, None
    for k in range(n + 1):
        # Here `below` is P(B < k); both bounds move only as far as their tail allows.
        if below <= tail:
            low = k
        if high is None and below >= 1 - tail:
            high = k
        below += _binomial(n, k, p)
    return _within(low or 0, n), _within(high or 0, n)


def _binomial(n: int, k: int, p: float) -> float:
    """P(B = k), through logarithms: the coefficients of large samples are greater than any float."""
    ways = math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
    return math.exp(ways + k * math.log(p) + (n - k) * math.log1p(-p))


def _within(rank: int, n: int) -> int | None:
    return rank if 1 <= rank <= n else None


def percentile_with_interval(values_us: Iterable[int], percent: int) -> Percentile:
    """One percentile (linear interpolation between ranks) with n and its 95 % order-statistic interval.

    Args:
        values_us: durations in microseconds, in any order.
        percent: 1 to 99.
    """
    ordered = sorted(values_us)
    n = len(ordered)
    if n < ENOUGH:
        return Percentile(percent, n, None, None, None)
    low, high = order_statistic_ranks(n, percent)
    return Percentile(
        percent,
        n,
        percentile(ordered, percent),
        None if low is None else ordered[low - 1],
        None if high is None else ordered[high - 1],
    )


def percentiles_shown(values_us: Iterable[int]) -> tuple[Percentile, ...]:
    """The p50, p85 and p90 of durations in microseconds: what a page shows in place of a lone mean."""
    ordered = sorted(values_us)
    return tuple(percentile_with_interval(ordered, percent) for percent in SHOWN)

"""Shares and differences with the range in which the true one lies."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

from permitflow.analytics.percentiles import ENOUGH, Percentile

CERTAIN = NormalDist().inv_cdf(0.975)
"""Standard deviations on either side that hold 95 of 100."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value between the bounds that hold the true one with 95 % confidence, all in the unit of the value."""

    value: float
    low: float
    high: float


def share(part: int, n: int) -> Estimate | None:
    """A share in percent with Wilson's interval; None when fewer than 20 stand behind it.

    Args:
        part: how many have it, 0 to n.
        n: how many there are.

    Raises:
        ValueError: the part is no part of n.

    Source: Wilson (1927), J. Am. Stat. Assoc. 22, 209-212.
    """
    if not 0 <= part <= n:
        raise ValueError(f"{part} is no part of {n}.")
    if n < ENOUGH:
        return None
    p, z2 = part / n, CERTAIN**2 / n
    middle = (p + z2 / 2) / (1 + z2)
    reach = CERTAIN * math.sqrt(p * (1 - p) / n + z2 / (4 * n)) / (1 + z2)
    return Estimate(100 * p, max(0.0, 100 * (middle - reach)), min(100.0, 100 * (middle + reach)))


def bounded(found: Percentile) -> Estimate | None:
    """A percentile as an estimate, in microseconds; None where it is suppressed or a bound is unknown."""
    if found.value is None or found.low is None or found.high is None:
        return None
    return Estimate(found.value, found.low, found.high)


def difference(one: Estimate | None, other: Estimate | None) -> Estimate | None:
    """By how much one value is greater than another of an independent group, from their intervals.

    None unless both are known.

    Source: the square-and-add interval of Newcombe (1998), Stat. Med. 17, 873-890, for any two estimates by Zou and
    Donner (2008), Stat. Med. 27, 1693-1702.
    """
    if one is None or other is None:
        return None
    value = one.value - other.value
    down = math.hypot(one.value - one.low, other.high - other.value)
    up = math.hypot(one.high - one.value, other.value - other.low)
    return Estimate(value, value - down, value + up)

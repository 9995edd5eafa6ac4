"""How likely a count is by chance alone, and how many of many such findings would be false.

A count of a person that lies above what is expected says nothing by itself: of a thousand people some lie far above
by luck. The tails here are never too small, and the q-values are corrected for the number of looks.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

NEGLIGIBLE = 1e-17


def at_least(observed: int, expected: float) -> float:
    """Return the probability that a Poisson count of mean `expected` is `observed` or more.

    For sums of independent chances, and for draws without replacement, of the same mean it is an upper bound
    whenever `observed` is at least `expected` + 1, so that a finding is never overstated.

    Args:
        observed: 0 or more.
        expected: the mean, 0 or more.

    Source: Hoeffding, Ann. Math. Statist. 27 (1956) 713-721; Anderson and Samuels, 5th Berkeley Symposium (1967).
    """
    if observed <= 0:
        return 1.0
    if expected <= 0:
        return 0.0
    if observed <= expected:
        return max(0.0, 1 - _below(observed, expected))
    # Above the mean the terms fall at least as fast as a geometric row; adding them keeps the small digits.
    term = math.exp(observed * math.log(expected) - expected - math.lgamma(observed + 1))
    total, count = 0.0, observed
    while term > NEGLIGIBLE * total:
        total += term
        count += 1
        term *= expected / count
    return min(1.0, total)


def _below(observed: int, expected: float) -> float:
    """The probability of fewer than `observed`."""
    logs = (count * math.log(expected) - expected - math.lgamma(count + 1) for count in range(observed))
    return math.fsum(math.exp(log) for log in logs)


def q_values(tails: Sequence[float], looks: int | None = None) -> list[float]:
    """Return for each tail probability the share of false findings if it and all smaller ones are called findings.

    Args:
        tails: probabilities in any order.
        looks: how many comparisons were made in all; those not in `tails` count as having shown nothing.

    Raises:
        ValueError: fewer looks than tails.

    Source: Benjamini and Hochberg, J. R. Statist. Soc. B 57 (1995) 289-300.
    """
    looks = len(tails) if looks is None else looks
    if looks < len(tails):
        raise ValueError("there are more findings than looks")
    order = sorted(range(len(tails)), key=lambda place: tails[place], reverse=True)
    found, smallest = [1.0] * len(tails), 1.0
    for above, place in enumerate(order):
        smallest = min(smallest, tails[place] * looks / (len(tails) - above))
        found[place] = smallest
    return found


def within(limit: float, median: float) -> float:
    """Return the share of times below `limit` if times were exponential with that median (same units, above 0).

    People's working times spread less than that near zero, so that it rather overstates what chance explains.
    """
    return 1 - 2 ** (-limit / median) if median > 0 else 0.0

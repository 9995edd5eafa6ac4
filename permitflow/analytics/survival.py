"""Survival: how long files stay, with those that are still open counted as far as they have come."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from statistics import NormalDist

Z95 = NormalDist().inv_cdf(0.975)

Stay = tuple[int, bool]
"""A duration in microseconds, and whether it ended; False means still open, that is, censored."""
Counted = tuple[int, int, int]
"""A duration in microseconds, how many ended after it, and how many are still open at that age."""


@dataclass(frozen=True, slots=True)
class Point:
    """A step of the curve: just after `t` microseconds a share `survival` is still open (95 % band low..high)."""

    t: int
    at_risk: int
    events: int
    survival: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Curve:
    """A Kaplan-Meier curve: `n` stays, of which `events` ended; `points` at the durations at which some did."""

    n: int
    events: int
    points: tuple[Point, ...]
    longest: int

    def at(self, t: int) -> float:
        """The share still open after `t` microseconds; 1 before the first end."""
        place = bisect_right(self.points, t, key=lambda point: point.t)
        return self.points[place - 1].survival if place else 1.0

    def quantile(self, share: float, age: int | None = None) -> int | None:
        """The least duration by which a share of all stays has ended, in microseconds; stays of no length are among them.

        The smallest t with S(t) <= 1 - share; with an age, of those still open then, the smallest t > age with
        S(t) / S(age) <= 1 - share. None where the curve does not come down so far, which is an answer too: fewer than
        that share have been seen to end.

        Args:
            share: 0 to 1; 0.5 gives the median.
            age: how long the file has been open already, in microseconds.
        """
        limit = (1 - share) * (1.0 if age is None else self.at(age))
        first = 0 if age is None else bisect_right(self.points, age, key=lambda point: point.t)
        for point in self.points[first:]:
            # Products of fractions are off by a few units in the last place.
            if point.survival <= limit + 1e-12:
                return point.t
        return None


def kaplan_meier(stays: Iterable[Stay]) -> Curve:
    """The product-limit estimate of the share still open, with open files censored at their age.

    S(t) = product over t_i <= t of (1 - d_i / n_i). The band is Greenwood's variance on the log(-log) scale,
    S ** exp(+-1.96 * sqrt(sum d / (n (n - d))) / log S), which stays within 0 and 1. A stay that is censored at
    the instant of an end was at risk of it. It assumes that the times do not drift and that being open says
    nothing about the end; a report shows it beside a forecast from the queue and a drift flag.

    Args:
        stays: (microseconds, ended) in any order.

    Source: Kaplan and Meier (1958); Kalbfleisch and Prentice (1980), section 1.4.
    """
    return kaplan_meier_of_counts((t, int(ended), int(not ended)) for t, ended in stays)


def kaplan_meier_of_counts(counts: Iterable[Counted]) -> Curve:
    """The same estimate from counts, for more stays than one wants to carry one by one.

    It is exact when the durations are; of durations rounded up to whole hours it is exact but for the order of
    what ends and what is censored within one hour, where the censored count as still at risk.

    Args:
        counts: (microseconds, how many ended, how many are still open) in any order; one duration may come twice.
    """
    ordered = sorted(counts, key=itemgetter(0))
    n = at_risk = sum(ended + censored for _, ended, censored in ordered)
    survival, greenwood, events = 1.0, 0.0, 0
    points = []
    for t, group in groupby(ordered, key=itemgetter(0)):
        d = left = 0
        for _, ended, censored in group:
            d += ended
            left += ended + censored
        if d:
            survival *= 1 - d / at_risk
            greenwood += d / (at_risk * (at_risk - d)) if at_risk > d else 0.0
            points.append(Point(t, at_risk, d, survival, *_band(survival, greenwood)))
        events += d
        at_risk -= left
    return Curve(n, events, tuple(points), ordered[-1][0] if ordered else 0)


def _band(survival: float, greenwood: float) -> tuple[float, float]:
    if survival <= 0 or survival >= 1:
        return survival, survival
    half = Z95 * math.sqrt(greenwood) / math.log(survival)
    return survival ** math.exp(-half), survival ** math.exp(half)


@dataclass(frozen=True, slots=True)
class Incidence:
    """After `t` microseconds: the share that has ended in each way, and the share that is still open."""

    t: int
    by_outcome: Mapping[str, float]
    still_open: float


def cumulative_incidence(counts: Iterable[tuple[int, str | None, int]]) -> list[Incidence]:
    """The Aalen-Johansen estimate: by day t, what share has been issued, withdrawn, denied or has expired.

    F_k(t) = sum over t_i <= t of S(t_i-) * d_ik / n_i. The shares and those still open add up to 1. Counting the
    other outcomes as censored instead would promise permits to files that were withdrawn.

    Args:
        counts: (microseconds, outcome, how many files) in any order; the outcome is None for files still open.

    Source: Aalen and Johansen (1978).
    """
    ordered = sorted(counts, key=itemgetter(0))
    shares: dict[str, float] = {outcome: 0.0 for _, outcome, _ in ordered if outcome is not None}
    at_risk, survival = sum(count for _, _, count in ordered), 1.0
    found = []
    for t, group in groupby(ordered, key=itemgetter(0)):
        ended: Counter[str] = Counter()
        left = 0
        for _, outcome, count in group:
            left += count
            if outcome is not None:
                ended[outcome] += count
        for outcome, d in ended.items():
            shares[outcome] += survival * d / at_risk
        survival *= 1 - ended.total() / at_risk
        at_risk -= left
        if ended:
            found.append(Incidence(t, dict(shares), survival))
    return found


def share_ended_by(found: Sequence[Incidence], outcome: str, t: int) -> float:
    """The share that has ended with an outcome within `t` microseconds; 0 before anything has."""
    place = bisect_right(found, t, key=lambda point: point.t)
    return found[place - 1].by_outcome.get(outcome, 0.0) if place else 0.0

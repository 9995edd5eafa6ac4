"""Little's law on a window, counted stay by stay: what the columns of the report have to agree with."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from permitflow.analytics.littles_law import LittleCheck

Stretch = tuple[int, int | None]
"""Arrival and departure in UTC microseconds; None while it is still there."""


def counted_window(stays: Iterable[Stretch], start_us: int, end_us: int) -> LittleCheck:
    """The three sides of the law for half-open stays [arrived, departed) on the window [start, end)."""
    inside = [
        (arrived, end_us if left is None else min(left, end_us))
        for arrived, left in stays
        if arrived < end_us and (left is None or left > start_us)
    ]
    before = [arrived for arrived, _ in inside if arrived <= start_us]
    after = [arrived for arrived, left in inside if left == end_us]
    return LittleCheck(
        window_us=end_us - start_us,
        presence_us=sum(left - max(arrived, start_us) for arrived, left in inside),
        present=len(inside),
        at_start=len(before),
        at_end=len(after),
        age_at_start_us=_mean([start_us - arrived for arrived in before]),
        age_at_end_us=_mean([end_us - arrived for arrived in after]),
    )


def _mean(values: list[int]) -> Fraction:
    return Fraction(sum(values), len(values)) if values else Fraction(0)

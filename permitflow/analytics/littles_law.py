"""Little's law on a finite window: an identity, and the question whether it may be read as a steady state."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from permitflow.analytics.durations import DAY_US

DRIFT = Fraction(1, 4)
"""The relative change of the queue, or of its mean age, beyond which a window is no steady state."""

Span = tuple[int, int | None]
"""Arrival and departure in UTC microseconds; None while it is still there."""


@dataclass(frozen=True, slots=True)
class LittleCheck:
    """The three sides of the law over a window of `window_us` microseconds, all exact.

    `presence_us` is H, the integral of the number present; `present` is A, the number of files that were there at
    some time of the window.
    """

    window_us: int
    presence_us: int
    present: int
    at_start: int
    at_end: int
    age_at_start_us: Fraction
    age_at_end_us: Fraction

    @property
    def mean_present(self) -> Fraction:
        """L = H / T: files present on average."""
        return Fraction(self.presence_us, self.window_us)

    @property
    def rate_per_day(self) -> Fraction:
        """Lambda = A / T: files per day of 24 hours."""
        return Fraction(self.present * DAY_US, self.window_us)

    @property
    def mean_stay_us(self) -> Fraction:
        """w = H / A: mean time of a file inside the window, in microseconds; 0 without files."""
        return Fraction(self.presence_us, self.present) if self.present else Fraction(0)

    @property
    def steady(self) -> bool:
        """Whether neither the number present nor its mean age moved by more than a quarter."""
        return _near(Fraction(self.at_start), Fraction(self.at_end)) and _near(
            self.age_at_start_us, self.age_at_end_us
        )


def _near(before: Fraction, after: Fraction) -> bool:
    return abs(after - before) <= DRIFT * max(before, after)


def little_check(spans: Iterable[Span], start_us: int, end_us: int) -> LittleCheck:
    """Measures L, Lambda and w on the window [start, end): L = Lambda * w holds exactly, whatever happened in it.

    Outside a steady state the identity still holds, but w is not the time a new file will take, and the page has
    to say so.

    Args:
        spans: half-open stays [arrived, departed) in UTC microseconds.
        start_us, end_us: the window, in UTC microseconds.

    Raises:
        ValueError: the window is empty.

    Source: Little (1961), and Stidham (1974) for the sample-path form.
    """
    if end_us <= start_us:
        raise ValueError("A window ends after it starts.")
    inside = [
        (arrived, end_us if left is None else min(left, end_us))
        for arrived, left in spans
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

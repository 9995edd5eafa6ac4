"""Little's law on a finite window: an identity, and the question whether it may be read as a steady state."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from permitflow.analytics.durations import DAY_US

DRIFT = Fraction(1, 4)
"""The relative change of the queue, or of its mean age, beyond which a window is no steady state."""


@dataclass(frozen=True, slots=True)
class LittleCheck:
    """The three sides of the law over a window of `window_us` microseconds, all exact: L = Lambda * w always holds.

    Outside a steady state w is not the time that a new file will take, and the page has to say so. `presence_us` is H, the integral of the number present; `present` is A, the number of files that were there at
    some time of the window.

    Source: Little (1961), and Stidham (1974) for the sample-path form.
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

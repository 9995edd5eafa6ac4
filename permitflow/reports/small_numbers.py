"""Shares and percentiles as figures show them: nothing that rests on too few."""

from __future__ import annotations

from permitflow.analytics.percentiles import ENOUGH
from permitflow.queries.sentence import Phrase

SMALL = Phrase("Shares and times that rest on fewer than {n} are left out.", {"n": ENOUGH})


def percent(part: int, n: int) -> float | None:
    """Return the share in percent, None when fewer than 20 stand behind it."""
    return 100 * part / n if n >= ENOUGH else None


def kept_percent(kept: int, n: int) -> float | None:
    """Return the part of n terms that was kept, in percent, rounded down to a tenth so that nothing missed reads as 100.

    None when fewer than 20 stand behind it.
    """
    return 1000 * kept // n / 10 if n >= ENOUGH else None


def enough(value: float | None, n: int) -> float | None:
    """Return a value only when at least 20 stand behind it."""
    return value if n >= ENOUGH else None


def hidden(*counts: int) -> tuple[Phrase, ...]:
    """Return the warning that something was left out, when one of the counts is too small."""
    return (SMALL,) if any(0 < n < ENOUGH for n in counts) else ()

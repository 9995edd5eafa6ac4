"""Lengths of time in words, two units at most."""

from __future__ import annotations

from permitflow.instants import DAY, SECOND
from permitflow.queries.sentence import Phrase

MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAYS_ONLY = 10 * DAY
"""From here on hours say nothing more."""


def elapsed(duration_us: int) -> Phrase:
    """Return a calendar time of microseconds as a phrase: "3 d 4 h", "2 h 5 min", "41 d"."""
    if duration_us >= DAYS_ONLY:
        return Phrase("{days} d", {"days": (duration_us + DAY // 2) // DAY})
    if duration_us >= DAY:
        days, rest = divmod(duration_us, DAY)
        return Phrase("{days} d {hours} h", {"days": days, "hours": rest // HOUR})
    if duration_us >= HOUR:
        hours, rest = divmod(duration_us, HOUR)
        return Phrase("{hours} h {minutes} min", {"hours": hours, "minutes": rest // MINUTE})
    if 0 < duration_us < MINUTE:
        return Phrase("under 1 min")
    return Phrase("{minutes} min", {"minutes": duration_us // MINUTE})


def in_english(duration_us: int | None) -> str:
    """Return a length of time in English, a dash when there is none."""
    return "-" if duration_us is None else elapsed(duration_us).say()

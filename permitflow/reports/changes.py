"""How a number changed against the period before, in words and with a sign that needs no colour."""

from __future__ import annotations

from permitflow.analytics.durations import DAY_US
from permitflow.queries.sentence import Phrase


def change_of_count(value: int, before: int | None, *, since_start: bool = False) -> Phrase | None:
    """Return how a number of files changed; `since_start`: against the first instant of the period."""
    if before is None:
        return None
    said: dict[str, object] = {"n": abs(value - before)}
    if since_start:
        return _since_start(value - before, said)
    if value == before:
        return Phrase("= as many as before")
    return (
        Phrase("▲ {n} more than before", said) if value > before else Phrase("▼ {n} fewer than before", said)
    )


def _since_start(more: int, said: dict[str, object]) -> Phrase:
    if not more:
        return Phrase("= as many as when the period began")
    if more > 0:
        return Phrase("▲ {n} more than when the period began", said)
    return Phrase("▼ {n} fewer than when the period began", said)


def change_of_time(value: int | None, before: int | None) -> Phrase | None:
    """Return how a time (microseconds) changed, in days."""
    if value is None or before is None:
        return None
    days = round(abs(value - before) / DAY_US, 1)
    if not days:
        return Phrase("= as long as before")
    if value > before:
        return Phrase("▲ {days} days longer than before", {"days": days})
    return Phrase("▼ {days} days shorter than before", {"days": days})


def change_of_percent(value: float | None, before: float | None) -> Phrase | None:
    """Return how a share (percent) changed, in percentage points."""
    if value is None or before is None:
        return None
    points = round(abs(value - before), 1)
    if not points:
        return Phrase("= the same share as before")
    if value > before:
        return Phrase("▲ {points} points more than before", {"points": points})
    return Phrase("▼ {points} points less than before", {"points": points})

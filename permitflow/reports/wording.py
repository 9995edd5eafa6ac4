"""Lengths of time in words, two units at most."""

from __future__ import annotations

from permitflow.instants import DAY, SECOND
from permitflow.queries.sentence import Phrase

MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAYS_ONLY = 10 * DAY
"""From here on hours say nothing more."""


def elapsed(duration_us: int) -> Phrase:
    """Return a calendar time of microseconds as a phrase: "3 d 4 h", "2 h 5 min", "41 d"; a difference may be "-3 d 4 h"."""
    sign, length = (-1 if duration_us < 0 else 1), abs(duration_us)
    if length >= DAYS_ONLY:
        return Phrase("{days} d", {"days": sign * ((length + DAY // 2) // DAY)})
    if length >= DAY:
        days, hours = length // DAY, length % DAY // HOUR
        if not hours:
            return Phrase("{days} d", {"days": sign * days})
        return Phrase("{days} d {hours} h", {"days": sign * days, "hours": hours})
    if length >= HOUR:
        hours, minutes = length // HOUR, length % HOUR // MINUTE
        if not minutes:
            return Phrase("{hours} h", {"hours": sign * hours})
        return Phrase("{hours} h {minutes} min", {"hours": sign * hours, "minutes": minutes})
    if 0 < length < MINUTE:
        return Phrase("under 1 min")
    return Phrase("{minutes} min", {"minutes": sign * (length // MINUTE)})


def in_business_days(time_us: float) -> Phrase:
    """Return a business time of microseconds as a phrase: "10.1 business days", "1 business day", "0.06 business days"."""
    days = business_days(time_us)
    return Phrase("1 business day") if days == 1 else Phrase("{days} business days", {"days": days})


def business_days(time_us: float) -> int | float:
    """Return business microseconds as days with one decimal; below one day with two, so that an hour is not nothing."""
    days = time_us / DAY
    return rounded(days, 1 if abs(days) >= 1 else 2)


def rounded(value: float, decimals: int = 1) -> int | float:
    """Return a number with so many decimals at most, and none where they would be zeros."""
    short = round(value, decimals)
    return int(short) if short.is_integer() else short


def in_english(duration_us: int | None) -> str:
    """Return a length of time in English, a dash when there is none."""
    return "-" if duration_us is None else elapsed(duration_us).say()

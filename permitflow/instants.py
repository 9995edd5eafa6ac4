"""Instants: integer microseconds since 1970-01-01T00:00:00Z, and back to dates for people."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

SECOND = 1_000_000
DAY = 86_400 * SECOND
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def now_us() -> int:
    """Return this instant."""
    return time.time_ns() // 1000


def from_datetime(moment: datetime) -> int:
    """Return the instant of an aware datetime, exactly.

    Raises:
        ValueError: the datetime carries no zone.
    """
    if moment.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return (moment - _EPOCH) // _MICROSECOND


def to_datetime(instant: int, zone: str = "UTC") -> datetime:
    """Return an instant as an aware datetime of an IANA zone."""
    return (_EPOCH + timedelta(microseconds=instant)).astimezone(ZoneInfo(zone))


def local_date(instant: int, zone: str) -> date:
    """Return the calendar date that an instant has in an IANA zone."""
    return to_datetime(instant, zone).date()

"""Date and time as other systems write them, read to exact UTC microseconds."""

from __future__ import annotations

from datetime import UTC, datetime

from permitflow.instants import from_datetime


def parse_instant(text: str) -> int:
    """The microseconds since 1970-01-01T00:00:00Z of an ISO 8601 date and time.

    A time without an offset is taken as UTC; digits beyond the microsecond are cut off.

    Raises:
        ValueError: the text is no ISO 8601 date and time.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f"“{text}” is not an ISO 8601 date and time.") from error
    return from_datetime(moment if moment.tzinfo else moment.replace(tzinfo=UTC))

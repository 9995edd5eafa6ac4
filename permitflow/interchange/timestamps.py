"""Date and time as other systems write them, read to exact UTC microseconds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, tzinfo

from permitflow.instants import from_datetime

OLDEST, NEWEST = datetime(1, 1, 3, tzinfo=UTC), datetime(9999, 12, 29, tzinfo=UTC)
"""Instants outside these cannot be told in every time zone."""


def parse_instant(text: str) -> int:
    """The microseconds since 1970-01-01T00:00:00Z of an ISO 8601 date and time.

    A time without an offset is taken as UTC; digits beyond the microsecond are cut off.

    Raises:
        ValueError: the text is no ISO 8601 date and time.
    """
    return placed(text)[0]


def placed(text: str, formats: Sequence[str] = (), zone: tzinfo = UTC) -> tuple[int, bool]:
    """The instant of a date and time in microseconds, and whether only the day was written.

    A midnight counts as a day: logs of offices that keep dates write them so.

    Args:
        text: as the log writes it.
        formats: strptime formats, tried in turn; none for ISO 8601.
        zone: of a time that names none.

    Raises:
        ValueError: the text is not in any of the formats, or no instant that exists.
    """
    moment = _moment(text, formats)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone)
    if not OLDEST <= moment <= NEWEST:
        raise ValueError(f"“{text}” lies outside the calendar.")
    at_midnight = not (moment.hour or moment.minute or moment.second or moment.microsecond)
    return from_datetime(moment), at_midnight


def _moment(text: str, formats: Sequence[str]) -> datetime:
    if not formats:
        try:
            return datetime.fromisoformat(text)
        except ValueError as error:
            raise ValueError(f"“{text}” is not an ISO 8601 date and time.") from error
    for form in formats:
        try:
            return datetime.strptime(text.strip(), form)  # noqa: DTZ007  # The caller adds the zone.
        except ValueError:
            continue
    raise ValueError(f"“{text}” is in none of the formats {', '.join(formats)}.")

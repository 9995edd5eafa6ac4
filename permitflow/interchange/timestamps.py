"""Date and time as other systems write them, read to exact UTC microseconds."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, tzinfo

from permitflow.instants import from_datetime

OLDEST, NEWEST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
"""Instants outside these have no date in UTC."""
END_OF_DAY = re.compile(r"(.{10}[Tt ])24(:00(?::00(?:[.,]0+)?)?(?:[Z+-].*)?)")
LEAP_SECOND = re.compile(r"(.{10}[Tt ]\d\d:\d\d:)60(.*)")


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
            return _iso(text)
        except ValueError as error:
            raise ValueError(f"“{text}” is not an ISO 8601 date and time.") from error
        except OverflowError as error:
            raise ValueError(f"“{text}” lies outside the calendar.") from error
    for form in formats:
        try:
            return datetime.strptime(text.strip(), form)  # noqa: DTZ007  # The caller adds the zone.
        except ValueError:
            continue
    raise ValueError(f"“{text}” is in none of the formats {', '.join(formats)}.")


def _iso(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return _unusual(text.strip().replace("z", "Z"))
    if len(text) == 16 and text[10] in "+-":
        # A date with an offset: the library would take the offset for the time of day.
        return datetime.fromisoformat(f"{text[:10]}T00:00{text[10:]}")
    return found


def _unusual(text: str) -> datetime:
    """Times that ISO 8601 and XML know and the library does not: 24:00, a leap second, a date of UTC."""
    if end := END_OF_DAY.fullmatch(text):
        return datetime.fromisoformat(f"{end[1]}00{end[2]}") + timedelta(days=1)
    if leap := LEAP_SECOND.fullmatch(text):
        return datetime.fromisoformat(f"{leap[1]}59{leap[2]}") + timedelta(seconds=1)
    if len(text) == 11 and text.endswith("Z"):
        return datetime.fromisoformat(f"{text[:10]}T00:00Z")
    return datetime.fromisoformat(text)

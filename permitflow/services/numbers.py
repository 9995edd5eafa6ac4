"""Numbers without gaps: receipts and permits of one city and year."""

from __future__ import annotations

from sqlalchemy import text

from permitflow.prepared import Channel, Prepared

# SQLite and PostgreSQL read this the same way; the row lock makes two callers take two numbers.
_NEXT = Prepared(
    text(
        "INSERT INTO number_series (jurisdiction_id, series, year, last) VALUES (:jurisdiction_id, :series, :year, 1)"
        " ON CONFLICT (jurisdiction_id, series, year) DO UPDATE SET last = number_series.last + 1 RETURNING last"
    )
)


def next_number(channel: Channel, jurisdiction_id: str, series: str, year: int, prefix: str) -> str:
    """Take the next number of a series ('A' for applications, 'P' for permits), such as 'RIV-P-2026-00042'."""
    values = {"jurisdiction_id": jurisdiction_id, "series": series, "year": year}
    last: int = channel.read((_NEXT, values))[0][0][0]
    return f"{prefix}-{series}-{year}-{last:05d}"

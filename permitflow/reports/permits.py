"""Permits issued: how many, for how many stations, by month and by the system that issued them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import extract, func, select
from sqlalchemy.orm import Session

from permitflow.models import Permit
from permitflow.reports.scope import Scope

OWN = "permitflow"
MOST_MONTHS = 36
"""A longer period is told by years."""


@dataclass(frozen=True, slots=True)
class IssuedLine:
    """The permits of one month or year and one source; stations are the sum over permits that state them."""

    period: str
    source: str
    permits: int
    stations: int
    with_stations: int


@dataclass(frozen=True, slots=True)
class IssuedPermit:
    """One permit of a list."""

    number: str
    title: str
    address: str
    issued_on: date
    stations: int | None
    source: str
    application_id: str | None


def issued_lines(session: Session, scope: Scope) -> list[IssuedLine]:
    """Return the permits issued in the period by month (by year when it is long), the newest first."""
    year, month = extract("year", Permit.issued_on), extract("month", Permit.issued_on)
    rows = session.execute(
        select(
            year,
            month,
            Permit.source,
            func.count(),
            func.sum(Permit.station_count),
            func.count(Permit.station_count),
        )
        .where(Permit.jurisdiction_id == scope.city.id, Permit.issued_on.between(scope.from_on, scope.to_on))
        .group_by(year, month, Permit.source)
    )
    by_year = (scope.to_on - scope.from_on).days > MOST_MONTHS * 31
    totals: dict[tuple[str, str], list[int]] = {}
    for at_year, at_month, source, *counts in rows:
        period = f"{int(at_year):04d}" if by_year else f"{int(at_year):04d}-{int(at_month):02d}"
        total = totals.setdefault((period, source), [0, 0, 0])
        totals[period, source] = [
            sum(pair) for pair in zip(total, (int(count or 0) for count in counts), strict=True)
        ]
    keys = sorted(totals, key=lambda key: key[1])
    return [IssuedLine(*key, *totals[key]) for key in sorted(keys, key=lambda key: key[0], reverse=True)]


def issued_permits(session: Session, scope: Scope, period: str, source: str) -> Sequence[IssuedPermit]:
    """Return the permits of one line: `period` is YYYY or YYYY-MM."""
    year, _, month = period.partition("-")
    query = (
        select(
            Permit.number,
            Permit.title,
            Permit.address,
            Permit.issued_on,
            Permit.station_count,
            Permit.source,
            Permit.application_id,
        )
        .where(Permit.jurisdiction_id == scope.city.id, Permit.source == source)
        .where(Permit.issued_on.between(scope.from_on, scope.to_on))
        .where(extract("year", Permit.issued_on) == int(year))
        .order_by(Permit.issued_on.desc(), Permit.id.desc())
    )
    if month:
        query = query.where(extract("month", Permit.issued_on) == int(month))
    return [IssuedPermit(*row) for row in session.execute(query)]

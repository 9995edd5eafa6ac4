"""The calendar months of a report's period, or its years when it is long."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from permitflow.reports.scope import Scope, end_of_day, start_of_day

MOST_MONTHS = 61
"""A longer period is told by years."""


@dataclass(frozen=True, slots=True)
class Month:
    """A month (2026-08) or a year (2026) as far as the period covers it: half-open [start_at, end_at) in microseconds."""

    name: str
    start_at: int
    end_at: int


def months(scope: Scope) -> Sequence[Month]:
    """Return the months of the period in order; together they are the period exactly."""
    step = 1 if _apart(scope.from_on, scope.to_on) < MOST_MONTHS else 12
    firsts = [scope.from_on]
    while (following := _following(firsts[-1], step)) <= scope.to_on:
        firsts.append(following)
    starts = [start_of_day(first, scope.city.zone) for first in firsts]
    ends = [*starts[1:], end_of_day(scope.to_on, scope.city.zone)]
    return [Month(_name(first, step), *span) for first, *span in zip(firsts, starts, ends, strict=True)]


def values(found: Sequence[Month]) -> str:
    """Return the months as rows (month, start_at, end_at) of a statement: `FROM (VALUES ...) AS months(...)`."""
    rows = ", ".join(f"('{month.name}', {month.start_at}, {month.end_at})" for month in found)
    return f"(VALUES {rows}) AS months(month, start_at, end_at)"


def _apart(first: date, last: date) -> int:
    return (last.year - first.year) * 12 + last.month - first.month


def _following(on: date, step: int) -> date:
    if step == 12:
        return date(on.year + 1, 1, 1)
    return date(on.year + on.month // 12, on.month % 12 + 1, 1)


def _name(on: date, step: int) -> str:
    return f"{on.year:04d}" if step == 12 else f"{on.year:04d}-{on.month:02d}"

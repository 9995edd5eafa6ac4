"""The months of a period are the period, in the city's own time."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest

from permitflow.reports.months import months
from permitflow.reports.scope import City, Scope

CITY = City("c", "town", "Town", "America/Los_Angeles")
SCOPE = Scope(CITY, date(2026, 1, 1), date(2026, 12, 31), "", 0)


@pytest.mark.parametrize(
    ("first", "last", "names"),
    [
        (date(2026, 3, 8), date(2026, 3, 8), ["2026-03"]),
        (date(2025, 12, 31), date(2026, 1, 1), ["2025-12", "2026-01"]),
        (date(2026, 1, 1), date(2026, 3, 31), ["2026-01", "2026-02", "2026-03"]),
        (date(2010, 6, 15), date(2015, 7, 1), [str(year) for year in range(2010, 2016)]),
    ],
)
def test_months_join_without_a_gap(first: date, last: date, names: list[str]) -> None:
    scope = replace(SCOPE, from_on=first, to_on=last)
    found = months(scope)
    assert [month.name for month in found] == names
    assert (found[0].start_at, found[-1].end_at) == (scope.start_at, scope.end_at)
    assert all(one.end_at == other.start_at for one, other in pairwise(found))


def test_five_years_are_told_by_months() -> None:
    scope = replace(SCOPE, from_on=date(2021, 11, 24), to_on=date(2026, 11, 23))
    assert len(months(scope)) == 61
    assert len(months(replace(scope, from_on=scope.from_on - timedelta(days=31)))) == 6

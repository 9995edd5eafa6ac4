"""The back-test of a city whose stays all took ten days: every forecast holds, and only a slowed step drifts."""

from __future__ import annotations

from datetime import date, timedelta

from permitflow.reports import back_tests
from permitflow.reports.back_tests import BACK_TEST, KINDS, Held
from tests.reports.told_city import ToldCity

FIRST, LAST, NOW = "2026-06-01", "2026-06-30", "2026-07-15 12:00"


def noon(days_ago: int) -> str:
    return f"{date(2026, 7, 15) - timedelta(days=days_ago)} 12:00"


def test_forecasts_of_a_steady_city_hold() -> None:
    city = ToldCity("2024-07-01", NOW)
    for back in range(700, 0, -7):
        left = noon(back - 10) if back > 10 else None
        file = city.file(noon(back), left)
        city.stay(file, "fire", noon(back), left)
    for back in (*range(130, 155), *range(30, 55)):
        city.stay(file, "zoning", noon(back), noon(back - (10 if back > 100 else 20)))
    with city.asked(FIRST, LAST, anything="else") as ask:
        found = back_tests.tested(ask)
    files = found.held["file"]
    assert files.n > 5
    assert (files.kept, files.covered, files.open) == (1.0, 1.0, 0)
    assert found.drifting == {"zoning"}
    assert found.files == 100
    assert found.levels.keys() == {*KINDS}


def test_nothing_to_judge() -> None:
    with ToldCity("2026-05-01", NOW).asked(FIRST, LAST) as ask:
        found = back_tests.tested(ask)
        assert found.held == dict.fromkeys(KINDS, Held(0, None, None, 0))
        assert (found.drifting, found.files) == (frozenset(), 0)
        assert BACK_TEST.build(ask)["files"] == 0

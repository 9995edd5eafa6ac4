"""Idle time and flow efficiency of twenty like files."""

from __future__ import annotations

import pytest

from permitflow.analytics.durations import DAY_US
from permitflow.reports.figures import Linked
from permitflow.reports.worked_lives import worked_figures
from tests.reports.told_city import ToldCity, cells

FIRST, LAST, NOW = "2026-06-01", "2026-06-30", "2026-07-15 12:00"
BOUNDED = (1, 1, 1, 1, 1, None, 1, 1, None)
"""Of twenty files no order statistic lies surely above the 85th or 90th percentile."""


def city_of(count: int) -> ToldCity:
    """Files of ten days, of which two lanes at once worked on them for three."""
    city = ToldCity("2026-05-01", NOW)
    for _ in range(count):
        file = city.file("2026-06-01", "2026-06-11", level="L2")
        city.stay(file, "fire", "2026-06-01", "2026-06-05", first_claimed_at="2026-06-03")
        city.stay(file, "zoning", "2026-06-01", "2026-06-06", first_claimed_at="2026-06-04")
    return city


def test_twenty_files() -> None:
    with city_of(20).asked(FIRST, LAST) as ask:
        idle, efficiency = worked_figures(ask)
    rows = {(row[0], row[1]): row[2:] for row in cells(idle)}
    assert rows["All files", "All files"] == rows["Charging level", "Level 2 charging"]
    assert rows["All files", "All files"] == [20, *(part and 7 * DAY_US for part in BOUNDED)]
    assert idle.lead[0].say() == (
        "Nobody worked on half of 20 files for 7 d or less, on 85 of 100 for 7 d or less."
    )
    assert cells(efficiency)[0][2:] == [20, *(part and pytest.approx(30) for part in BOUNDED)]
    assert [one.say() for one in efficiency.lead] == [
        "Half of 20 files were worked on in no more than 30 % of their time.",
        "Of the time of all of them together it was 30 %.",
    ]
    assert (idle.n, efficiency.n, len(idle.notes)) == (20, 20, 2)


def test_each_line_leads_to_its_class() -> None:
    with city_of(1).asked(FIRST, LAST) as ask:
        idle, _ = worked_figures(ask)
    links = [row[2].parameters for row in idle.rows if isinstance(row[2], Linked)]
    assert {} in links
    assert {"group": "level", "value": "L2"} in links
    assert {"group": "project_type", "value": ""} in links


def test_nineteen_files_have_counts_alone() -> None:
    with city_of(19).asked(FIRST, LAST) as ask:
        for figure in worked_figures(ask):
            assert all(row[2:] == [19, *(None,) * 9] for row in cells(figure))
            assert (figure.lead, len(figure.notes)) == ((), 3)


def test_nothing_was_decided() -> None:
    with city_of(0).asked(FIRST, LAST) as ask:
        for figure in worked_figures(ask):
            assert (cells(figure), figure.lead, figure.n) == ([], (), 0)

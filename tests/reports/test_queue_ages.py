"""The queue each business morning of a fortnight, by hand."""

from __future__ import annotations

from datetime import date

import pytest

from permitflow.analytics.durations import DAY_US
from permitflow.reports.queue_ages import queue_ages
from tests.reports.told_city import ToldCity, cells

FIRST, LAST, NOW = "2026-06-01", "2026-06-08", "2026-07-01 12:00"


def test_each_business_morning() -> None:
    city = ToldCity("2026-05-01", NOW)
    city.stay(city.file("2026-05-28"), "fire", "2026-05-28 09:00", None, first_claimed_at="2026-06-03 15:00")
    city.stay(city.file("2026-06-01"), "fire", "2026-06-01 10:00")
    city.stay(city.file("2026-06-05"), "zoning", "2026-06-05 23:59", "2026-06-08 08:00")
    city.stay(city.file("2026-06-01"), "payment", "2026-06-01", party="applicant", role=None)
    with city.asked(FIRST, LAST) as ask:
        figure, fire = queue_ages(ask, ""), queue_ages(ask, "fire")
    # One was taken within 20 business days before the 4th, so that the queue then holds 20 days of work.
    assert [[row[0], row[1], row[4], row[5]] for row in cells(figure)] == [
        [date(2026, 6, 1), 1, 4 * DAY_US, None],
        [date(2026, 6, 2), 2, 5 * DAY_US, None],
        [date(2026, 6, 3), 2, 6 * DAY_US, None],
        [date(2026, 6, 4), 1, 3 * DAY_US, 20.0],
        [date(2026, 6, 5), 1, 4 * DAY_US, 20.0],
        [date(2026, 6, 8), 2, 7 * DAY_US, 40.0],
    ]
    assert [row[1] for row in cells(fire)] == [1, 2, 2, 1, 1, 1]
    assert (
        figure.lead[0]
        .say()
        .startswith("Reviews that waited for somebody to take them on Mon 8 Jun 2026: 2; ")
    )
    assert len(figure.notes) == 2


@pytest.mark.parametrize(("waiting", "ages"), [(19, [None, None]), (20, [21, 28])])
def test_percentiles_of_the_ages_need_twenty(waiting: int, ages: list[int | None]) -> None:
    """Twenty that came from 1 to 20 May are 12 to 31 days old on 1 June: the tenth youngest is 21, the 17th is 28."""
    city = ToldCity("2026-04-01", NOW)
    for number in range(1, waiting + 1):
        city.stay(city.file("2026-05-01"), "fire", f"2026-05-{number:02d} 12:00")
    with city.asked(FIRST, FIRST) as ask:
        [row] = cells(queue_ages(ask, ""))
    assert row[1:4] == [waiting, *(age and age * DAY_US for age in ages)]


def test_a_queue_without_files() -> None:
    with ToldCity("2026-05-01", NOW).asked("2026-06-06", "2026-06-07") as ask:
        assert cells(queue_ages(ask, "")) == []
    with ToldCity("2026-05-01", NOW).asked(FIRST, FIRST) as ask:
        figure = queue_ages(ask, "fire")
        assert cells(figure) == [[date(2026, 6, 1), 0, None, None, None, None]]
        assert (figure.lead, figure.n) == ((), 0)

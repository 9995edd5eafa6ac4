"""The lists behind the numbers, on both databases."""

from __future__ import annotations

import pytest

from permitflow.db import Database
from permitflow.instants import DAY
from permitflow.reports.file_lists import FILES, VISITS, Asked, entries, names
from tests.reports.history import report, three_files, told


@pytest.mark.parametrize("show", [*VISITS, *FILES, "stuck", "clocks"])
def test_every_list_can_be_asked_for(database: Database, show: str) -> None:
    found = report(database, told(database, three_files))
    assert entries(found, Asked(show, step="fire", clock="decision")) is not None
    assert entries(found, Asked("nonsense")) is None


def test_each_number_is_the_length_of_its_list(database: Database) -> None:
    found = report(database, told(database, three_files))

    def length(show: str, **more: str) -> int:
        listed = entries(found, Asked(show, **more))
        assert listed is not None
        return len(listed)

    for line in found.steps:
        assert length("closed", step=line.step) == line.figures.closed
        assert length("open", step=line.step) == line.figures.open_now
        assert length("arrived", step=line.step) == line.arrived
        assert length("left", step=line.step) == line.left
        for count in line.weeks:
            week = count.week.starts_on.isoformat()
            assert length("arrived", step=line.step, week=week) == count.arrived
            assert length("left", step=line.step, week=week) == count.left
    for count in found.weeks:
        week = count.week.starts_on.isoformat()
        assert (length("submitted", week=week), length("ended", week=week)) == (count.arrived, count.left)
    for party, held in found.courts.now_with.items():
        assert length("held", party=party) == found.courts.touched(party)
        assert length("held_now", party=party) == held
    assert length("held") == len(found.courts.per_file) == 3
    assert length("overdue") == len(found.overdue)
    assert length("stuck") == len(found.stuck)
    (line,) = found.decisions
    assert (length("decided"), length("given_up"), length("undecided")) == (
        line.decided,
        line.given_up,
        line.open_now,
    )


def test_a_list_tells_where_and_how_long(database: Database) -> None:
    scope = told(database, three_files)
    found = report(database, scope)
    first, second = entries(found, Asked("closed", step="intake")) or []
    assert (first.length_us(scope.now), first.waited_us, first.worked_us) == (3 * DAY, 2 * DAY, DAY)
    assert (second.length_us(scope.now), second.waited_us, second.worked_us) == (2 * DAY, 2 * DAY, 0)
    (waiting,) = entries(found, Asked("open", step="fire")) or []
    assert (waiting.until_at, waiting.length_us(scope.now)) == (None, 8 * DAY)
    with database.reading() as session:
        assert names(session, [first.application_id])[first.application_id].number == "A-1"

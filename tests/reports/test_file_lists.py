"""The lists behind the numbers, on both databases."""

from __future__ import annotations

import pytest

from permitflow.db import Database
from permitflow.instants import DAY
from permitflow.reports.bottlenecks import bottlenecks
from permitflow.reports.file_lists import LISTS, Asked, Entry, entries, names
from permitflow.reports.page import Ask
from tests.reports.history import asked, three_files, told


@pytest.mark.parametrize("show", LISTS)
def test_every_list_can_be_asked_for(database: Database, show: str) -> None:
    with asked(database, told(database, three_files)) as ask:
        assert entries(ask, Asked(show, step="fire", clock="decision")) is not None
        assert entries(ask, Asked("nonsense")) is None


def test_each_number_is_the_length_of_its_list(database: Database) -> None:
    with asked(database, told(database, three_files)) as ask:
        check_numbers(ask)


def check_numbers(ask: Ask) -> None:
    """Compare every number of the report that leads to a list with the length of the list."""

    def length(show: str, **more: str) -> int:
        listed = entries(ask, Asked(show, **more))
        assert listed is not None
        assert listed.count == len(listed.shown)
        return listed.count

    found = bottlenecks(ask)
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
        assert length("held", party=party) == found.courts.touched[party]
        assert length("held_now", party=party) == held
    assert length("held") == found.courts.files
    assert length("unexplained") == found.courts.unexplained
    assert length("overdue") == found.overdue
    assert length("stuck") == found.stuck.count
    kinds = found.decisions
    assert (length("decided"), length("given_up"), length("undecided")) == (
        sum(line.decided for line in kinds),
        sum(line.given_up for line in kinds),
        sum(line.open_now for line in kinds),
    )


def test_a_list_tells_where_and_how_long(database: Database) -> None:
    scope = told(database, three_files)
    with asked(database, scope) as ask:
        first, second = shown(ask, Asked("closed", step="intake"))
        assert (first.length_us(scope.now), first.waited_us, first.worked_us) == (3 * DAY, 2 * DAY, DAY)
        assert (second.length_us(scope.now), second.waited_us, second.worked_us) == (2 * DAY, 2 * DAY, 0)
        (waiting,) = shown(ask, Asked("open", step="fire"))
        assert (waiting.until_at, waiting.length_us(scope.now)) == (None, 8 * DAY)
        (stuck,) = shown(ask, Asked("stuck"))
        assert [reason.code for reason in stuck.reasons] == ["past_due"]
        assert names(ask.session, [first.application_id])[first.application_id].number == "A-1"


def test_a_list_has_pages(database: Database) -> None:
    with asked(database, told(database, three_files)) as ask:
        whole = shown(ask, Asked("held"))
        parts = [entries(ask, Asked("held"), start, 1) for start in range(4)]
    assert [part.shown[0] for part in parts[:3] if part] == whole
    assert parts[3] is not None
    assert (parts[3].count, parts[3].shown) == (3, [])


def test_what_is_in_no_list_narrows_to_nothing(database: Database) -> None:
    with asked(database, told(database, three_files)) as ask:
        for asked_for in (
            Asked("held", party="' OR true --"),
            Asked("held_now", party="nobody"),
            Asked("submitted", week="nonsense"),
            Asked("open", step="nonsense"),
            Asked("clocks", clock="nonsense"),
        ):
            assert shown(ask, asked_for) == []


def shown(ask: Ask, asked_for: Asked) -> list[Entry]:
    found = entries(ask, asked_for)
    assert found is not None
    return list(found.shown)

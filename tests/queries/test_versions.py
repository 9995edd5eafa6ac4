"""What the office sees of versions: open files pinned to each, and constant work however many there are."""

from __future__ import annotations

import pytest

from permitflow.db import Database
from permitflow.queries import versions
from tests import factories
from tests.factories import DAY, MONDAY, City
from tests.moving import NEW, WORKFLOW, answer, in_review, publish
from tests.statements import statements


@pytest.fixture
def city(database: Database) -> City:
    return factories.city(database)


def test_each_version_shows_the_open_files_that_hold_it(city: City) -> None:
    publish(city)
    first = in_review(city)
    withdrawn = in_review(city)
    city.act(withdrawn, "withdraw", "applicant", MONDAY + 2 * DAY)
    city.draft(WORKFLOW, at=MONDAY + DAY)
    publish(city, NEW, MONDAY + 2 * DAY)
    with city.database.reading() as session:
        found = versions.workflows_of(session, city.id)
    (small,) = [one for one in found if one.workflow == WORKFLOW]
    assert [(line.version, line.active, line.pins.files) for line in small.lines] == [
        ("2.0.0", True, 0),
        ("1.0.0", False, 2),
    ]
    assert small.lines[1].pins.phases == {"in_review": 1, "draft": 1}
    assert small.lines[1].pins.oldest_at == city.file(first).created_at
    assert small.active == small.lines[0]


def test_what_is_active_counts_reviews_and_running_clocks(city: City) -> None:
    old = publish(city)
    answer(city, in_review(city), "fire")
    with city.database.reading() as session:
        active = versions.active_of(session, city.id, old.hash)
    assert active.phases == {"in_review": 1}
    assert active.lanes == {"electrical": 1, "fire": 1, "utility": 1}
    assert active.clocks == {"decision": 1}


def test_the_statements_do_not_grow_with_the_files(city: City) -> None:
    publish(city)
    counts = []
    for files in (1, 6):
        for _ in range(files):
            in_review(city)
        with statements(city.database) as seen, city.database.reading() as session:
            versions.workflows_of(session, city.id)
        counts.append(len(seen))
    assert counts[0] == counts[1]

"""The lists of finished files and the words that narrow them."""

from __future__ import annotations

import pytest

from permitflow.reports.decided_files import LISTINGS, MOST_WEEKS
from tests.reports.told_city import ToldCity, listed

FIRST, LAST, NOW = "2026-05-15", "2026-06-30", "2026-07-15 12:00"


def city() -> ToldCity:
    told = ToldCity("2025-01-01", NOW)
    told.file("2026-05-02", "2026-05-31 23:59", level="DC", public_land=True)
    told.file("2026-06-01", "2026-06-08", level="L2", public_land=False)
    told.file("2026-06-01", "2026-06-07 23:59")
    told.file("2025-01-02", "2026-06-30 23:59", level="DC")
    told.file("2026-06-01", "2026-07-01", level="DC")
    told.file("2026-06-01", "2026-06-02", outcome="withdrawn", level="DC")
    told.file("2026-07-01")
    told.file("2026-06-30 23:59")
    told.file("2026-05-20", "2026-06-01", level="L1")
    return told


@pytest.mark.parametrize(
    ("words", "files"),
    [
        ({}, {1, 2, 3, 4, 9}),
        ({"group": "level", "value": "DC"}, {1, 4}),
        ({"group": "level", "value": ""}, {3}),
        ({"group": "public_land", "value": "true"}, {1}),
        ({"group": "decided_at; DROP", "value": "1"}, {1, 2, 3, 4, 9}),
        ({"month": "2026-05"}, {1}),
        ({"month": "2026-06"}, {2, 3, 4, 9}),
        ({"month": "2026-07"}, set()),
        ({"weeks": "0"}, {3}),
        ({"weeks": "1"}, {2, 9}),
        ({"weeks": "4"}, {1}),
        ({"weeks": str(MOST_WEEKS)}, {4}),
        ({"weeks": "many"}, set()),
        ({"month": "2026-06", "group": "level", "value": "DC"}, {4}),
    ],
)
def test_words_narrow_the_list(words: dict[str, str], files: set[int]) -> None:
    with city().asked(FIRST, LAST, **words) as ask:
        for name in ("decided", "lives"):
            assert {line[0] for line in listed(ask, LISTINGS[name].lines(ask))} == files


def test_files_given_up_and_files_still_open() -> None:
    with city().asked(FIRST, LAST) as ask:
        assert {line[0] for line in listed(ask, LISTINGS["given_up"].lines(ask))} == {6}
        assert {line[0] for line in listed(ask, LISTINGS["open"].lines(ask))} == {5, 8}


@pytest.mark.parametrize(
    ("words", "title"),
    [
        ({}, "Files the city decided in the period"),
        ({"group": "level", "value": "DC"}, "Files the city decided in the period: DC fast charging"),
        ({"group": "level"}, "Files the city decided in the period: Not told"),
        ({"month": "2026-06"}, "Files the city decided in 2026-06"),
        ({"group": "nothing"}, "Files the city decided in the period"),
    ],
)
def test_the_list_says_what_it_is(words: dict[str, str], title: str) -> None:
    with ToldCity("2026-05-01", NOW).asked(FIRST, LAST, **words) as ask:
        assert LISTINGS["decided"].title(ask).say() == title

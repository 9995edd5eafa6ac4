"""The lists behind the numbers of flow, at the edges of their instants."""

from __future__ import annotations

import pytest

from permitflow.reports.flow_listings import LISTINGS
from tests.reports.told_city import ToldCity, at, listed

FIRST, LAST, NOW = "2026-06-01", "2026-06-30", "2026-07-15 12:00"
JUNE_10, JUNE_11 = str(at("2026-06-10")), str(at("2026-06-11"))


def city() -> ToldCity:
    told = ToldCity("2026-05-01", NOW)
    told.file("2026-05-02", "2026-06-10")
    told.file("2026-06-10", "2026-06-11")
    told.file("2026-06-11")
    told.file("2026-05-02", "2026-06-01")
    told.file("2026-05-02", "2026-05-20")
    told.stay(1, "fire", "2026-05-20", "2026-06-10")
    told.stay(2, "fire", "2026-06-10", None, first_claimed_at="2026-06-11")
    told.stay(2, "zoning", "2026-06-09", "2026-06-10 12:00")
    told.stay(3, "after", "2026-06-10", None, before_decision=False, role=None)
    told.turn(1, "applicant", "2026-05-01", "2026-06-20")
    told.turn(2, "agency", "2026-06-10")
    return told


@pytest.mark.parametrize(
    ("listing", "words", "files"),
    [
        ("came", {"since": JUNE_10, "before": JUNE_11}, [2]),
        ("came", {"since": JUNE_10, "before": JUNE_11, "step": "fire"}, [2]),
        ("came", {"since": JUNE_10, "before": JUNE_11, "step": "after"}, []),
        ("left", {"since": JUNE_10, "before": JUNE_11}, [1]),
        ("left", {"since": JUNE_10, "before": JUNE_11, "step": "zoning"}, [2]),
        ("present", {"at": JUNE_10}, [1]),
        ("present", {"at": JUNE_11}, [2]),
        ("present", {"at": JUNE_11, "step": "fire"}, [2]),
        ("there", {}, [1, 2, 3]),
        ("there", {"step": "fire"}, [1, 2]),
        ("turn", {"party": "applicant", "at": JUNE_10}, [1]),
        ("turn", {"party": "applicant", "at": JUNE_11}, []),
        ("turn", {"party": "agency", "at": JUNE_11}, [2]),
        ("queue", {"at": JUNE_11}, [2]),
        ("queue", {"at": JUNE_10}, [1, 2]),
        ("queue", {"at": JUNE_10, "step": "zoning"}, [2]),
    ],
)
def test_lists(listing: str, words: dict[str, str], files: list[int]) -> None:
    with city().asked(FIRST, LAST, **words) as ask:
        assert [line[0] for line in listed(ask, LISTINGS[listing].lines(ask))] == files


@pytest.mark.parametrize("word", ["", "x", "-1", "1" * 19, "²", "1; DROP TABLE files"])
def test_an_instant_that_is_none_finds_nothing(word: str) -> None:
    with city().asked(FIRST, LAST, at=word) as ask:
        assert listed(ask, LISTINGS["present"].lines(ask)) == []


def test_a_turn_is_cut_to_the_life_of_the_file() -> None:
    with city().asked(FIRST, LAST, party="applicant", at=JUNE_10) as ask:
        assert listed(ask, LISTINGS["turn"].lines(ask)) == [
            (1, at("2026-05-02"), at("2026-06-10"), "applicant")
        ]


def test_titles_name_the_place() -> None:
    with city().asked(FIRST, LAST, step="fire") as ask:
        assert LISTINGS["came"].title(ask).say() == "Came: fire"
    with city().asked(FIRST, LAST) as ask:
        assert LISTINGS["queue"].title(ask).say() == "Waiting for somebody to take them: All files"

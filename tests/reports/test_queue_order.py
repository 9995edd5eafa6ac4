"""Who took a file before an older one, and who was passed over, by hand."""

from __future__ import annotations

from dataclasses import replace

from permitflow.reports.page import Ask
from permitflow.reports.queue_order import TURNS, TURNS_BOTH_WAYS
from tests.reports.told_city import ToldCity

FIRST, LAST, NOW = "2026-06-01", "2026-06-30", "2026-07-15 12:00"


def told(*waits: tuple[str, str | None, str | None]) -> ToldCity:
    """Files that came to one step, were taken, and left it."""
    city = ToldCity("2026-05-01", NOW)
    for opened, taken, closed in waits:
        file = city.file(opened)
        more = {"first_claimed_at": taken, "claimed_by": "ann"} if taken else {}
        city.stay(file, "fire", opened, closed, **more)
    return city


def turns(ask: Ask) -> dict[int, tuple[bool, bool]]:
    """File -> whether it overtook an older one, and whether a newer one overtook it."""
    rows = ask.snapshot.rows(f"WITH {TURNS_BOTH_WAYS} SELECT file, overtook, overtaken FROM turns")
    one_way = ask.snapshot.rows(f"WITH {TURNS} SELECT file, overtook FROM turns")
    assert sorted(one_way) == sorted(row[:2] for row in rows)
    return {file: (overtook, overtaken) for file, overtook, overtaken in rows}


def test_newer_files_that_went_first() -> None:
    city = told(
        ("2026-06-01", "2026-06-10", "2026-06-11"),
        ("2026-06-02", "2026-06-05", "2026-06-06"),
        ("2026-06-03", None, None),
        ("2026-06-04", "2026-06-12", "2026-06-13"),
    )
    with city.asked(FIRST, LAST) as ask:
        assert turns(ask) == {1: (False, True), 2: (True, False), 4: (True, False)}


def test_files_that_came_at_one_instant_overtake_nobody() -> None:
    city = told(("2026-06-01", "2026-06-09", None), ("2026-06-01", "2026-06-03", None))
    with city.asked(FIRST, LAST) as ask:
        assert turns(ask) == {1: (False, False), 2: (False, False)}


def test_who_left_unclaimed_waits_no_longer() -> None:
    city = told(("2026-06-01", None, "2026-06-03"), ("2026-06-02", "2026-06-03", None))
    with city.asked(FIRST, LAST) as ask:
        assert turns(ask) == {2: (False, False)}


def test_an_older_file_may_have_been_passed_over_before_the_period() -> None:
    city = told(("2026-05-10", "2026-06-01", None), ("2026-05-11", "2026-05-20", None))
    with city.asked(FIRST, LAST) as ask:
        assert turns(ask) == {1: (False, True)}


def test_the_end_of_the_period_is_half_open() -> None:
    city = told(("2026-06-10", "2026-06-30 23:59", None), ("2026-06-11", "2026-07-01", None))
    with city.asked(FIRST, LAST) as ask:
        assert set(turns(ask)) == {1}


def test_the_queue_is_that_of_the_whole_city() -> None:
    city = ToldCity("2026-05-01", NOW)
    city.stay(city.file("2026-06-01"), "fire", "2026-06-01")
    newer = city.file("2026-06-02", workflow="v")
    city.stay(newer, "fire", "2026-06-02", None, first_claimed_at="2026-06-03")
    with city.asked(FIRST, LAST) as ask:
        narrowed = replace(ask.scope, workflow="v")
        ask.snapshot.scoped(narrowed.moment, narrowed.chosen)
        assert turns(ask) == {newer: (True, False)}

"""Each kind of defect of a record: one example that has it beside those that just do not."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from permitflow.reports.defects import BULK, DEFECTS, HASTY, HASTY_LINES
from tests.reports.told_city import ToldCity, at

FIRST, LAST, NOW = "2026-06-01", "2026-06-30", "2026-07-15 12:00"
Told = Callable[[ToldCity, int], None]


def unclaimed(city: ToldCity, file: int) -> None:
    city.stay(file, "fire", "2026-06-01", "2026-06-02", closed_by="ann")
    city.stay(file, "fire", "2026-06-01", "2026-06-02", closed_by="ann", first_claimed_at="2026-06-01")
    city.stay(file, "fire", "2026-06-01", "2026-06-02")
    city.stay(file, "fire", "2026-06-01", "2026-07-01", closed_by="ann")


def bulk(city: ToldCity, file: int) -> None:
    """Ten of one person, the tenth just five minutes after the first; of the other it is a minute later."""
    for second in range(0, 270, 30):
        for who in ("ann", "bob"):
            closed = f"2026-06-02 10:{second // 60:02d}:{second % 60:02d}"
            city.stay(file, "fire", "2026-06-01", closed, closed_by=who, first_claimed_at="2026-06-02")
    city.stay(file, "fire", "2026-06-01", "2026-06-02 10:05", closed_by="ann", first_claimed_at="2026-06-02")
    city.stay(file, "fire", "2026-06-01", "2026-06-02 10:06", closed_by="bob", first_claimed_at="2026-06-02")


def reversed_(city: ToldCity, file: int) -> None:
    city.stay(file, "fire", "2026-06-02", "2026-06-01 12:00")
    city.stay(file, "fire", "2026-06-02", "2026-06-03", first_claimed_at="2026-06-01")
    city.stay(file, "fire", "2026-06-02", "2026-06-03", first_claimed_at="2026-06-04", worked_us=0)
    city.stay(file, "fire", "2026-06-02", "2026-06-02", first_claimed_at="2026-06-02")


def backwards(city: ToldCity, file: int) -> None:
    for happened in ("2026-06-02", "2026-06-05", "2026-06-05", "2026-06-03", "2026-06-04", "2026-06-06"):
        city.act(file, "submit", happened)


def skewed(city: ToldCity, file: int) -> None:
    city.act(file, "submit", "2026-06-02", data='{"clock_regression_us": 5}')
    city.act(file, "submit", "2026-06-03")


def late_holds(city: ToldCity, file: int) -> None:
    city.pause(file, "2026-06-01", "2026-06-04", declared=True)
    city.act(file, "hold_clocks", "2026-06-01 23:59", "ann")
    city.act(file, "hold_clocks", "2026-06-02 00:00", "ann")


def early_clocks(city: ToldCity, file: int) -> None:
    city.clock(file, "2026-07-01", started_on="2026-06-01", started_at="2026-06-02 23:59")
    city.clock(file, "2026-07-01", started_on="2026-06-01", started_at="2026-06-03")


def courts(city: ToldCity, file: int) -> None:
    """The file itself has no turns at all; others have a gap, an overlap, both so that they make up, a late start, and none of these."""
    for spells in (
        [("2026-06-01", "2026-06-02"), ("2026-06-03", None)],
        [("2026-06-01", "2026-06-03"), ("2026-06-02", None)],
        [("2026-06-01", "2026-06-03"), ("2026-06-02", "2026-06-05"), ("2026-06-06", None)],
        [("2026-06-02", None)],
        [("2026-06-01", "2026-06-03"), ("2026-06-03", None)],
    ):
        other = city.file("2026-06-01")
        for started, ended in spells:
            city.turn(other, "agency", started, ended)


@pytest.mark.parametrize(
    ("kind", "tell", "lines", "among"),
    [
        ("unclaimed", unclaimed, 1, 2),
        ("bulk", bulk, 10, 20),
        ("reversed", reversed_, 3, 4),
        ("backwards", backwards, 2, 6),
        ("skewed", skewed, 1, 2),
        ("late_holds", late_holds, 1, 2),
        ("early_clocks", early_clocks, 1, 2),
        ("courts", courts, 5, 6),
    ],
)
def test_lines_with_a_defect_among_those_that_could_have_it(
    kind: str, tell: Told, lines: int, among: int
) -> None:
    city = ToldCity("2026-05-01", NOW)
    tell(city, city.file("2026-06-01"))
    with city.asked(FIRST, LAST) as ask:
        assert len(ask.snapshot.rows(DEFECTS[kind].lines)) == lines
        assert ask.snapshot.row(DEFECTS[kind].among) == (among,)


def test_an_empty_record_has_no_defect() -> None:
    with ToldCity("2026-05-01", NOW).asked(FIRST, LAST) as ask:
        for defect in DEFECTS.values():
            assert (ask.snapshot.rows(defect.lines), ask.snapshot.row(defect.among)) == ([], (0,))


def test_a_bulk_closing_across_the_end_of_the_period_shows_its_part() -> None:
    city = ToldCity("2026-05-01", NOW)
    file = city.file("2026-06-01")
    for second in range(BULK):
        closed = f"2026-06-30 23:59:{56 + second:02d}" if second < 4 else f"2026-07-01 00:00:{second:02d}"
        city.stay(file, "fire", "2026-06-01", closed, closed_by="ann")
    with city.asked(FIRST, LAST) as ask:
        assert len(ask.snapshot.rows(DEFECTS["bulk"].lines)) == 4


def test_reviews_of_less_than_a_minute() -> None:
    city = ToldCity("2026-05-01", NOW)
    file = city.file("2026-06-01")
    for seconds in ("10:00:59", "10:01:00", "10:02:00"):
        city.stay(file, "fire", "2026-06-01 10:00", f"2026-06-01 {seconds}", closed_by="ann")
    with city.asked(FIRST, LAST) as ask:
        assert ask.snapshot.rows(HASTY) == [("fire", 3, 60_000_000, 1)]
        assert ask.snapshot.rows(HASTY_LINES, {"step": "fire"}) == [
            (file, at("2026-06-01 10:00"), at("2026-06-01 10:00:59"), "fire")
        ]

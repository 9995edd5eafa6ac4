"""Cycles of files and the steps that they came back to, by hand."""

from __future__ import annotations

from permitflow.analytics.durations import DAY_US
from permitflow.reports.rework import LISTINGS, by_step, cycles
from tests.reports.told_city import ToldCity, cells, listed, with_words

FIRST, LAST, NOW = "2026-06-01", "2026-06-30", "2026-07-15 12:00"


def city_with_returns() -> ToldCity:
    city = ToldCity("2026-05-01", NOW)
    one, other = city.file("2026-05-02"), city.file("2026-05-02")
    for file, opened, closed, who, turn in (
        (one, "2026-05-10", "2026-05-12", "ann", 1),
        (one, "2026-06-01", "2026-06-02", "ann", 2),
        (one, "2026-06-10", "2026-06-13", "bob", 3),
        (one, "2026-06-20", "2026-07-01", "bob", 4),
        (other, "2026-06-03", "2026-06-04", "bob", 1),
    ):
        city.stay(file, "fire", opened, closed, closed_by=who, round=turn)
    city.stay(other, "intake", "2026-06-05", "2026-06-06")
    city.stay(other, "corrections", "2026-06-05", "2026-06-06", party="applicant", closed_by="kim")
    return city


def test_steps_that_files_came_back_to() -> None:
    with city_with_returns().asked(FIRST, LAST) as ask:
        figure = by_step(ask)
    assert cells(figure) == [["fire", 3, 2, None, 1, 1, 4 * DAY_US]]
    assert figure.lead[0].say().endswith("had been before: 2.")
    assert (figure.n, len(figure.notes)) == (3, 2)


def test_each_number_is_as_long_as_its_list() -> None:
    with city_with_returns().asked(FIRST, LAST) as ask:
        words = with_words(ask, step="fire")
        counts = {
            name: len(listed(words, LISTINGS[name].lines(words))) for name in LISTINGS if name != "cycles"
        }
        assert counts == {"visits_ended": 3, "again": 2, "repeats": 1, "redos": 1}
        other = with_words(ask, step="intake")
        assert listed(other, LISTINGS["visits_ended"].lines(other)) == []


def test_cycles_to_the_decision() -> None:
    city = ToldCity("2026-05-01", NOW)
    for turn, count in ((1, 17), (2, 1), (6, 1), (9, 1)):
        for _ in range(count):
            city.file("2026-05-02", "2026-06-10", round=turn)
    city.file("2026-05-02", "2026-06-10", round=3, outcome="withdrawn")
    city.file("2026-05-02", "2026-07-01", round=3)
    with city.asked(FIRST, LAST) as ask:
        figure = cycles(ask)
        assert cells(figure) == [["1", 17, 85.0], ["2", 1, 5.0], ["6 or more", 2, 10.0]]
        assert (figure.n, figure.notes) == (20, ())
        for word, files in (("1", 17), ("6", 2), ("9", 0), ("x", 0), ("", 0), ("99999", 0)):
            words = with_words(ask, cycles=word)
            assert len(listed(words, LISTINGS["cycles"].lines(words))) == files


def test_few_decided_files_have_no_shares() -> None:
    city = ToldCity("2026-05-01", NOW)
    city.file("2026-05-02", "2026-06-10")
    with city.asked(FIRST, LAST) as ask:
        figure = cycles(ask)
    assert cells(figure) == [["1", 1, None]]
    assert len(figure.notes) == 1

"""Days on which clocks stood still: unions within a file, cut to the period, sums by reason."""

from __future__ import annotations

from permitflow.analytics.durations import DAY_US
from permitflow.reports.standstills import pause_lines, pauses
from tests.reports.told_city import ToldCity, at, cells, listed, with_words

FIRST, LAST, NOW = "2026-06-01", "2026-06-30", "2026-07-01 12:00"


def test_days_of_a_file_are_counted_once_whatever_its_clocks() -> None:
    city = ToldCity("2026-05-01", NOW)
    one, other = city.file("2026-05-20"), city.file("2026-05-21")
    city.pause(one, "2026-06-03", "2026-06-08")
    city.pause(one, "2026-06-05", "2026-06-10", clock="agency_total")
    city.pause(one, "2026-06-20", "2026-06-22")
    city.pause(other, "2026-05-28")
    city.pause(other, "2026-06-29", "2026-07-15", reason="flood", declared=True)
    with city.asked(FIRST, LAST) as ask:
        figure = pauses(ask)
        reasons = {row[0]: row[1:] for row in cells(figure)}
        # 3 to 10 June and 20 to 22 June of the one, all 30 days of the other.
        assert reasons["waiting"] == ["by a step", 4, 2, 1, 39 * DAY_US, None]
        assert reasons["flood"] == ["declared", 1, 1, 0, 2 * DAY_US, None]
        assert [row[0] for row in cells(figure)] == ["waiting", "flood"]
        assert figure.n == 3


def test_pauses_at_the_edges_of_the_period() -> None:
    city = ToldCity("2026-05-01", NOW)
    for number, (paused, resumed) in enumerate(
        [
            ("2026-05-20", "2026-06-01"),
            ("2026-05-20", "2026-06-02"),
            ("2026-06-30", "2026-07-09"),
            ("2026-07-01", None),
        ]
    ):
        city.pause(city.file("2026-05-20"), paused, resumed, reason=f"r{number}")
    with city.asked(FIRST, LAST) as ask:
        assert {row[0]: row[5] for row in cells(pauses(ask))} == {"r1": DAY_US, "r2": DAY_US}


def test_the_median_needs_twenty_files() -> None:
    city = ToldCity("2026-05-01", NOW)
    for number in range(20):
        city.pause(city.file("2026-05-20"), "2026-06-02", f"2026-06-{3 + number:02d}", reason="many")
    for _ in range(19):
        city.pause(city.file("2026-05-20"), "2026-06-02", "2026-06-03", reason="few")
    with city.asked(FIRST, LAST) as ask:
        halves = {row[0]: row[6] for row in cells(pauses(ask))}
        assert halves == {"many": 10.5 * DAY_US, "few": None}


def test_the_list_has_a_line_for_each_pause() -> None:
    city = ToldCity("2026-05-01", NOW)
    file = city.file("2026-05-20")
    city.pause(file, "2026-05-20", "2026-06-04")
    city.pause(file, "2026-06-10")
    city.pause(file, "2026-06-10", declared=True)
    with city.asked(FIRST, LAST) as ask:
        by_step = with_words(ask, reason="waiting", declared="no")
        assert listed(by_step, pause_lines(by_step)) == [
            (file, at("2026-06-01"), at("2026-06-04"), "decision"),
            (file, at("2026-06-10"), None, "decision"),
        ]
        declared = with_words(ask, reason="waiting", declared="yes")
        assert len(listed(declared, pause_lines(declared))) == 1
        none = with_words(ask)
        assert listed(none, pause_lines(none)) == []


def test_nothing_stood_still() -> None:
    with ToldCity("2026-05-01", NOW).asked(FIRST, LAST) as ask:
        figure = pauses(ask)
        assert (cells(figure), figure.n) == ([], 0)

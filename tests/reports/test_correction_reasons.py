"""Why corrections were asked for and what they cost, by hand."""

from __future__ import annotations

import pytest

from permitflow.analytics.durations import DAY_US
from permitflow.db import Database
from permitflow.reports.correction_reasons import (
    LISTINGS,
    MOST_COMPANIES,
    MOST_SECTIONS,
    by_company,
    by_discipline,
    by_section,
)
from permitflow.reports.reviews import verdicts
from tests.reports.told_city import NOBODY, ToldCity, at, cells, listed, with_words

FIRST, LAST, NOW = "2026-06-01", "2026-06-30", "2026-07-15 12:00"


def city_with_notices() -> ToldCity:
    """One notice of three items, answered but for one; one of a file that ended; one long before."""
    city = ToldCity("2026-05-01", NOW)
    one, ended = city.file("2026-05-02"), city.file("2026-05-02", "2026-06-25")
    city.item(one, "2026-06-01", "2026-06-04", code_section="CEC 625.40", lane="electrical")
    city.item(one, "2026-06-01", "2026-06-11", code_section=" CEC 625.40 ", lane="electrical")
    city.item(one, "2026-06-01", None, code_section="", lane="fire")
    city.item(ended, "2026-06-20", None, code_section="CEC 625.40", lane="fire")
    city.item(one, "2026-07-01", None, code_section="late", lane="fire")
    city.item(one, "2026-05-31 23:59", None, code_section="early", lane="fire")
    return city


def test_sections_with_the_time_they_cost() -> None:
    with city_with_notices().asked(FIRST, LAST) as ask:
        figure = by_section(ask)
    # Ten days of the first notice and five of the file that ended; the item without a section lasts until now.
    assert cells(figure) == [
        ["CEC 625.40", 3, 75.0, 2, 0, 15 * DAY_US, None],
        ["-", 1, 100.0, 1, 1, 44.5 * DAY_US, None],
    ]
    assert figure.lead[0].say().endswith("CEC 625.40, stands for 3.")
    assert (figure.n, len(figure.notes)) == (4, 2)


def test_disciplines_touched_by_a_notice_each_bear_its_time() -> None:
    with city_with_notices().asked(FIRST, LAST) as ask:
        rows = cells(by_discipline(ask))
    assert rows == [
        ["electrical", 2, 50.0, 1, 0, 10 * DAY_US, None],
        ["fire", 2, 100.0, 2, 1, 49.5 * DAY_US, None],
    ]


def test_outside_lanes_the_step_that_asked_stands_for_the_discipline() -> None:
    city = ToldCity("2026-05-01", NOW)
    one, other = city.file("2026-05-02"), city.file("2026-05-02")
    city.stay(one, "counter_review", "2026-05-30", "2026-06-02 10:00")
    city.item(one, "2026-06-02 10:00", "2026-06-03 10:00")
    city.item(other, "2026-06-02 10:00", "2026-06-03 10:00")
    with city.asked(FIRST, LAST) as ask:
        assert [row[0] for row in cells(by_discipline(ask))] == ["Completeness check", "counter_review"]


def test_a_median_of_twenty_answered_notices() -> None:
    city = ToldCity("2026-05-01", NOW)
    for number in range(20):
        city.item(city.file("2026-05-02"), "2026-06-01", f"2026-06-{2 + number:02d}", code_section="c")
    with city.asked(FIRST, LAST) as ask:
        [row] = cells(by_section(ask))
    assert row[-1] == 10.5 * DAY_US


def test_rare_sections_are_pooled_behind_the_frequent() -> None:
    city = ToldCity("2026-05-01", NOW)
    file = city.file("2026-05-02")
    for number in range(MOST_SECTIONS + 2):
        city.item(file, "2026-06-01", None, code_section=f"s{number:02d}")
    with city.asked(FIRST, LAST) as ask:
        rows = cells(by_section(ask))
        assert len(rows) == MOST_SECTIONS + 1
        assert rows[-1][:3] == ["Other sections", 2, 100.0]
        words = with_words(ask, reason="others")
        assert len(listed(words, LISTINGS["of_section"].lines(words))) == 2


@pytest.mark.parametrize(
    ("listing", "words", "lines"),
    [
        ("of_section", {"reason": "CEC 625.40"}, 3),
        ("of_section_waiting", {"reason": "CEC 625.40"}, 0),
        ("of_section_waiting", {"reason": "-"}, 1),
        ("of_discipline", {"discipline": "fire"}, 2),
        ("of_discipline_waiting", {"discipline": "fire"}, 1),
        ("of_discipline", {"discipline": "nobody"}, 0),
    ],
)
def test_each_number_is_as_long_as_its_list(listing: str, words: dict[str, str], lines: int) -> None:
    with city_with_notices().asked(FIRST, LAST, **words) as ask:
        assert len(listed(ask, LISTINGS[listing].lines(ask))) == lines


def test_a_line_says_when_it_began_and_ended() -> None:
    with city_with_notices().asked(FIRST, LAST, reason="-") as ask:
        assert listed(ask, LISTINGS["of_section"].lines(ask)) == [(1, at("2026-06-01"), None, "fire")]


def test_companies_of_few_files_stand_in_one_line(database: Database) -> None:
    city = ToldCity("2026-05-01", NOW)
    for number in range(20):
        file = city.file(
            "2026-05-02", "2026-06-10", company="large", outcome="denied" if number < 5 else "issued"
        )
    city.item(file, "2026-06-05", "2026-06-06")
    for company in ("small", "tiny"):
        city.file("2026-05-02", "2026-06-10", company=company)
    with database.reading() as session, city.asked(FIRST, LAST, session=session) as ask:
        figure = by_company(ask, verdicts(NOBODY))
        # A firm without a row stands for itself.
        assert cells(figure) == [["large", 20, 5, 75.0, 1], ["Other companies: 2", 2, 0, None, 0]]
        assert figure.n == 22
        for firm, name, lines in (("large", "company_cycles", 20), ("large", "company_sent_back", 5)):
            words = with_words(ask, firm=firm)
            assert len(listed(words, LISTINGS[name].lines(words))) == lines
        words = with_words(ask, firm="others")
        assert len(listed(words, LISTINGS["company_cycles"].lines(words))) == 2
    assert MOST_COMPANIES > 1


def test_nobody_asked_for_anything() -> None:
    with ToldCity("2026-05-01", NOW).asked(FIRST, LAST) as ask:
        figure = by_section(ask)
        assert (cells(figure), figure.lead, figure.n) == ([], (), 0)
        assert cells(by_discipline(ask)) == []

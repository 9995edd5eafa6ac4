"""Pairs that meet, or overtake the queue, more often than chance explains, by hand."""

from __future__ import annotations

import pytest

from permitflow.analytics.chance import at_least
from permitflow.db import Database
from permitflow.reports.suspicions import gather
from permitflow.reports.unusual_pairs import jump_lines, jumps, pair_lines, pairs
from tests.reports.told_city import ToldCity, cells, listed

FIRST, LAST, NOW = "2026-06-01", "2026-06-30", "2026-07-15 12:00"
PAIR = {"person": "ann", "firm": "x"}


def city_of_four(ann_for_x: int) -> ToldCity:
    """Forty reviews of four people for four firms, ten of each; ann has so many of firm x, the others share the rest."""
    city = ToldCity("2026-05-01", NOW)
    firms = dict.fromkeys("xyzw", 10)
    for _ in range(ann_for_x):
        _review(city, "ann", "x", firms)
    people = ["ann"] * (10 - ann_for_x) + ["bob"] * 10 + ["cem"] * 10 + ["dora"] * 10
    for person in people:
        _review(city, person, max(firms, key=lambda firm: firms[firm]), firms)
    return city


def _review(city: ToldCity, person: str, firm: str, firms: dict[str, int]) -> None:
    firms[firm] -= 1
    file = city.file("2026-05-02", company=firm)
    told = {"lane": "fire", "closing_action": "approve", "closed_by": person}
    city.stay(file, "fire", "2026-06-01", "2026-06-10", **told)
    city.stay(file, "fire", "2026-06-11", "2026-06-12", **told | {"closed_by": "zoe"})


def test_a_pair_that_meets_by_more_than_chance(database: Database) -> None:
    with database.reading() as session, city_of_four(10).asked(FIRST, LAST, session=session, **PAIR) as ask:
        gather(ask)
        figure = pairs(ask)
        # Of ann's ten reviews a quarter would be of firm x; only the first review of a file counts.
        [row] = cells(figure)
        assert row[:4] == ["ann", "x", 10, 2.5]
        assert row[4] == pytest.approx(100 * 16 * at_least(10, 2.5))
        assert figure.n == 16
        assert "looked at: 16. More often together than chance explains: 1;" in figure.lead[0].say()
        assert len(listed(ask, pair_lines(ask))) == 10


def test_pairs_that_meet_as_often_as_chance_has_it(database: Database) -> None:
    with database.reading() as session, city_of_four(3).asked(FIRST, LAST, session=session) as ask:
        gather(ask)
        figure = pairs(ask)
        assert (cells(figure), figure.n) == ([], 16)


def city_with_a_queue() -> ToldCity:
    """Ann took six files of firm x before an older one each, and twenty of firm y in turn."""
    city = ToldCity("2026-05-01", NOW)
    for number in range(26):
        due_on = f"2026-08-{1 + number:02d}"
        firm = "x" if number < 6 else "y"
        if firm == "x":
            city.stay(city.file("2026-05-02"), "fire", "2026-06-01", due_on=due_on)
        told = {"first_claimed_at": "2026-06-03", "claimed_by": "ann", "due_on": due_on}
        city.stay(city.file("2026-05-02", company=firm), "fire", "2026-06-02", **told)
    return city


def test_whose_newer_files_were_taken_first(database: Database) -> None:
    with (
        database.reading() as session,
        city_with_a_queue().asked(FIRST, LAST, session=session, **PAIR) as ask,
    ):
        gather(ask)
        figure = jumps(ask)
        # The only one with twenty files did it with 6 of 26; for others she did it with none of twenty.
        usual = 6 * 6 / 26
        [row] = cells(figure)
        assert row[:5] == ["ann", "x", 6, 6, pytest.approx(usual)]
        assert row[5] == pytest.approx(100 * 2 * at_least(6, usual))
        assert (figure.n, len(listed(ask, jump_lines(ask)))) == (2, 6)


def test_nobody_met_anybody(database: Database) -> None:
    with (
        database.reading() as session,
        ToldCity("2026-05-01", NOW).asked(FIRST, LAST, session=session) as ask,
    ):
        gather(ask)
        for figure in (pairs(ask), jumps(ask)):
            assert (cells(figure), figure.n) == ([], 0)

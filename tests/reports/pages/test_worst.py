"""The ten worst files, each with its reasons, on both databases."""

from __future__ import annotations

from permitflow.db import Database
from permitflow.instants import DAY
from permitflow.reports.figures import Linked, plain
from permitflow.reports.open_files import ranking
from permitflow.reports.pages import worst
from tests.reports.history import NOW, History, asked, day, told
from tests.reports.open_city import business, open_city, said


def test_the_ten_are_the_first_of_the_ranking_that_are_in_a_bad_state(database: Database) -> None:
    city = open_city(database)
    with asked(database, city.scope) as ask:
        (figure,) = worst.figures(ask)
        ranked = ranking(ask, 0, 1_000).files
        count = worst.PAGE.listings["bad"].lines(ask)
        assert len(ask.snapshot.rows(count.sql)) > len(figure.rows)
    bad = [one for one in ranked if one.days_late or (one.risk or 0) >= 0.5 or one.is_unusually_old]
    files = [row[1].file for row in figure.rows if isinstance(row[1], Linked)]
    assert files == [one.id for one in bad[:10]]
    assert [row[0] for row in figure.rows] == list(range(1, 11))
    assert f"at their step: {len(bad)}." in figure.lead[0].say()
    for one, row in zip(bad, figure.rows, strict=False):
        assert plain(row[6]) == one.legal_due_on
        if one.days_late:
            assert f"past its due date; days over: {one.days_late}" in said(row[2])


def test_every_reason_is_given_and_who_has_the_file(database: Database) -> None:
    def tell(history: History) -> None:
        for number in range(20):
            file = history.file(f"B-{number}", 20, 40)
            history.stay(file, "fire", 20, 21)
        late = history.file("A-1", 60)
        history.stay(late, "fire", 60, None, 61)
        history.clock(
            late, history.scope(60, 70, 80).to_on, None, started_at=history.scope(60, 70, 80).start_at
        )
        fresh = history.file("A-2", 99)
        history.stay(fresh, "fire", 99)

    with asked(database, told(database, tell)) as ask:
        (one,) = worst.worst_files(ask).files
        (figure,) = worst.figures(ask)
    age = round(business(day(60), day(NOW)) / DAY, 1)
    assert [said(reason) for reason in one.reasons] == [
        "decision: past its due date; days over: 30",
        f"{age} business days at this step, where 95 of 100 take no more than 1.0",
    ]
    assert said(figure.rows[0][5]) == "Ines Installer"


def test_nothing_bad_is_said_of_a_city_without_bad_files(database: Database) -> None:
    def tell(history: History) -> None:
        file = history.file("A-1", 99)
        history.stay(file, "fire", 99)

    with asked(database, told(database, tell)) as ask:
        (figure,) = worst.figures(ask)
    assert (figure.rows, figure.n) == ([], 1)

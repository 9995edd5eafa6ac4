"""In whose hands finished files were, month by month: parts that sum to the whole."""

from __future__ import annotations

from permitflow.reports.figures import Figure
from permitflow.reports.held_by_month import held_by_month
from permitflow.reports.lead_times import gather_finished
from permitflow.reports.months import months, values
from tests.reports.told_city import ToldCity, cells

NOW = "2026-07-15 12:00"


def asked(city: ToldCity) -> Figure:
    with city.asked("2026-05-01", "2026-06-30") as ask:
        gather_finished(ask.snapshot, values(months(ask.scope)))
        return held_by_month(ask)


def city_of(count: int) -> ToldCity:
    """Files of four days, one with the city and three with the applicant."""
    city = ToldCity("2026-04-01", NOW)
    for _ in range(count):
        file = city.file("2026-06-01", "2026-06-05")
        city.turn(file, "agency", "2026-06-01", "2026-06-02")
        city.turn(file, "applicant", "2026-06-02", "2026-06-05")
    return city


def test_the_parts_of_a_month() -> None:
    city = city_of(20)
    city.turn(city.file("2026-05-01", "2026-05-03"), "agency", "2026-05-01", None)
    figure = asked(city)
    assert cells(figure) == [["2026-05", 1, None, None, None, None], ["2026-06", 20, 25.0, 75.0, 0.0, 0.0]]
    # 22 days with the city of 82 in all.
    assert "27 % passed with the city, 73 % with the applicant" in figure.lead[0].say()
    assert figure.n == 21
    assert [note.say() for note in figure.notes] == [
        "Shares and times that rest on fewer than 20 are left out."
    ]


def test_a_torn_record_of_turns_is_left_out_and_told() -> None:
    city = city_of(20)
    torn = city.file("2026-06-01", "2026-06-05")
    city.turn(torn, "agency", "2026-06-01", "2026-06-02")
    city.turn(torn, "applicant", "2026-06-03", "2026-06-05")
    city.file("2026-06-01", "2026-06-05")
    figure = asked(city)
    assert cells(figure) == [["2026-06", 22, 25.0, 75.0, 0.0, 0.0]]
    assert figure.notes[0].say().endswith("gap or an overlap: 2.")
    assert figure.n == 20


def test_nineteen_files_have_no_parts() -> None:
    figure = asked(city_of(19))
    assert cells(figure) == [["2026-06", 19, None, None, None, None]]
    assert figure.lead == ()


def test_nothing_finished() -> None:
    figure = asked(ToldCity("2026-04-01", NOW))
    assert (cells(figure), figure.n, figure.notes, figure.lead) == ([], 0, (), ())

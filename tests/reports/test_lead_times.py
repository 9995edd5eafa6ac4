"""Lead time, gross and net, and the time in which a file was worked on, by hand."""

from __future__ import annotations

from permitflow.analytics.durations import DAY_US
from permitflow.reports.lead_times import TAKEN, gather_finished, gather_lives
from permitflow.reports.months import months, values
from permitflow.reports.page import Ask
from tests.reports.told_city import ToldCity

FIRST, LAST, NOW = "2026-06-01", "2026-06-30", "2026-07-15 12:00"
"""The 1 June is a Monday."""
HOUR_US = DAY_US // 24


def finished(ask: Ask, columns: str) -> list[tuple[object, ...]]:
    gather_finished(ask.snapshot, values(months(ask.scope)))
    return ask.snapshot.rows(f"SELECT {columns} FROM finished ORDER BY file")


def net_with(*holds: tuple[str, str | None]) -> float:
    """The net days of a file from Monday the 1st to the noon of Monday the 8th that was held."""
    city = ToldCity("2026-05-01", NOW)
    file = city.file("2026-06-01", "2026-06-08 12:00")
    for number, (since, until) in enumerate(holds):
        city.pause(file, since, until, clock_id=str(number), declared=True)
    city.pause(file, "2026-06-02", "2026-06-04", declared=False)
    with city.asked(FIRST, LAST) as ask:
        [(gross, net)] = finished(ask, "gross, net")
    assert gross == 7.5 * DAY_US
    return float(str(net)) / DAY_US


def test_net_time_leaves_out_closed_days_and_declared_holds() -> None:
    assert net_with() == 5.5
    assert net_with(("2026-06-03", "2026-06-05")) == 3.5


def test_holds_of_several_clocks_count_once() -> None:
    assert net_with(("2026-06-03", "2026-06-05"), ("2026-06-04", "2026-06-06")) == 2.5
    assert net_with(("2026-06-03", "2026-06-06"), ("2026-06-04", "2026-06-05")) == 2.5


def test_holds_are_cut_to_the_life_of_the_file() -> None:
    assert net_with(("2026-05-20", "2026-06-02")) == 4.5
    assert net_with(("2026-06-08", None)) == 5.0
    assert net_with(("2026-06-09", "2026-06-12")) == 5.5
    assert net_with(("2026-04-01", None)) == 0.0


def test_a_day_on_which_clocks_change_is_as_long_as_it_is() -> None:
    city = ToldCity("2026-10-01", "2026-11-20")
    city.file("2026-10-30 12:00", "2026-11-02 12:00")
    city.file("2026-10-31", "2026-11-02")
    with city.asked("2026-11-01", "2026-11-30") as ask:
        assert finished(ask, "gross, net") == [(73 * HOUR_US, DAY_US), (49 * HOUR_US, 0)]


def test_files_the_city_decided_stand_in_the_month_of_the_decision() -> None:
    city = ToldCity("2026-05-01", NOW)
    city.file("2026-05-02", "2026-05-31 23:59")
    city.file("2026-05-02", "2026-06-01")
    city.file("2026-05-02", "2026-06-30 23:59")
    city.file("2026-05-02", "2026-07-01")
    city.file("2026-05-02", "2026-06-10", outcome="withdrawn")
    city.file("2026-05-02")
    with city.asked("2026-05-15", LAST) as ask:
        assert finished(ask, "file, month") == [(1, "2026-05"), (2, "2026-06"), (3, "2026-06")]


def test_claims_side_by_side_count_once() -> None:
    city = ToldCity("2026-05-01", NOW)
    file = city.file("2026-06-01", "2026-06-11")
    city.stay(file, "fire", "2026-06-01", "2026-06-05", first_claimed_at="2026-06-03")
    city.stay(file, "zoning", "2026-06-01", "2026-06-06", first_claimed_at="2026-06-04")
    city.stay(file, "permit", "2026-06-10", "2026-06-12", first_claimed_at="2026-06-10")
    city.stay(file, "inspection", "2026-06-11", "2026-06-13", first_claimed_at="2026-06-11")
    city.stay(file, "plan", "2026-06-01", None, first_claimed_at="2026-06-02")
    with city.asked(FIRST, LAST) as ask:
        gather_lives(ask.snapshot)
        found = ask.snapshot.row("SELECT lead, worked, idle, efficiency FROM lives")
    assert found == (10 * DAY_US, 4 * DAY_US, 6 * DAY_US, 4_000)


def test_files_without_a_claim_or_without_a_length() -> None:
    city = ToldCity("2026-05-01", NOW)
    city.file("2026-06-01", "2026-06-02")
    city.file("2026-06-01", "2026-06-01")
    with city.asked(FIRST, LAST) as ask:
        gather_lives(ask.snapshot)
        found = ask.snapshot.rows("SELECT lead, worked, idle, efficiency FROM lives ORDER BY file")
        assert found == [(DAY_US, 0, DAY_US, 0), (0, 0, 0, None)]
        assert ask.snapshot.row(f"SELECT count(*) FROM chosen WHERE {TAKEN}") == (2,)

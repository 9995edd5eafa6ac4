"""Forecasts, their drift flag and their calibration."""

from collections import Counter
from pathlib import Path
from random import Random

import pytest

from benchmarks.forecast import files_of_log, held_out, whole_files
from benchmarks.offices import START, planted, visits_of
from permitflow.analytics.durations import DAY_US, percentile
from permitflow.analytics.forecast import (
    NOMINAL,
    RECENT_DAYS,
    Interval80,
    Made,
    calibrated_levels,
    calibration,
    forecast_by_age,
    forecast_by_queue,
    is_drifting,
    stays_at,
)
from permitflow.analytics.office import Desk, Filing, Office, Reviewer, Task, simulate
from permitflow.analytics.office_hours import HOUR_US
from permitflow.analytics.survival import kaplan_meier
from permitflow.analytics.visits import StepVisit
from tests.reference_data import reference_file

TEN_DAYS = kaplan_meier([(day * DAY_US, True) for day in range(1, 101)])


def test_the_forecast_from_age_is_what_remains_for_files_that_got_so_old() -> None:
    fresh, aged = forecast_by_age(TEN_DAYS, 0), forecast_by_age(TEN_DAYS, 50 * DAY_US)
    assert (fresh.p50, fresh.p85) == (50 * DAY_US, 85 * DAY_US)
    assert (aged.p50, aged.p90) == (25 * DAY_US, 45 * DAY_US)


def test_under_twenty_ends_nothing_is_forecast() -> None:
    assert forecast_by_age(kaplan_meier([(5, True)] * 19), 0).p50 is None
    assert forecast_by_queue(3, [1] * 19, Random(1), DAY_US).p50 is None
    assert forecast_by_queue(3, [0] * 60, Random(1), DAY_US).p50 is None


def test_the_forecast_from_the_queue_is_near_files_ahead_over_throughput() -> None:
    found = forecast_by_queue(39, [1, 2, 3] * 20, Random(1), DAY_US)
    assert found.p50 == pytest.approx(20 * DAY_US, rel=0.05)
    assert (found.p10 or 0) < (found.p50 or 0) < (found.p85 or 0) <= (found.p90 or 0)
    assert found == forecast_by_queue(39, [1, 2, 3] * 20, Random(1), DAY_US)


def _fifo_overload() -> list[StepVisit]:
    """Four files come each working day and two leave."""
    ann = Reviewer("ann", frozenset({"fire"}))
    filings = [
        Filing(f"{day:03}{n}", START + day * DAY_US + (9 + n) * HOUR_US, (((Task("fire", 4 * HOUR_US),),),))
        for day in range(120)
        if day % 7 < 5
        for n in range(4)
    ]
    return simulate(Office((ann,)), filings, START, START + 400 * DAY_US)


def test_trap_2_a_drifting_queue_is_flagged_and_the_queue_forecast_is_nearer() -> None:
    visits, now = _fifo_overload(), START + 100 * DAY_US
    known = [v for v in visits if v.arrived_us <= now]
    open_then = [v._replace(finished_us=None) if (v.finished_us or 0) > now else v for v in known]
    mine = next(v for v in reversed(known) if (v.finished_us or 0) > now)
    file = mine._replace(finished_us=None)
    ended = Counter((v.finished_us - START) // DAY_US for v in open_then if v.finished_us)
    per_day = [ended[day] for day in range(16, 100) if day % 7 < 5]
    ahead = sum(v.finished_us is None and v.arrived_us < file.arrived_us for v in open_then)
    by_queue = forecast_by_queue(ahead, per_day, Random(1), DAY_US).p50
    by_age = forecast_by_age(kaplan_meier(stays_at(open_then, now)), now - file.arrived_us).p50
    assert is_drifting(open_then, now, RECENT_DAYS * DAY_US)
    truth = ((mine.finished_us or 0) - now) / DAY_US
    assert by_queue is not None
    # The forecast is in working days of the step: five of seven.
    assert by_queue / DAY_US * 7 / 5 == pytest.approx(truth, rel=0.1)
    assert by_age is None or abs(by_age / DAY_US - truth) > 0.1 * truth


def test_a_steady_step_is_not_flagged() -> None:
    visits = [StepVisit(str(n), "fire", n * DAY_US, None, n * DAY_US + 3 * DAY_US) for n in range(200)]
    assert not is_drifting(visits, 200 * DAY_US, 60 * DAY_US)
    assert not is_drifting(visits[:10], 200 * DAY_US, 60 * DAY_US)
    slower = [
        v._replace(finished_us=v.arrived_us + 9 * DAY_US) if v.arrived_us > 130 * DAY_US else v
        for v in visits
    ]
    assert is_drifting(slower, 200 * DAY_US, 60 * DAY_US)


def test_more_arrivals_than_departures_are_drift_before_any_file_takes_longer() -> None:
    day = DAY_US
    steady = [StepVisit(str(n), "fire", n * day, None, (n + 3) * day) for n in range(150)]
    wave = [StepVisit(f"w{n}", "fire", 149 * day) for n in range(40)]
    assert not is_drifting(steady, 150 * day, 60 * day)
    assert is_drifting([*steady, *wave], 150 * day, 60 * day)


def _mostly_stuck(name: str, first: int, count: int, done: int) -> list[StepVisit]:
    """One file a day; the first `done` of them take three days, the rest never end."""
    return [
        StepVisit(f"{name}{n}", "fire", n * DAY_US, None, (n + 3) * DAY_US if n < first + done else None)
        for n in range(first, first + count)
    ]


def test_files_that_stop_ending_are_drift_though_as_many_leave_as_come() -> None:
    now, recent = 160 * DAY_US, 60 * DAY_US
    usual = _mostly_stuck("old", 0, 100, 100)
    backlog = [StepVisit(f"b{n}", "fire", 95 * DAY_US, None, 101 * DAY_US) for n in range(40)]
    assert is_drifting([*usual, *backlog, *_mostly_stuck("new", 100, 60, 25)], now, recent)
    always = [*_mostly_stuck("old", 0, 100, 30), *backlog[:22], *_mostly_stuck("new", 110, 50, 22)]
    assert not is_drifting(always, now, recent), "most never ended before either"


def test_trap_1_a_window_of_closed_files_hides_what_two_missing_reviewers_do() -> None:
    """Of five reviewers two leave, and the rest take the easy files first."""
    rng = Random(8)
    gone = START + 120 * DAY_US
    team = tuple(
        Reviewer(f"r{n}", frozenset({"plan"}), ((gone, START + 9_999 * DAY_US),) if n > 2 else ())
        for n in range(5)
    )
    filings = [
        Filing(
            f"{day:03} {n}", START + day * DAY_US + int((8 + rng.random() * 9) * HOUR_US), (_plan_task(rng),)
        )
        for day in range(240)
        if day % 7 < 5
        for n in range(8)
    ]
    office = Office(team, desks={"plan": Desk("shortest")})
    visits = simulate(office, filings, START, START + 1_500 * DAY_US)
    now, window = START + 240 * DAY_US, 60 * DAY_US
    closed = [
        v.finished_us - v.arrived_us for v in visits if v.finished_us and now - window <= v.finished_us < now
    ]
    arrived = [v for v in visits if gone <= v.arrived_us < now]
    truth = percentile(sorted((v.finished_us or 2**62) - v.arrived_us for v in arrived), 90)
    curve = kaplan_meier(stays_at(arrived, now))
    estimate = curve.quantile(0.9)
    shown = percentile(sorted(closed), 90)
    assert shown < truth / 5
    # The curve either is much nearer, or says that nine in ten have not been seen to end yet.
    assert estimate is None or estimate > 3 * shown


def _plan_task(rng: Random) -> tuple[tuple[Task]]:
    return ((Task("plan", int(rng.lognormvariate(1.41, 0.3) * HOUR_US)),),)


def test_levels_are_learnt_from_what_became_of_forecasts() -> None:
    # Files end twice as late as the curve says: its median is their first quarter.
    made = [Made(0, TEN_DAYS, 0, 2 * day * DAY_US) for day in range(1, 51)]
    found = calibrated_levels(made, 10**18)
    assert found.p50 == pytest.approx(0.5, abs=0.02)
    assert found.p10 == pytest.approx(0.1, abs=0.02)
    late = [Made(0, TEN_DAYS, 0, (50 + day) * DAY_US) for day in range(1, 51)]
    assert calibrated_levels(late, 10**18).p10 == pytest.approx(0.55, abs=0.02)
    assert calibrated_levels(late, 0) == NOMINAL
    assert calibrated_levels(late[:19], 10**18) == NOMINAL


def test_what_became_of_promises_is_counted() -> None:
    promise = Interval80(2, 5, 8, 9)
    nobody_knows = Interval80(2, None, None, None)
    found = calibration(
        [(promise, 5), (promise, 9), (promise, 1), (nobody_knows, 999), (Interval80(*[None] * 4), 1)]
    )
    assert (found.n, found.covered, found.kept) == (4, 0.75, 0.75)
    assert calibration([]).covered is None


@pytest.mark.slow
def test_promises_of_a_simulated_office_hold() -> None:
    house, _ = planted("unassigned pile", 77)
    found = held_out(whole_files(visits_of(house, 77)))
    assert found.n > 200
    assert 0.74 <= (found.covered or 0) <= 0.87
    assert 0.79 <= (found.kept or 0) <= 0.92


@pytest.mark.slow
def test_promises_on_a_real_log_split_by_time_hold() -> None:
    path: Path = reference_file("BPIC15_1.xes.gz")
    found = held_out(files_of_log(path))
    assert found.n > 400
    assert 0.75 <= (found.covered or 0) <= 0.85
    assert 0.80 <= (found.kept or 0) <= 0.92

"""The bottleneck finder on seeded offices: those of the seeds here were never looked at while it was written."""

import re

import pytest

from benchmarks.finder import examine, is_right
from benchmarks.offices import PLANTS, START, STEPS, planted, visits_of
from permitflow.analytics.durations import DAY_US
from permitflow.analytics.finder import find_bottlenecks
from permitflow.analytics.office_hours import HOUR_US, weekday
from permitflow.analytics.visits import StepVisit

FIRST = 41_000


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_the_planted_step_and_cause_are_named_and_healthy_offices_are_left_alone() -> None:
    sick = [is_right(*examine(name, FIRST + place)) for place, name in enumerate(PLANTS) if name != "healthy"]
    well = [is_right(*examine("healthy", FIRST + 900 + seed)) for seed in range(3)]
    assert len(sick) == 15
    assert sum(sick) >= 13
    assert sum(well) >= 2


def test_a_finding_has_a_size_and_three_sentences() -> None:
    house, plant = planted("one role only", 42_000)
    visits = visits_of(house, 42_000)
    finding = find_bottlenecks(visits)[0]
    assert (finding.step, finding.cause) == (plant.step, "one_role")
    assert len(re.findall(r"[.](?: |$)", finding.sentence)) == 3
    waited = sum(
        (v.claimed_us or max(w.arrived_us for w in visits)) - v.arrived_us
        for v in visits
        if v.step == plant.step
    )
    assert finding.days_lost == pytest.approx(waited / DAY_US, rel=0.05)
    assert 0 < finding.share <= 1
    assert 0 < finding.files <= len({v.file for v in visits})


def test_an_empty_log_and_a_few_visits_say_nothing() -> None:
    assert find_bottlenecks([]) == []
    few = [
        StepVisit(str(n), "fire", n * DAY_US, (n + 50) * DAY_US, (n + 51) * DAY_US, "ann") for n in range(19)
    ]
    assert find_bottlenecks(few) == []


def test_a_wait_that_is_a_small_part_of_the_lead_time_is_no_bottleneck() -> None:
    waits = [
        StepVisit(str(n), "fire", n * DAY_US, (n + 3) * DAY_US, (n + 3) * DAY_US + 60, "ann")
        for n in range(60)
    ]
    long = [
        StepVisit(str(n), "grid", (n + 4) * DAY_US, None, (n + 54) * DAY_US, party="utility")
        for n in range(60)
    ]
    assert [one.step for one in find_bottlenecks(waits)] == ["fire"]
    assert [one.step for one in find_bottlenecks([*waits, *long])] == ["grid"]


def test_what_ended_as_1970_began_has_ended() -> None:
    """The instant 0 is an end like others, for a wait outside the office too: nothing here is open."""
    waits = [
        StepVisit(str(n), "grid", (n - 79) * DAY_US, None, (n - 59) * DAY_US, party="utility")
        for n in range(60)
    ]
    (finding,) = find_bottlenecks(waits, 40 * DAY_US)
    assert (finding.files, finding.days_lost, finding.share) == (60, 1200, 1)


def test_a_pile_that_is_still_open_is_found_before_any_of_it_closes() -> None:
    """A window of closed files would show a fast step here, and nothing of what lies there."""
    done = [
        StepVisit(str(n), "fire", n * DAY_US, n * DAY_US, n * DAY_US + 3_600_000_000, "ann")
        for n in range(100)
    ]
    pile = [StepVisit(f"open {n}", "fire", (20 + n) * DAY_US) for n in range(40)]
    (finding,) = find_bottlenecks([*done, *pile], 120 * DAY_US)
    assert (finding.step, finding.files) == ("fire", 40)


def test_trap_13_ends_that_are_booked_in_bulk_on_fridays_are_told_as_batches() -> None:
    """Without starts, the ends alone could pass for slow work; the sentence admits what is not known."""
    visits = []
    for day in range(200):
        friday = day + (4 - weekday(START // DAY_US + day)) % 7
        for n in range(3):
            at = START + day * DAY_US + (9 + n) * HOUR_US
            booked = START + friday * DAY_US + 16 * HOUR_US + (day % 7 * 3 + n) * 60_000_000
            visits.append(StepVisit(f"{day} {n}", "intake", at, at, at + HOUR_US // 2, "zoe"))
            visits.append(StepVisit(f"{day} {n}", "fire", at + HOUR_US // 2, None, booked, "ann"))
    (finding,) = find_bottlenecks(visits)
    assert (finding.step, finding.cause) == ("fire", "batching")
    assert "the record does not say when work began" in finding.sentence


def test_the_wave_behind_a_batch_is_no_bottleneck_of_its_own() -> None:
    house, plant = planted("Fridays", 1)
    found = find_bottlenecks(visits_of(house, 1))
    assert plant.step == STEPS[0]
    assert [(one.step, one.cause) for one in found] == [("intake", "batching")]

"""The bottleneck finder on seeded offices: those of the seeds here were never looked at while it was written."""

import re
from dataclasses import replace
from random import Random

import pytest

from benchmarks.finder import examine, is_right
from benchmarks.offices import PLANTS, START, STEPS, planted, visits_of
from permitflow.analytics.durations import DAY_US
from permitflow.analytics.finder import find_bottlenecks
from permitflow.analytics.office_hours import HOUR_US, weekday
from permitflow.analytics.visits import StepVisit, moved

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


def queue_of(people: tuple[str | None, ...], paused: tuple[int, int] = (0, 0)) -> list[StepVisit]:
    """Four files come each day for people who do one a day each, in order, but for the days of a pause."""
    day, found = 0, []
    for n in range(240):
        place = n % len(people)
        day += place == 0
        if paused[0] <= day < paused[1]:
            day = paused[1]
        at = START + n * DAY_US // 4
        begun = max(START + day * DAY_US, at)
        found.append(StepVisit(str(n), "fire", at, begun, begun + DAY_US, people[place]))
    return found


def test_a_pause_of_three_days_is_not_what_an_overloaded_step_suffers_from() -> None:
    (finding,) = find_bottlenecks(queue_of(("ann", "bob"), paused=(20, 23)))
    assert (finding.step, finding.cause) == ("fire", "arrivals_exceed_service")
    assert "2 people can do" in finding.sentence


def test_without_names_no_step_is_said_to_hang_on_one_person() -> None:
    (named,) = find_bottlenecks(queue_of(("ann",)))
    (unnamed,) = find_bottlenecks(queue_of((None,)))
    assert (named.cause, unnamed.cause) == ("one_role", "arrivals_exceed_service")
    assert "1 people" not in unnamed.sentence


def test_a_step_that_had_more_people_has_lost_them_and_does_not_hang_on_one() -> None:
    """While all were there nobody waited, so that the queue alone has only ever seen one of them."""
    before = [
        StepVisit(f"b{n}", "fire", at, at, at + DAY_US, ("ann", "bob", "cy", "dan")[n % 4])
        for n in range(120)
        for at in [START + (n // 4 - 30) * DAY_US]
    ]
    (finding,) = find_bottlenecks([*before, *queue_of(("ann",))])
    assert finding.cause == "arrivals_exceed_service"


def test_long_stays_without_a_queue_are_told_whatever_the_step_is_called() -> None:
    """Thirty files at a time are with one party that nobody calls outside, each for twenty days or so."""
    rng, grid, short = Random(5), [], []
    for n in range(300):
        at = START + n * DAY_US // 2
        end = at + rng.randint(10, 30) * DAY_US
        short.append(StepVisit(str(n), "desk", at - DAY_US // 4, at - DAY_US // 5, at, "ann"))
        grid.append(StepVisit(str(n), "q7", at, at, end, "party 4"))
    (finding,) = find_bottlenecks([*short, *grid])
    assert (finding.step, finding.cause, finding.files) == ("q7", "outside_wait", 300)
    assert "without standing in a queue" in finding.sentence
    ends_alone = [visit._replace(claimed_us=None, person=None) for visit in (*short, *grid)]
    (same,) = find_bottlenecks(ends_alone)
    assert (same.step, same.cause) == ("q7", "outside_wait")


def test_free_people_are_known_from_starts_alone() -> None:
    """Each file lies for eight days beside Ann, who works on one for an hour: without starts nobody saw her free."""
    lying = [
        StepVisit(str(n), "fire", at, at + 8 * DAY_US, at + 8 * DAY_US + HOUR_US, "ann")
        for n in range(200)
        for at in [START + n * DAY_US + (8 + n % 9) * HOUR_US]
    ]
    (known,) = find_bottlenecks(lying)
    assert known.cause == "unassigned"
    assert all(
        one.cause != "unassigned" for one in find_bottlenecks([v._replace(claimed_us=None) for v in lying])
    )


def test_a_working_day_that_spans_the_midnight_of_utc_is_still_a_working_day() -> None:
    """Opened at eight on the Pacific, the house closes after midnight: its nights are no time in which people are free."""
    house, plant = planted("more work than people", 43_000)
    here = visits_of(replace(house, days=120), 43_000)
    there = moved(here, 9 * HOUR_US)
    told_here, told_there = (find_bottlenecks(visits) for visits in (here, there))
    assert (told_here[0].step, told_here[0].cause) == (plant.step, plant.cause)
    assert [one.record() for one in told_there] == [one.record() for one in told_here]


def test_one_person_who_is_seven_tenths_full_is_healthy_and_two_who_do_as_long_are_not_judged_alike() -> None:
    """Half a day's work on each file: at that load files wait 2.3 times as long as work takes, one in twenty nine times."""
    rng, at, free, found = Random(11), float(START), float(START), []
    for n in range(1500):
        at += rng.expovariate(1.4) * DAY_US
        begun = max(at, free)
        free = begun + rng.expovariate(2) * DAY_US
        found.append(StepVisit(str(n), "fire", int(at), int(begun), int(free), "ann"))
    assert find_bottlenecks(found) == []
    shared = [visit._replace(person=("ann", "bob")[n % 2]) for n, visit in enumerate(found)]
    assert [one.step for one in find_bottlenecks(shared)] == ["fire"]

"""When work on files likely began, where only its end is recorded."""

from random import Random

from permitflow.analytics.claims import bunched, is_pure_delay, with_claims, without_starts
from permitflow.analytics.durations import DAY_US
from permitflow.analytics.office_hours import OfficeHours
from permitflow.analytics.visits import StepVisit

ALWAYS = OfficeHours(frozenset(range(7)), 0, DAY_US)
D = DAY_US


def ended(name: str, arrived: float, finished: float, who: str | None = "ann") -> StepVisit:
    return StepVisit(name, "fire", int(arrived * D), None, int(finished * D), who)


def claims(visits: list[StepVisit], hours: OfficeHours = ALWAYS) -> list[float]:
    return [round((v.claimed_us or 0) / D, 3) for v in with_claims(visits, hours)]


def in_turn(seed: int, load: float, people: int = 1) -> list[StepVisit]:
    """Files served in order by some people, none of them named; the work on one takes a day on average."""
    rng = Random(seed)
    free, at, found = [0.0] * people, 0.0, []
    for n in range(400):
        at += rng.expovariate(load * people)
        start = max(at, min(free))
        free[free.index(min(free))] = end = start + rng.gammavariate(4, 0.25)
        found.append(ended(str(n), at, end, None))
    return found


def test_an_unrecorded_claim_is_put_where_work_likely_began() -> None:
    # Ann ends a file each day while the next ones lie there: work takes a day.
    files = [ended(str(n), 0, n + 1) for n in range(5)]
    assert claims(files) == [0, 1, 2, 3, 4]
    known = [
        StepVisit("a", "fire", 0, D, 2 * D, "ann"),
        StepVisit("b", "fire", 0, None, None, None),
    ]
    assert with_claims(known, ALWAYS) == known
    assert without_starts(files)
    assert not without_starts(known)


def test_the_night_is_no_part_of_work_that_nobody_recorded() -> None:
    # Ann ends a file at eleven each day, nine working hours apart: the last one was begun the day before.
    house = OfficeHours(frozenset(range(7)))
    files = [ended(str(n), 0, n + 11 / 24) for n in range(3)]
    found = with_claims(files, house)
    assert found[2].claimed_us == files[1].finished_us
    assert [house.worked(v.finished_us or 0) - house.worked(v.claimed_us or 0) for v in found[1:]] == [
        house.day_us,
        house.day_us,
    ]


def test_who_ended_nothing_for_weeks_was_away_and_not_at_one_file() -> None:
    files = [ended(str(n), 0, n + 1 if n < 9 else n + 31) for n in range(18)]
    assert claims(files)[8:11] == [8, 36, 40]


def test_the_stay_of_a_file_that_finds_nobody_there_is_work() -> None:
    """Two people work a day on each file: an end comes every half a day, and half a day is not their work."""
    found = with_claims(in_turn(1, 0.6, people=2), ALWAYS)
    work = sum((v.finished_us or 0) - (v.claimed_us or 0) for v in found) / len(found) / D
    assert 0.85 < work < 1.15


def test_ends_that_are_dates_share_their_day() -> None:
    files = [ended(str(n), 0, 1 + n // 4) for n in range(12)]
    # The first of a day stands for the work of all of them.
    assert claims(files) == [0, *[1] * 4, *[2] * 4, *[3] * 3]


def test_ends_on_far_fewer_days_than_at_random_are_batches() -> None:
    weekly = [week * 7 * D + n * D // 24 for week in range(20) for n in range(4)]
    steady = [n * D for n in range(80)]
    assert bunched(weekly, ALWAYS)
    assert not bunched(steady, ALWAYS)
    assert not bunched([], ALWAYS)


def test_in_a_queue_files_that_follow_each_other_stay_alike_and_in_a_delay_each_for_itself() -> None:
    rng = Random(2)
    delay = [ended(str(n), n / 3, n / 3 + rng.gammavariate(4, 5), None) for n in range(300)]
    newest = [ended(str(n), n / 3, n / 3 + (60 if rng.random() < 0.1 else 0.2), None) for n in range(300)]
    assert is_pure_delay(delay, ALWAYS)
    assert not is_pure_delay(in_turn(3, 1.05), ALWAYS)
    assert not is_pure_delay(newest, ALWAYS)
    assert not is_pure_delay([], ALWAYS)

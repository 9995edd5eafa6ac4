"""What each step answers for of the time to the decision, by hand."""

from __future__ import annotations

from permitflow.analytics.durations import DAY_US
from permitflow.reports.contributions import StepPart, contributions_of, split_of
from tests.reports.told_city import ToldCity

FIRST, LAST, NOW = "2026-06-01", "2026-06-30", "2026-07-15 12:00"


def city_with_lanes() -> ToldCity:
    """Ten days: intake for two, fire and zoning side by side from the third on, fire for four, zoning for six; then nothing."""
    city = ToldCity("2026-05-01", NOW)
    file = city.file("2026-06-01", "2026-06-11")
    city.stay(file, "intake", "2026-06-01", "2026-06-03")
    city.stay(file, "fire", "2026-06-03", "2026-06-07")
    city.stay(file, "zoning", "2026-06-03", "2026-06-09")
    city.stay(file, "inspection", "2026-06-11", "2026-06-12", before_decision=False)
    city.file("2026-06-01", "2026-06-03", outcome="withdrawn")
    city.file("2026-06-01", "2026-07-01")
    return city


def test_both_ways_of_splitting_sum_to_the_lead_time() -> None:
    with city_with_lanes().asked(FIRST, LAST) as ask:
        told = split_of(ask)
    days = {
        step: [figures[0], *(part / DAY_US for part in figures[1:])]
        for step, figures in told["steps"].items()
    }
    # Files, equal split, critical lane, saved by three days, saved by taking no time.
    assert days == {
        "intake": [1, 2.0, 2.0, 2.0, 2.0],
        "fire": [1, 2.0, 0.0, 0.0, 0.0],
        "zoning": [1, 4.0, 6.0, 2.0, 2.0],
        "": [0, 2.0, 2.0, 0.0, 0.0],
    }
    assert (told["lead_us"], told["files"], told["decided"]) == (10 * DAY_US, 1, 1)


def test_the_greatest_part_stands_first() -> None:
    with city_with_lanes().asked(FIRST, LAST, anything="else") as ask:
        found = contributions_of(ask)
    assert [part.step for part in found.parts] == ["zoning", "", "fire", "intake"]
    for split in ("equal_us", "critical_us"):
        assert sum(getattr(part, split) for part in found.parts) == found.lead_us
    assert found.parts[1].title == ""


def test_an_open_stay_lasts_until_the_decision_and_no_longer() -> None:
    city = ToldCity("2026-05-01", NOW)
    file = city.file("2026-06-01", "2026-06-05")
    city.stay(file, "fire", "2026-06-02", "2026-06-20")
    city.stay(file, "fire", "2026-06-03", None)
    city.file("2026-06-01", "2026-06-02")
    with city.asked(FIRST, LAST) as ask:
        told = split_of(ask)
    two, three = 2 * DAY_US, 3 * DAY_US
    # However short the first stay, the second begins a day after it.
    assert told["steps"]["fire"] == [1, three, three, two, two]
    assert told["steps"][""] == [0, two, two, 0, 0]


def test_nothing_decided() -> None:
    with ToldCity("2026-05-01", NOW).asked(FIRST, LAST) as ask:
        assert split_of(ask) == {"steps": {}, "lead_us": 0, "files": 0, "decided": 0}


def part(step: str, files: int) -> StepPart:
    return StepPart(step, step.title(), files, 0, 0, 32 * DAY_US, 63 * DAY_US)


def test_a_faster_step_is_told_from_twenty_files_on() -> None:
    said = part("fire", 20).say()
    assert said is not None
    assert said.say() == (
        "If Fire were 3 days faster each time, the decision would come 1.6 days earlier (on average of 20 files)."
    )
    assert (part("fire", 19).say(), part("", 20).say()) == (None, None)


def test_means_of_no_files_are_nothing() -> None:
    assert (part("fire", 0).mean_saved, part("fire", 0).mean_removed) == (0, 0)
    assert (part("fire", 21).mean_saved, part("fire", 21).mean_removed) == (32 * DAY_US // 21, 3 * DAY_US)

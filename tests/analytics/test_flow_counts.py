"""Throughput, load, and the work that is on hand."""

from permitflow.analytics.flow_counts import days_of_work_on_hand, load, throughput_per_day


def test_throughput_is_counted_for_each_working_day() -> None:
    assert throughput_per_day(50, 20) == 2.5
    assert throughput_per_day(50, 0) is None


def test_load_is_the_work_that_came_over_the_work_that_people_can_do() -> None:
    # 40 files of 3 hours each, two people of 60 hours.
    assert load(40, 3.0, 120.0) == 1.0
    assert load(40, 3.0, 0) is None


def test_work_on_hand_is_what_is_there_at_the_recent_rate() -> None:
    assert days_of_work_on_hand(30, 50, 20) == 12
    assert days_of_work_on_hand(30, 0, 20) is None
    assert days_of_work_on_hand(0, 0, 20) == 0, "an empty queue is no work on hand, whatever left"

"""The on-time rate and its denominator."""

from permitflow.analytics.on_time import Due, on_time

PERIOD, NOW, NEAR = (0, 100), 100, 20


def test_trap_17_what_is_overdue_and_open_is_in_the_denominator() -> None:
    done = [Due(50, 40)] * 9
    assert on_time(done, PERIOD, NOW, NEAR).rate == 1.0
    found = on_time([*done, *[Due(60, None)] * 9], PERIOD, NOW, NEAR)
    assert (found.met, found.overdue_open, found.due, found.rate) == (9, 9, 18, 0.5)


def test_done_at_the_end_of_the_term_is_in_time_and_after_it_is_late() -> None:
    found = on_time([Due(50, 50), Due(50, 51)], PERIOD, NOW, NEAR)
    assert (found.met, found.late_done) == (1, 1)


def test_a_running_term_is_not_in_the_rate_but_may_be_near() -> None:
    found = on_time([Due(110, None), Due(150, None)], (0, 200), NOW, NEAR)
    assert (found.due, found.rate, found.near_due) == (0, None, 1)


def test_terms_of_other_periods_and_ends_after_now_do_not_count() -> None:
    assert on_time([Due(-1, None), Due(100, 40)], PERIOD, NOW, NEAR).due == 0
    # An end that lies in the future is not known yet.
    assert on_time([Due(50, 120)], PERIOD, NOW, NEAR).overdue_open == 1

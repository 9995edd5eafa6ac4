"""Little's law holds exactly on every window, and says when it is no forecast."""

from hypothesis import given
from hypothesis import strategies as st

from permitflow.analytics.durations import DAY_US
from tests.analytics.counted_window import Stretch, counted_window

SPANS = st.lists(
    st.tuples(st.integers(0, 500), st.one_of(st.none(), st.integers(0, 300))).map(
        lambda pair: (pair[0], None if pair[1] is None else pair[0] + pair[1])
    ),
    max_size=40,
)


@given(SPANS, st.integers(0, 300), st.integers(1, 300))
def test_the_identity_is_exact_on_any_finite_window(spans: list[Stretch], start: int, length: int) -> None:
    check = counted_window(spans, start, start + length)
    assert check.mean_present * DAY_US == check.rate_per_day * check.mean_stay_us
    # The integral counted instant by instant, which knows nothing of the formula.
    counted = sum(a <= t and (b is None or t < b) for t in range(start, start + length) for a, b in spans)
    assert check.presence_us == counted


def test_a_worked_window() -> None:
    # One file all 10 days, one for days 2 to 6: 14 file-days of 2 files in 10 days.
    check = counted_window([(0, None), (2 * DAY_US, 6 * DAY_US)], 0, 10 * DAY_US)
    assert float(check.mean_present) == 1.4
    assert float(check.rate_per_day) == 0.2
    assert check.mean_stay_us == 7 * DAY_US


def test_a_growing_queue_is_no_steady_state() -> None:
    growing = [(day * DAY_US, None) for day in range(30)]
    steady = [(day * DAY_US, (day + 5) * DAY_US) for day in range(-10, 40)]
    assert not counted_window(growing, 5 * DAY_US, 25 * DAY_US).steady
    half = DAY_US // 2
    assert counted_window(steady, 5 * DAY_US + half, 25 * DAY_US + half).steady


def test_trap_4_a_file_that_leaves_as_another_comes_is_never_counted_with_it() -> None:
    check = counted_window([(0, 10), (10, 20)], 0, 20)
    assert check.mean_present == 1
    assert counted_window([(0, 10), (10, 20)], 10, 20).present == 1

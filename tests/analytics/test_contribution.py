"""What each step adds to a lead time, and what a faster one would save."""

from hypothesis import given
from hypothesis import strategies as st

from permitflow.analytics.contribution import BETWEEN, Span, critical_lane, equal_split, saved_if_faster

SPANS = st.lists(
    st.builds(
        lambda step, a, n: Span(step, a, a + n),
        st.sampled_from("abc"),
        st.integers(-5, 40),
        st.integers(0, 30),
    ),
    max_size=8,
)
REVIEW = [Span("zoning", 0, 10), Span("electrical", 0, 14), Span("fire", 0, 26), Span("issue", 26, 30)]


@given(SPANS, st.integers(0, 60))
def test_trap_3_parts_of_parallel_lanes_sum_to_the_lead_time_exactly(spans: list[Span], end: int) -> None:
    assert sum(equal_split((0, end), spans).values()) == end
    assert sum(critical_lane((0, end), spans).values()) == end
    assert all(part >= 0 for part in critical_lane((0, end), spans).values())


def test_parallel_lanes_share_an_interval_equally() -> None:
    found = equal_split((0, 30), REVIEW)
    # Ten units among three (the first takes the odd one), four among two, twelve for fire alone.
    assert found == {"electrical": 4 + 2, "fire": 3 + 2 + 12, "zoning": 3, "issue": 4}


def test_the_critical_lane_is_the_one_that_released_the_file() -> None:
    assert critical_lane((0, 30), REVIEW) == {"fire": 26, "issue": 4}


def test_time_in_which_nothing_was_open_is_told_apart() -> None:
    spans = [Span("a", 2, 5), Span("b", 7, 9)]
    expected = {"a": 3, "b": 2, BETWEEN: 5}
    assert equal_split((0, 10), spans) == expected
    assert critical_lane((0, 10), spans) == expected


def test_trap_4_touching_intervals_do_not_overlap() -> None:
    assert equal_split((0, 10), [Span("a", 0, 5), Span("b", 5, 10)]) == {"a": 5, "b": 5}


def test_if_fire_were_three_days_faster() -> None:
    assert saved_if_faster(REVIEW, "fire", 3) == 3
    # Beyond the second-latest lane, a faster one saves nothing more: the removal effect.
    assert saved_if_faster(REVIEW, "fire", 100) == 26 - 14
    assert saved_if_faster(REVIEW, "zoning", 100) == 0
    assert saved_if_faster(REVIEW, "issue", 1) == 1


def test_a_stretch_whose_end_lies_before_its_start_costs_nothing() -> None:
    reversed_dates = [Span("issue", 40, 35)]
    assert saved_if_faster([*REVIEW, *reversed_dates], "issue", 1) == 1
    assert saved_if_faster([*REVIEW, *reversed_dates], "fire", 3) == 3


@given(SPANS.filter(bool), st.integers(0, 40))
def test_a_faster_step_saves_at_most_what_it_is_faster_by_in_each_group(
    spans: list[Span], faster: int
) -> None:
    found = [span for span in spans if span.end > span.start]
    saved = saved_if_faster(found, "a", faster)
    assert 0 <= saved <= faster * sum(span.step == "a" for span in found)

"""What lets a file arrive at a step."""

from permitflow.analytics.enabling import enabled_at, side_by_side


def test_activities_in_either_order_run_side_by_side() -> None:
    cases = [("intake", "a", "b", "end")] * 20 + [("intake", "b", "a", "end")] * 20
    assert side_by_side(cases) == {("a", "b"), ("b", "a")}


def test_a_loop_and_a_rare_exception_are_no_parallel_work() -> None:
    assert side_by_side([("a", "b", "a", "b")] * 40) == frozenset()
    assert side_by_side([("a", "b")] * 40 + [("b", "a")] * 4) == frozenset()


def test_the_last_end_that_is_not_parallel_lets_a_file_arrive() -> None:
    pairs = frozenset({("a", "b"), ("b", "a")})
    ended = [("intake", 5), ("a", 9)]
    assert enabled_at("b", ended, pairs, 0) == 5
    assert enabled_at("end", ended, pairs, 0) == 9
    assert enabled_at("b", [("a", 9)], pairs, 2) == 2

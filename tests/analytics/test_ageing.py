"""Open cases of a log and how unusual their wait is."""

from __future__ import annotations

from permitflow.analytics.ageing import ageing
from tests.analytics.small_logs import DAY, SECOND, table_of_turns

DAY_S = DAY // SECOND


def test_open_cases_age_over_the_bands_of_their_step() -> None:
    past = [turn for n in range(10) for turn in ((f"p{n}", "in", 0), (f"p{n}", "out", (n + 1) * DAY_S))]
    table = table_of_turns(*past, ("new", "in", 9 * DAY_S), ("old", "in", 0), ("end", "out", 10 * DAY_S))

    found = ageing(table, ends=["out"])

    assert found["open"] == 2
    assert [(case["case"], case["age_s"] / DAY_S, case["band"]) for case in found["cases"]] == [
        ("old", 10.0, "beyond p95"),
        ("new", 1.0, "p50"),
    ]
    assert found["cases"][0]["history_n"] == 10


def test_a_case_at_a_step_nobody_ever_left_has_no_band() -> None:
    (case,) = ageing(table_of_turns(("1", "in", 0), ("1", "review", 60)))["cases"]

    assert (case["last_step"], case["at_step_s"], case["age_s"]) == ("review", 0.0, 60.0)
    assert (case["history_n"], case["band"]) == (0, None)

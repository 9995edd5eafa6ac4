"""Which cases of a log are open."""

from __future__ import annotations

from permitflow.analytics.ageing import ageing
from permitflow.analytics.log_open_cases import mark_open_cases
from tests.analytics.small_logs import DAY, table_of, table_of_turns


def test_without_ends_a_case_is_open_for_thirty_days_after_its_last_event() -> None:
    table = table_of([("old", 0, 0, "in"), ("new", 31 * DAY, 1, "in"), ("end", 61 * DAY, 2, "in")])

    assert [case["case"] for case in ageing(table)["cases"]] == ["new", "end"]


def test_with_ends_a_case_is_open_whose_last_activity_is_none_of_them() -> None:
    table = table_of_turns(
        *(("done", "in", 0), ("done", "issued", 1)),
        *(("refused", "in", 0), ("refused", "denied", 1)),
        *(("again", "issued", 0), ("again", "reopened", 1)),
    )

    mark_open_cases(table, ["issued", "denied"])

    assert table.rows("SELECT name FROM cases SEMI JOIN open_cases USING (case_id)") == [("again",)]

"""One file as a row of the record: how long it took, or has taken."""

from __future__ import annotations

from permitflow.reports.record_rows import NOT_DECIDED_BY_CITY, FileRow
from permitflow.reports.snapshots.gathering import NOT_BY_CITY

FILE = FileRow("f", None, "", "w", "h", "in_review", "agency", 100, None, 100, None, None)


def test_time_runs_to_the_decision_or_to_now() -> None:
    assert FILE.elapsed_us(150) == 50
    assert FILE._replace(decided_at=130).elapsed_us(150) == 30
    assert FILE._replace(decided_at=100).elapsed_us(150) == 0


def test_what_applicants_give_up_is_never_the_citys_decision() -> None:
    assert {*NOT_DECIDED_BY_CITY} == {"withdrawn", "abandoned"}
    assert NOT_BY_CITY == "'abandoned', 'withdrawn'"

"""What came out of a stretch: late files, and the bands of some runs."""

from __future__ import annotations

from permitflow.analytics.outcomes import Band, Outcome, banded, late_files
from permitflow.analytics.visits import StepVisit


def visit(file: str, finished: int | None, due: int | None, party: str = "agency") -> StepVisit:
    return StepVisit(file, "fire", 0, None, finished, due_us=due, party=party)


def test_late_is_what_ended_after_its_due_date_or_is_open_past_it() -> None:
    visits = [
        visit("in time", 20, 20),
        visit("late", 21, 20),
        visit("late", 40, 30),
        visit("late before", 9, 5),
        visit("open and late", None, 49),
        visit("open and in time", None, 50),
        visit("no date", 30, None),
        visit("not ours", 30, 20, "applicant"),
    ]
    assert late_files(visits, 10, 50) == 2


def test_bands_are_over_all_runs_and_steps_that_some_lack_are_empty_there() -> None:
    runs = [Outcome(n, 2 * n, None if n < 5 else n, {"fire": n} if n else {}, 3 * n) for n in range(11)]
    found = banded(runs)
    assert (found.finished, found.open_at_end, found.late) == (
        Band(1, 5, 9),
        Band(2, 10, 18),
        Band(3, 15, 27),
    )
    assert found.queues == {"fire": Band(1, 5, 9)}
    assert found.median_lead_us is not None
    assert found.median_lead_us.p50 in {7, 8}
    assert banded([Outcome(0, 1, None)]).median_lead_us is None

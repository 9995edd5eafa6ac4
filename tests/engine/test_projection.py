"""The course of an imagined application through the clocks of a pack."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from permitflow.engine.clock_pack import ClockPack
from permitflow.engine.clocks import Pause
from permitflow.engine.projection import Projection, Run, project

NUMBER = {"source": "A code", "as_of": "2026-01-01", "verified": False}
FACTS: dict[str, object] = {"equipment": {"station_count": 3}}
MONDAY = datetime.fromisoformat("2026-03-02T10:00")


def clock(length: int, starts: list[str], stops: list[str], **more: Any) -> dict[str, Any]:
    """A clock of calendar days without a roll; with an event when it runs out, or only a number."""
    return {
        "title": "A clock",
        "unit": "calendar_day",
        "length": str(length),
        "starts": starts,
        "stops": stops,
        "roll": "none",
        "authority": "A statute",
        "outcome": "deemed_complete" if "on_expiry" in more else "none",
        **NUMBER,
        **more,
    }


def course(
    clocks: dict[str, dict[str, Any]],
    *events: tuple[str, str],
    at: datetime = MONDAY,
    late: str = "same_day",
) -> Projection:
    pack = ClockPack.model_validate(
        {
            "pack": "xx",
            "title": "A statute",
            "calendar": {"country": "US"},
            "receipt": {"late": late, **NUMBER},
            "clocks": clocks,
        },
        strict=False,
    )
    calendar = pack.calendar.calendar(range(2026, 2028), {})
    return project(pack, calendar, FACTS, at, [(name, date.fromisoformat(on)) for name, on in events])


def dates(run: Run) -> tuple[str, str | None, str | None]:
    """When a run started, is due and was stopped."""
    due, stopped = run.due_on, run.stopped_on
    return str(run.started_on), due and str(due), stopped and str(stopped)


TWO = {
    "completeness": clock(5, ["submitted"], ["completed", "notice_sent"], on_expiry="deemed_complete"),
    "decision": clock(
        10,
        ["completed", "deemed_complete"],
        ["decided"],
        pauses=["notice_sent", "suspended"],
        resumes=["resubmitted", "resumed"],
        extended_by={"extended": {"length": "7"}},
    ),
}


def test_when_a_clock_runs_out_the_next_one_starts_on_its_due_date() -> None:
    found = course(TWO)
    first, second = found.runs
    assert dates(first) == ("2026-03-02", "2026-03-07", None)
    assert dates(second) == ("2026-03-07", "2026-03-17", None)
    assert (first.lapsed, second.lapsed, second.started_by) == (True, True, "deemed_complete")
    assert (found.received_on, found.ended_on) == (date(2026, 3, 2), date(2026, 3, 17))


def test_an_event_on_the_due_date_comes_before_the_lapse() -> None:
    first, second = course(TWO, ("completed", "2026-03-07")).runs
    assert (dates(first), first.lapsed, first.stopped_by) == (
        ("2026-03-02", "2026-03-07", "2026-03-07"),
        False,
        "completed",
    )
    assert second.started_by == "completed"
    later = course(TWO, ("completed", "2026-03-08")).runs
    assert [run.name for run in later] == ["completeness", "decision", "decision"]
    # The late word of completeness starts the decision anew.
    assert [dates(run) for run in later[1:]] == [
        ("2026-03-07", "2026-03-17", "2026-03-08"),
        ("2026-03-08", "2026-03-18", None),
    ]


def test_events_are_taken_in_the_order_of_their_dates() -> None:
    asked = course(
        TWO, ("resumed", "2026-03-14"), ("suspended", "2026-03-12"), ("completed", "2026-03-04")
    ).runs[1]
    assert asked.pauses == [Pause(date(2026, 3, 12), date(2026, 3, 14), "suspended")]
    assert dates(asked) == ("2026-03-04", "2026-03-16", None)


def test_a_paused_clock_has_no_due_date_and_does_not_run_out() -> None:
    found = course(TWO, ("completed", "2026-03-04"), ("suspended", "2026-03-06"), ("suspended", "2026-03-09"))
    assert dates(found.runs[1]) == ("2026-03-04", None, None)
    assert (found.runs[1].lapsed, len(found.runs[1].pauses)) == (False, 1)
    assert found.runs[1].used(date(2026, 4, 1)) == 2


def test_an_extension_is_granted_in_time_and_only_so_often() -> None:
    longer = course(TWO, ("extended", "2026-03-17")).runs[1]
    assert (dates(longer), longer.length) == (("2026-03-07", "2026-03-24", None), 17)
    with pytest.raises(ValueError, match="is too late; the time ran out on 2026-03-17"):
        course(TWO, ("extended", "2026-03-18"))
    with pytest.raises(ValueError, match="can be extended 1 times, not on 2026-03-11 again"):
        course(TWO, ("extended", "2026-03-10"), ("extended", "2026-03-11"))
    ending = {
        "one": clock(5, ["submitted"], [], on_expiry="voided", extended_by={"extended": {"length": "7"}})
    }
    with pytest.raises(ValueError, match="one cannot be extended on 2026-03-08: it ran out on 2026-03-07"):
        course(ending, ("extended", "2026-03-08"))


def test_a_clock_that_ran_out_without_effect_is_stopped_late_and_counts_on() -> None:
    late = course(TWO, ("decided", "2026-03-20")).runs[1]
    assert (late.lapsed, dates(late)) == (True, ("2026-03-07", "2026-03-17", "2026-03-20"))
    assert late.used(date(2026, 3, 20)) == 13
    assert late.used(date(2026, 3, 17)) == 10
    effective = course(TWO, ("completed", "2026-03-20")).runs[0]
    assert dates(effective) == ("2026-03-02", "2026-03-07", None)


def test_two_clocks_that_end_on_one_day_lapse_in_the_order_of_the_pack() -> None:
    both = {
        "first": clock(5, ["submitted"], ["voided"], on_expiry="deemed_complete"),
        "second": clock(5, ["submitted"], ["deemed_complete"], on_expiry="voided"),
    }
    first, second = course(both).runs
    assert (first.lapsed, second.lapsed, second.stopped_by) == (True, False, "deemed_complete")


def test_a_late_submission_starts_what_counts_from_receipt_on_the_next_open_day() -> None:
    clocks = {
        "received": clock(5, ["submitted"], [], received=True),
        "plain": clock(5, ["submitted"], []),
        "again": clock(5, ["resubmitted"], [], received=True),
    }
    friday = datetime.fromisoformat("2026-03-06T17:30")
    found = course(clocks, ("resubmitted", "2026-03-14"), at=friday, late="next_open_day")
    assert found.received_on == date(2026, 3, 9)
    assert [str(run.started_on) for run in found.runs] == ["2026-03-09", "2026-03-06", "2026-03-16"]


@pytest.mark.parametrize(
    ("events", "sentence"),
    [
        (
            [("approve", "2026-03-04")],
            "There is no event 'approve' to give; there are certificate_issued, comp",
        ),
        ([("submitted", "2026-03-04")], "There is no event 'submitted' to give"),
        ([("decided", "2026-03-01")], "decided on 2026-03-01 is before the submission on 2026-03-02"),
    ],
)
def test_an_event_that_cannot_have_happened_is_refused(events: list[tuple[str, str]], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        course(TWO, *events)


def test_clocks_that_start_each_other_for_ever_are_refused() -> None:
    endless = {"report": clock(90, ["submitted", "reported"], [], on_expiry="reported")}
    with pytest.raises(ValueError, match="start each other without end"):
        course(endless)


def test_silence_does_not_start_a_running_clock_anew() -> None:
    again = {**TWO, "again": clock(3, ["resubmitted"], [], on_expiry="deemed_complete")}
    events = (("completed", "2026-03-04"), ("notice_sent", "2026-03-06"), ("resubmitted", "2026-03-09"))
    found = course(again, *events)
    assert [(run.name, dates(run)) for run in found.runs] == [
        ("completeness", ("2026-03-02", "2026-03-07", "2026-03-04")),
        ("decision", ("2026-03-04", "2026-03-17", None)),
        ("again", ("2026-03-09", "2026-03-12", None)),
    ]

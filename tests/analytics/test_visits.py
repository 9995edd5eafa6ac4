"""Visits from event logs, with and without lifecycle transitions."""

from permitflow.analytics.eventlog import LogEvent
from permitflow.analytics.visits import StepVisit, as_of, log_end, moved, visits_of_log


def event(
    case: str, activity: str, at: int, lifecycle: str | None = None, who: str | None = None
) -> LogEvent:
    return LogEvent(case, activity, at, at, who, lifecycle)


def test_schedule_start_and_complete_make_one_visit() -> None:
    events = [
        event("1", "fire", 5, "schedule"),
        event("1", "fire", 8, "start", "ann"),
        event("1", "fire", 9, "complete", "ann"),
    ]
    assert visits_of_log(events) == [StepVisit("1", "fire", 5, 8, 9, "ann")]


def test_two_scheduled_at_once_are_matched_first_in_first_out() -> None:
    events = [
        event("1", "fire", 1, "schedule"),
        event("1", "fire", 2, "schedule"),
        event("1", "fire", 3, "start", "ann"),
        event("1", "fire", 4, "start", "bob"),
        event("1", "fire", 6, "complete", "bob"),
        event("1", "fire", 9, "complete", "ann"),
    ]
    found = visits_of_log(events)
    assert [(v.arrived_us, v.claimed_us, v.finished_us, v.round) for v in found] == [
        (1, 3, 6, 1),
        (2, 4, 9, 2),
    ]


def test_what_is_assigned_after_it_was_scheduled_is_the_same_visit() -> None:
    events = [
        event("1", "fire", 1, "schedule"),
        event("1", "fire", 4, "assign", "ann"),
        event("1", "fire", 6, "start", "ann"),
        event("1", "fire", 9, "complete", "ann"),
        event("1", "fire", 20, "schedule"),
        event("1", "fire", 22, "assign", "bob"),
    ]
    found = [(v.arrived_us, v.claimed_us, v.finished_us, v.round) for v in visits_of_log(events)]
    assert found == [(1, 6, 9, 1), (20, None, None, 2)]
    only_assigned = [event("1", "fire", 4, "assign"), event("1", "fire", 6, "start")]
    assert [(v.arrived_us, v.claimed_us) for v in visits_of_log(only_assigned)] == [(4, 6)]


def test_what_is_not_finished_is_open() -> None:
    events = [
        event("1", "fire", 1, "schedule"),
        event("2", "fire", 2, "schedule"),
        event("2", "fire", 3, "start", "ann"),
    ]
    waiting, working = visits_of_log(events)
    assert (waiting.claimed_us, waiting.finished_us) == (None, None)
    assert (working.claimed_us, working.finished_us, working.person) == (3, None, "ann")
    assert log_end([waiting, working]) == 3


def test_what_was_never_scheduled_waits_since_the_case_moved_on() -> None:
    events = [
        event("1", "intake", 3, "start", "ann"),
        event("1", "intake", 5, "complete", "ann"),
        event("1", "fire", 9, "start", "bob"),
        event("1", "fire", 12, "complete", "bob"),
        event("1", "report", 15, "complete", "cy"),
    ]
    found = [(v.step, v.arrived_us, v.claimed_us, v.finished_us, v.person) for v in visits_of_log(events)]
    assert found == [("intake", 3, 3, 5, "ann"), ("fire", 5, 9, 12, "bob"), ("report", 12, None, 15, "cy")]


def test_without_lifecycle_a_visit_begins_where_the_event_before_ended() -> None:
    found = visits_of_log([event("1", "intake", 3), event("1", "fire", 10, who="ann")])
    assert [(v.step, v.arrived_us, v.claimed_us, v.finished_us) for v in found] == [
        ("intake", 3, None, 3),
        ("fire", 3, None, 10),
    ]


def test_lanes_that_end_in_either_order_do_not_wait_for_each_other() -> None:
    events = []
    for case in range(20):
        first, second = ("fire", "zoning") if case % 2 else ("zoning", "fire")
        events += [
            event(str(case), name, at)
            for name, at in (("intake", 0), (first, 10), (second, 25), ("issue", 30))
        ]
    arrived = {(v.step, v.arrived_us) for v in visits_of_log(events)}
    assert arrived == {("intake", 0), ("fire", 0), ("zoning", 0), ("issue", 25)}


def test_a_repeated_step_is_no_parallel_lane() -> None:
    events = []
    for case in range(20):
        path = ("review", "corrections", "review", "corrections", "review")
        events += [event(str(case), name, 10 * place) for place, name in enumerate(path)]
    found = [v for v in visits_of_log(events) if v.file == "7"]
    assert [v.arrived_us for v in found] == [0, 0, 10, 20, 30]


def test_trap_11_a_reopened_file_keeps_its_cycles_apart() -> None:
    found = visits_of_log([event("1", "fire", 10), event("1", "issue", 20), event("1", "fire", 90)])
    assert [(v.round, v.arrived_us, v.finished_us) for v in found if v.step == "fire"] == [
        (1, 10, 10),
        (2, 20, 90),
    ]


def test_a_report_of_the_past_knows_nothing_of_later_ends() -> None:
    visit = StepVisit("1", "fire", 5, 8, 20, "ann")
    assert as_of([visit], 4) == []
    assert as_of([visit], 6) == [StepVisit("1", "fire", 5)]
    assert as_of([visit], 10) == [StepVisit("1", "fire", 5, 8, None, "ann")]
    assert as_of([visit], 20) == [visit]


def test_a_log_of_the_years_before_1970_ends_with_its_last_event() -> None:
    visits = visits_of_log([event("1", "fire", -900), event("1", "issue", -400)])
    assert log_end(visits) == -400


def test_attributes_name_the_court_and_marks_of_other_transitions_are_passed_over() -> None:
    outside = LogEvent("1", "wait", 4, 0, None, "complete", {"party": "Utility"})
    found = visits_of_log([outside, event("1", "wait", 5, "suspend")])
    assert [(v.step, v.party) for v in found] == [("wait", "utility")]


def test_moved_visits_last_as_long() -> None:
    visits = [StepVisit("1", "fire", 5, 8, 9, "ann", due_us=20), StepVisit("2", "fire", 5)]
    assert moved(visits, -4) == [StepVisit("1", "fire", 1, 4, 5, "ann", due_us=16), StepVisit("2", "fire", 1)]

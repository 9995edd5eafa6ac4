"""Traces: events grouped by case, in the order of time and, within an instant, of the file."""

from permitflow.analytics.eventlog import LogEvent, Trace, build_log, log_of_events


def test_events_of_a_case_stand_in_the_order_of_time_and_then_of_the_file():
    log = build_log([("b", 5, 0, "x"), ("a", 9, 1, "late"), ("a", 7, 3, "second"), ("a", 7, 2, "first")])

    assert log == [Trace("a", ("first", "second", "late"), (7, 7, 9)), Trace("b", ("x",), (5,))]


def test_a_tie_keeps_file_order_even_where_the_names_sort_otherwise():
    log = log_of_events([LogEvent("a", "z", 1, 0), LogEvent("a", "m", 1, 1), LogEvent("a", "a", 1, 10)])

    assert log[0].activities == ("z", "m", "a")


def test_duration_runs_from_the_first_to_the_last_event():
    assert build_log([("a", 40, 0, "x"), ("a", 10, 1, "y")])[0].duration_us == 30


def test_no_events_make_no_traces():
    assert build_log([]) == []

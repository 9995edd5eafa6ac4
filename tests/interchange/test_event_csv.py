"""Event logs as CSV: the mapping names the columns, and each row that does not fit says why."""

from dataclasses import replace

import pytest

from permitflow.analytics.eventlog import LogEvent
from permitflow.interchange.event_csv import EventColumns, load_event_columns, read_event_csv
from permitflow.interchange.reading import BadFile
from permitflow.interchange.xes import read_xes
from tests.reference_data import reference_file

COLUMNS = EventColumns(case="File", activity="Step", time="When", resource="Who")


def written(folder, content):
    path = folder / "events.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_rows_become_events_and_columns_not_named_become_attributes(tmp_path):
    path = written(tmp_path, "File,Step,When,Who,Note\nA,received,1970-01-01T01:00:00+01:00,ann,urgent\n")

    assert list(read_event_csv(path, COLUMNS)) == [
        LogEvent("A", "received", 0, 0, "ann", None, {"Note": "urgent"})
    ]


def test_empty_cells_are_no_facts(tmp_path):
    path = written(tmp_path, "File,Step,When,Who,Note\nA,received,1970-01-01T00:00:00Z,,\n")

    (read,) = read_event_csv(path, COLUMNS)

    assert (read.resource, read.attributes) == (None, {})


@pytest.mark.parametrize("missing", ["File", "Step", "When", "Who"])
def test_a_missing_column_is_named(tmp_path, missing):
    header = ",".join(column for column in ("File", "Step", "When", "Who") if column != missing)

    with pytest.raises(BadFile, match=f"The column “{missing}” is missing"):
        list(read_event_csv(written(tmp_path, f"{header}\nA,B,C\n"), COLUMNS))


def test_rows_that_do_not_fit_are_rejected_with_line_and_reason(tmp_path):
    good = "A,received,1970-01-01T00:00:00Z,ann\n"
    bad = ",x,1970-01-01T00:00:00Z,\nA,,1970-01-01T00:00:00Z,\nA,x,,\nA,x,soon,\nA,x\n"
    rejected = []

    read = list(
        read_event_csv(written(tmp_path, f"File,Step,When,Who\n{bad}{good}"), COLUMNS, reject=rejected.append)
    )

    assert [event.seq for event in read] == [5]
    assert [(row.line, row.reason) for row in rejected] == [
        (2, "The case is empty."),
        (3, "The activity is empty."),
        (4, "The time is empty."),
        (5, "“soon” is not an ISO 8601 date and time."),
        (6, "The row has 2 cells, the header 4."),
    ]


def test_rejections_nobody_asks_for_are_passed_over(tmp_path):
    assert list(read_event_csv(written(tmp_path, "File,Step,When,Who\nA\n"), COLUMNS)) == []


def test_a_wrong_encoding_is_named_with_its_line(tmp_path):
    content = "File,Step,When,Who\nA,café,1970-01-01T00:00:00Z,\n".encode("latin-1")

    with pytest.raises(BadFile, match="line 2: The byte 0xE9 is not UTF-8"):
        list(read_event_csv(written(tmp_path, content), COLUMNS))

    (read,) = read_event_csv(written(tmp_path, content), replace(COLUMNS, encoding="latin-1"))
    assert read.activity == "café"


@pytest.mark.parametrize("fixture", ["receipt_60", "bpic15_1_25"])
def test_the_same_log_as_csv_and_as_xes_gives_the_same_events(fixture):
    columns = EventColumns(resource="org:resource", lifecycle="lifecycle:transition")
    table = read_event_csv(reference_file(f"fixtures/{fixture}.csv"), columns)
    tree = read_xes(reference_file(f"fixtures/{fixture}.xes.gz"))

    def told(events):
        return [
            (event.case, event.activity, event.at_us, event.seq, event.resource, event.lifecycle)
            for event in events
        ]

    assert told(table) == told(tree)


@pytest.mark.parametrize("between", [",", ";", "\t", "|"])
def test_the_delimiter_is_the_one_of_the_header(tmp_path, between):
    text = "File,Step,When,Who,case:channel\nA,received,1970-01-01,ann,desk\n".replace(",", between)

    (read,) = read_event_csv(written(tmp_path, text), COLUMNS)

    assert (read.resource, read.day_only, read.case_attributes) == ("ann", True, {"channel": "desk"})


def test_the_standard_columns_of_person_and_lifecycle_are_taken_where_they_are(tmp_path):
    header = "case:concept:name,concept:name,time:timestamp,org:resource,lifecycle:transition"
    path = written(tmp_path, f"{header}\nA,received,1970-01-01T00:00:01Z,ann,start\n")

    (read,) = read_event_csv(path, EventColumns())

    assert (read.resource, read.lifecycle, read.attributes) == ("ann", "start", {})


@pytest.mark.parametrize("text", ["formats: no list", "cases: File", "- case", "case: [", "case: 7"])
def test_a_mapping_that_is_none_is_refused(tmp_path, text):
    path = tmp_path / "mapping.yaml"
    path.write_text(text)

    with pytest.raises(BadFile):
        load_event_columns(path)


def test_an_unknown_zone_is_refused(tmp_path):
    path = written(tmp_path, "File,Step,When,Who\nA,received,1970-01-01T00:00:00,ann\n")

    with pytest.raises(BadFile, match="no time zone “Mars/Olympus”"):
        list(read_event_csv(path, replace(COLUMNS, zone="Mars/Olympus")))


def test_cells_that_were_kept_from_a_spreadsheet_are_read_as_they_were(tmp_path):
    path = written(tmp_path, "File,Step,When,Who,Note\n'-A,'=sum,1970-01-01T00:00:00Z,'@ann,'quoted'\n")

    (read,) = read_event_csv(path, COLUMNS)

    assert (read.case, read.activity, read.resource, read.attributes) == (
        *("-A", "=sum", "@ann"),
        {"Note": "'quoted'"},
    )

"""Event logs as CSV: read again they are the same, and no spreadsheet runs them."""

from __future__ import annotations

from pathlib import Path

from permitflow.analytics.eventlog import LogEvent
from permitflow.interchange.event_csv import EventColumns, read_event_csv
from permitflow.interchange.event_csv_export import BATCH, write_event_csv

EVENTS = [
    LogEvent("1", "intake", 1_000_001, 0, "ann", "start", {"round": "1"}, {"level": "DC"}),
    LogEvent("1", 'a, "b"\nc', 2_000_000, 1, None, None, {}, {"level": "DC"}),
]


def again(events: list[LogEvent], folder: Path) -> list[LogEvent]:
    path = folder / "log.csv"
    path.write_bytes(b"".join(write_event_csv(events, ["round"], ["level"])))
    return list(read_event_csv(path, EventColumns()))


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    assert again(EVENTS, tmp_path) == EVENTS


def test_more_rows_than_one_portion_are_all_written(tmp_path: Path) -> None:
    events = [LogEvent(str(number), "a", number + 1, number) for number in range(BATCH + 1)]
    assert again(events, tmp_path) == events


def test_a_cell_that_looks_like_a_formula_is_none() -> None:
    text = b"".join(write_event_csv([LogEvent("1", "=cmd()", 1, 0)])).decode()
    assert ",'=cmd()," in text


def test_the_name_of_an_attribute_that_looks_like_a_formula_is_none(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    event = LogEvent("1", "a", 1, 0, attributes={"=cmd()": "2"})
    path.write_bytes(b"".join(write_event_csv([event], ["=cmd()"])))
    assert path.read_text().splitlines()[0].endswith(",'=cmd()")
    assert list(read_event_csv(path, EventColumns())) == [event]

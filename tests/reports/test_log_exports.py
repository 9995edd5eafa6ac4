"""Event logs in the forms that other programs ask for come back as they were."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import duckdb
import pytest

from permitflow.analytics.eventlog import LogEvent
from permitflow.interchange.event_csv import EventColumns, read_event_csv
from permitflow.interchange.xes import read_xes
from permitflow.reports.log_exports import FORMS, city_export, log_export
from tests.reports.told_city import ToldCity, at

SHARED = {"kind": "DC"}
LOG = [
    LogEvent("1", "a", at("2026-06-01"), 0, "ann", "complete", {"fee": "5"}, SHARED),
    LogEvent("1", "b", at("2026-06-02 12:00"), 1, None, None, {}, SHARED),
    LogEvent("2", 'b "x"', at("2026-06-02 12:00"), 2, "bob", "start", {"note": "é,\n"}),
]


def test_csv_has_the_attributes_of_every_event() -> None:
    rows = list(csv.DictReader(io.StringIO(b"".join(log_export(LOG, "csv")).decode())))
    assert [row["concept:name"] for row in rows] == ["a", "b", 'b "x"']
    assert [(row["fee"], row["note"]) for row in rows] == [("5", ""), ("", ""), ("", "é,\n")]
    assert [row["case:kind"] for row in rows] == ["DC", "DC", ""]


def test_xes_is_read_again_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "log.xes"
    path.write_bytes(b"".join(log_export(LOG, "xes")))
    found = list(read_xes(path))
    assert [(one.case, one.activity, one.at_us, one.resource) for one in found] == [
        (one.case, one.activity, one.at_us, one.resource) for one in LOG
    ]
    assert found[0].case_attributes == SHARED


@pytest.mark.parametrize("form", ["csv", "xes"])
def test_attributes_named_as_the_standard_names_other_things_are_told_apart(
    form: str, tmp_path: Path
) -> None:
    clashing = dict.fromkeys(["concept:name", "time:timestamp", "org:resource"], "x")
    log = [LogEvent("1", "a", at("2026-06-01 12:00"), 0, None, None, clashing, {"concept:name": "y"})]
    path = tmp_path / f"log.{form}"
    path.write_bytes(b"".join(log_export(log, form)))
    (found,) = read_xes(path) if form == "xes" else read_event_csv(path, EventColumns())
    assert (found.case, found.activity, found.at_us, found.resource) == ("1", "a", log[0].at_us, None)
    assert found.attributes == {f"attribute:{name}": "x" for name in clashing}
    assert found.case_attributes == {"attribute:concept:name": "y"}


def test_parquet_has_a_row_for_each_event(tmp_path: Path) -> None:
    path = tmp_path / "log.parquet"
    path.write_bytes(b"".join(log_export(iter(LOG), "parquet")))
    with duckdb.connect() as connection:
        found = connection.execute(f"SELECT case_id, activity, t FROM '{path}' ORDER BY seq").fetchall()
    assert found == [(one.case, one.activity, one.at_us) for one in LOG]


@pytest.mark.parametrize("form", ["csv", "xes", "parquet"])
def test_a_log_without_events(form: str) -> None:
    assert b"".join(log_export([], form))


def test_an_unknown_form_is_refused() -> None:
    with pytest.raises(KeyError):
        log_export(LOG, "ocel")
    with (
        ToldCity("2026-05-01", "2026-07-01").asked("2026-06-01", "2026-06-30") as ask,
        pytest.raises(KeyError),
    ):
        city_export(ask, "doc")


@pytest.mark.parametrize("form", list(FORMS))
def test_a_city_in_every_form(form: str) -> None:
    city = ToldCity("2026-05-01", "2026-07-01")
    file = city.file("2026-06-01", "2026-06-03")
    city.stay(file, "fire", "2026-06-01", "2026-06-02", first_claimed_at="2026-06-01", closed_by="ann")
    city.act(file, "approve", "2026-06-02", "ann")
    with city.asked("2026-06-01", "2026-06-30") as ask:
        told = b"".join(city_export(ask, form))
    if form == "csv":
        rows = list(csv.DictReader(io.StringIO(told.decode())))
        assert [row["lifecycle:transition"] for row in rows] == ["schedule", "start", "complete"]
    elif form == "ocel":
        assert [event["type"] for event in json.loads(told)["events"]] == ["approve"]
    elif form == "xes":
        assert told.count(b"<event>") == 3
    else:
        assert told.startswith(b"PAR1")
    assert FORMS[form].suffix.startswith(".")

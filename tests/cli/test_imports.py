"""Taking over permits and event logs from the command line, on both databases."""

from __future__ import annotations

import csv
import gzip
import time
from pathlib import Path

import pytest
from sqlalchemy import func, select

from permitflow.db import Database
from permitflow.models import ImportedEvent, ImportedLog, Permit
from tests.cli.conftest import Run
from tests.factories import City
from tests.reference_data import reference_file

HEADER = (
    "PermitNum,PermitType,StatusCurrent,IssuedDate,OriginalAddress1,OriginalCity,OriginalState,Latitude,"
    "Longitude,EstProjectCost,ContractorHash,Description"
)
ROW = "{},Electrical,ACTIVE,{},1 Main St,Chicago,IL,41.8,-87.6,500,ab12,INSTALL TWO (2) CHARGERS"
EVENTS = "case:concept:name,concept:name,time:timestamp\n1,a,2026-01-01T00:00:00Z\n1,b,2026-01-02T00:00:00Z\n"
XES = (
    '<log><trace><string key="concept:name" value="1"/><event><string key="concept:name" value="{}"/>'
    '<date key="time:timestamp" value="2026-01-01T00:00:00Z"/></event></trace></log>'
)


def written(folder: Path, name: str, content: str | bytes) -> str:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return str(path)


def permits_file(folder: Path, *rows: str) -> str:
    return written(folder, "old.csv", "\n".join([HEADER, *rows, ""]))


def count(database: Database, table: type) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def chosen(city: City) -> tuple[str, ...]:
    return ("--jurisdiction", city.slug, "--mapping", "chicago-ev")


def test_permits_are_taken_once_and_bad_rows_are_told(run: Run, city: City, tmp_path: Path) -> None:
    file = permits_file(tmp_path, ROW.format("B-1", "2020-02-03"), ROW.format("B-2", "3.2.2020"))
    errors = tmp_path / "errors.csv"
    result = run("import", "permits", file, *chosen(city), "--errors", str(errors), "--json")
    assert result.status == 0
    assert result.json == {"added": 1, "changed": 0, "unchanged": 0, "rejected": 1, "with_station_count": 1}
    with errors.open(encoding="utf-8", newline="") as opened:
        (bad,) = csv.DictReader(opened)
    assert (bad["line"], bad["column"], bad["value"]) == ("3", "IssuedDate", "3.2.2020")
    again = run("import", "permits", file, *chosen(city))
    assert again.out.startswith("Permits: 0 added, 0 changed, 1 unchanged, 1 rejected.")
    assert count(city.database, Permit) == 1


def test_a_file_without_one_good_row_is_an_error(run: Run, city: City, tmp_path: Path) -> None:
    result = run("import", "permits", permits_file(tmp_path, ROW.format("B-1", "never")), *chosen(city))
    assert (result.status, result.out) == (1, "")
    assert result.err.startswith("No row of old.csv could be taken; line 2: The date is not of the form")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--jurisdiction", "atlantis", "--mapping", "chicago-ev"), "There is no city 'atlantis'"),
        (
            ("--jurisdiction", "rio-verde", "--mapping", "nope"),
            "There is no mapping 'nope'; shipped are: chicago",
        ),
    ],
)
def test_an_unknown_city_or_mapping_is_one_sentence(
    run: Run, city: City, tmp_path: Path, arguments: tuple[str, ...], words: str
) -> None:
    result = run("import", "permits", permits_file(tmp_path, ROW.format("B-1", "2020-02-03")), *arguments)
    assert (result.status, result.out, len(result.err.splitlines())) == (1, "", 1)
    assert words in result.err


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("PermitNum,PermitType\n1,2\n", "is missing"),
        ("", "The file is empty"),
        ("a,b\n".encode("utf-16"), "UTF-16"),
        (f'{HEADER}\n"broken', "quotation marks"),
    ],
)
def test_a_broken_permit_file_changes_nothing(
    run: Run, city: City, tmp_path: Path, content: str | bytes, words: str
) -> None:
    result = run("import", "permits", written(tmp_path, "bad.csv", content), *chosen(city))
    assert (result.status, result.out, len(result.err.splitlines())) == (1, "", 1)
    assert words in result.err
    assert count(city.database, Permit) == 0


def test_a_mapping_of_ones_own(run: Run, city: City, tmp_path: Path) -> None:
    file = permits_file(tmp_path, ROW.format("B-1", "2020-02-03"))
    broken = written(tmp_path, "own.yaml", "title: x\n")
    result = run("import", "permits", file, "--jurisdiction", city.slug, "--mapping", broken)
    assert (result.status, len(result.err.splitlines())) == (1, 1)
    assert "The mapping cannot be used" in result.err


def test_a_log_is_taken_once(run: Run, database: Database, tmp_path: Path) -> None:
    file = written(tmp_path, "log.csv", EVENTS)
    result = run("import", "log", file, "--name", "north", "--json")
    counts = {"events": 2, "rejected": 0, "attributes_left_out": 0}
    assert result.json == {"name": "north", "added": True} | counts
    again = run("import", "log", file, "--name", "north")
    assert (
        again.out
        == "The log 'north' is there already from the same file; nothing was changed: 2 events, 0 rejected.\n"
    )
    other = written(tmp_path, "log.xes", XES.format("other"))
    refused = run("import", "log", other, "--name", "north")
    assert (refused.status, refused.out) == (1, "")
    assert "add --replace" in refused.err
    assert count(database, ImportedEvent) == 2
    assert run("import", "log", other, "--name", "north", "--replace").status == 0
    assert (count(database, ImportedLog), count(database, ImportedEvent)) == (1, 1)


def test_columns_of_a_csv_log_are_named(run: Run, tmp_path: Path) -> None:
    file = written(tmp_path, "log.txt", "K,A,T,R\n1,a,2026-01-01T00:00:00Z,ann\n")
    named = ("--format", "csv", "--case", "K", "--activity", "A", "--time", "T", "--resource", "R")
    assert run("import", "log", file, "--name", "own", *named, "--json").json["events"] == 1
    xes = written(tmp_path, "log.xes", XES.format("a"))
    assert run("import", "log", xes, "--name", "two", "--case", "K").status == 2


def test_a_log_replaced_by_its_own_file_is_read_anew(run: Run, tmp_path: Path) -> None:
    content = "case:concept:name,concept:name,time:timestamp,R\n1,a,2026-01-01T00:00:00Z,ann\n"
    named = (written(tmp_path, "log.csv", content), "--name", "own", "--json")
    run("import", "log", *named)
    again = run("import", "log", *named, "--replace", "--resource", "R")
    assert again.json["added"] is True
    found = run("report", "summary", "--log", "own", "--json").json
    assert (found["events"], found["top_resources"]) == (1, {"ann": 1})


def test_events_that_do_not_fit_are_rejected_with_their_reason(run: Run, tmp_path: Path) -> None:
    rows = "".join(f"1,{'x' * 256},2026-01-01T00:00:0{number}Z\n" for number in range(9))
    late = "1,b,yesterday\n2,c,yesterday\n"
    result = run("import", "log", written(tmp_path, "log.csv", EVENTS + rows + late), "--name", "n", "--json")
    assert (result.status, result.json["events"], result.json["rejected"]) == (0, 2, 11)
    told = result.err.splitlines()
    assert len(told) == 11
    assert told[0] == "Rejected event 3: The activity has 256 characters; at most 255 are kept."
    assert told[-1] == "... and 1 more."


LAUGHS = '<?xml version="1.0"?><!DOCTYPE log [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><log>&b;</log>'


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("cut.xes.gz", gzip.compress(XES.format("a").encode())[:-12], "cut off"),
        ("laughs.xes", LAUGHS, "document type or entities"),
        ("half.xes", XES.format("a")[:-20], "ends before the log is complete"),
        ("latin.csv", EVENTS.encode() + "1,é,2026-01-01T00:00:00Z\n".encode("latin-1"), "is not UTF-8"),
        ("columns.csv", "case,activity\n1,a\n", "is missing"),
        ("empty.xes", "", "The file is empty"),
        ("times.csv", EVENTS.splitlines()[0] + "\n1,a,03.02.2026\n", "line 2: “03.02.2026” is not an ISO"),
        ("none.csv", EVENTS.splitlines()[0] + "\n", "no event that can be taken"),
    ],
)
def test_a_broken_log_is_one_sentence_and_nothing_is_kept(
    run: Run, database: Database, tmp_path: Path, name: str, content: str | bytes, words: str
) -> None:
    result = run("import", "log", written(tmp_path, name, content), "--name", "bad")
    assert (result.status, result.out, len(result.err.splitlines())) == (1, "", 1)
    assert words in result.err
    assert (count(database, ImportedLog), count(database, ImportedEvent)) == (0, 0)


def test_progress_is_shown_on_stderr_when_asked_for(run: Run, tmp_path: Path) -> None:
    file = written(tmp_path, "log.csv", EVENTS)
    assert "log.csv" in run("import", "log", file, "--name", "north", "--progress").err
    assert run("import", "log", file, "--name", "south").err == ""


def test_a_citys_real_permits(run: Run, city: City) -> None:
    file = str(reference_file("permits/chicago_ev_permits.csv"))
    result = run("import", "permits", file, *chosen(city), "--json")
    assert (result.json["added"], result.json["rejected"]) == (2202, 0)
    assert result.json["with_station_count"] >= 714
    assert run("import", "permits", file, *chosen(city), "--json").json["unchanged"] == 2202


def test_a_real_log_is_quick(run: Run) -> None:
    file = str(reference_file("receipt.xes.gz"))
    started = time.perf_counter()
    assert run("import", "log", file, "--name", "receipt", "--json").json["events"] == 8577
    assert time.perf_counter() - started < 15, "the aim is 5 seconds on a machine that does nothing else"


def test_a_gzipped_table_of_events_is_known_by_its_name(run: Run, tmp_path: Path) -> None:
    packed = gzip.compress(EVENTS.encode())
    whole = run("import", "log", written(tmp_path, "log.csv", EVENTS), "--name", "whole", "--json").json
    assert run("import", "log", written(tmp_path, "log.csv.gz", packed), "--name", "n", "--json").json == (
        whole | {"name": "n"}
    )


def test_values_that_are_left_out_are_counted(run: Run, tmp_path: Path) -> None:
    long = f'<string key="long" value="{"x" * 256}"/></event>'
    file = written(tmp_path, "long.xes", XES.format("a").replace("</event>", long, 1))
    result = run("import", "log", file, "--name", "long")
    assert "Values of attributes left out as too long: 1." in result.out
    assert run("import", "log", file, "--name", "again", "--json").json["attributes_left_out"] == 1

"""Reports on event logs from the command line, on both databases."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Run
from tests.reference_data import reference_figures, reference_file

XES = """<?xml version="1.0" encoding="UTF-8"?>
<log xmlns="http://www.xes-standard.org/"><trace><string key="concept:name" value="1"/>
<date key="deadline" value="2026-01-03T00:00:00Z"/>{first}</trace>
<trace><string key="concept:name" value="2"/>{second}</trace></log>"""
TURNS = [("schedule", "01T10:00:00Z"), ("start", "02T10:00:00+02:00"), ("complete", "04T10:00:00Z")]
ENTRY = '<event><string key="concept:name" value="in"/><date key="time:timestamp" value="2026-01-05T00:00:00Z"/></event>'


def event(transition: str, time: str) -> str:
    return f"""<event><string key="concept:name" value="review"/><string key="org:resource" value="ann"/>
    <string key="lifecycle:transition" value="{transition}"/><date key="time:timestamp" value="2026-01-{time}"/>
    <date key="due" value="2026-01-02"/><list key="parts"><values><int key="paid" value="7"/></values></list></event>"""


@pytest.fixture
def log(run: Run, tmp_path: Path) -> str:
    path = tmp_path / "log.xes"
    undated = '<event><string key="concept:name" value="undated"/></event>'
    first = "".join(event(*turn) for turn in TURNS)
    path.write_text(XES.format(first=first, second=ENTRY + undated), encoding="utf-8")
    assert run("import", "log", str(path), "--name", "small", "--progress").err.count("log.xes")
    return "small"


@pytest.mark.parametrize(
    ("report", "options", "expected"),
    [
        ("handovers", (), {"handovers": 0, "same_resource_steps": 2}),
        ("edges", ("--business-hours",), {"edges_total": 1}),
        ("rework", (), {"cases": 2, "cases_with_rework": 1, "events_again": 2, "self_loops": 2}),
        (
            "deadlines",
            ("--due", "due"),
            {"with_deadline": 3, "late": 1, "per_activity": {"review": {"n": 3, "late": 1}}},
        ),
        ("deadlines", ("--due", "deadline"), {"with_deadline": 1, "late": 1, "unreadable": 0}),
        ("deadlines", ("--due", "case:deadline"), {"per_activity": {"review": {"n": 1, "late": 1}}}),
        (
            "survival",
            ("--step", "review"),
            {"step": "review", "n": 1, "events": 1, "censored": 0, "median_s": 79_200.0},
        ),
        ("ageing", ("--end", "review,out"), {"open": 1}),
        ("clock-stop", ("--stop", "in", "--restart", "review"), {"cases": 2, "requests_never_answered": 1}),
        (
            "quality",
            (),
            {
                "events_rejected_at_import": 1,
                "day_precision": 1,
                "events_without_person": 1,
                "in_the_future": 0,
            },
        ),
    ],
)
def test_a_report_in_figures_and_in_words(
    run: Run, log: str, report: str, options: tuple[str, ...], expected: dict[str, Any]
) -> None:
    document = run("report", report, "--log", log, *options, "--json").json
    assert {key: document[key] for key in expected} == expected
    words = run("report", report, "--log", log, *options)
    assert (words.status, words.out.strip() != "") == (0, True)


def test_steps_and_queues(run: Run, log: str) -> None:
    steps = run("report", "steps", "--log", log, "--json").json["steps"]
    assert [(step["step"], step["n"], step["repeats"]) for step in steps] == [("review", 3, 2), ("in", 1, 0)]
    queues = run("report", "queue", "--log", log, "--json").json
    assert queues["wait_s"]["review"]["sum"] == 79_200.0
    work = queues["work_s"]["review"]
    assert work.pop("n") == 1
    assert work == dict.fromkeys(("min", "p25", "median", "mean", "p75", "p90", "max", "sum"), 180_000.0)
    assert "1 d" in run("report", "steps", "--log", log).out
    lines = run("report", "queue", "--log", log).out.splitlines()
    assert {"work_s review n: 1", "work_s review p90: 2 d 2 h", "work_s review sum: 2 d 2 h"} <= {*lines}


def test_an_attribute_nobody_has_is_said(run: Run, log: str) -> None:
    result = run("report", "deadlines", "--log", log, "--due", "case:due")
    assert (result.status, result.err) == (1, "The log 'small' has no attribute 'case:due'.\n")


@pytest.mark.parametrize("report", ["steps", "rework", "handovers", "ageing", "queue", "quality"])
def test_an_unknown_log_is_one_sentence(run: Run, log: str, report: str) -> None:
    result = run("report", report, "--log", "other", "--json")
    assert (result.status, result.out) == (1, "")
    assert result.err == "There is no log 'other'; imported are: small.\n"


def test_a_log_with_its_own_columns_formats_and_zone(run: Run, tmp_path: Path) -> None:
    mapping = tmp_path / "mapping.yaml"
    mapping.write_text(
        'case: File\nactivity: Step\ntime: When\nresource: Who\nzone: America/New_York\nformats: ["%d.%m.%Y %H:%M", "%d.%m.%Y"]\n',
        encoding="utf-8",
    )
    path = tmp_path / "log.csv"
    text = 'File;Step;When;Who;Note\n1;in;08.03.2026 00:30;ann;"two\nlines"\n1;out;08.03.2026 03:30;;x\n2;in;09.03.2026;bob;\n2;in;soon;bob;\n'
    path.write_text(text, encoding="utf-8-sig")

    taken = run("import", "log", str(path), "--name", "own", "--mapping", str(mapping), "--json")

    assert (taken.json["events"], taken.json["rejected"]) == (3, 1)
    assert "“soon” is in none of the formats" in taken.err
    figures = run("report", "summary", "--log", "own", "--json").json
    # In that night the clocks went forward: from half past midnight to half past three are two hours.
    assert figures["case_duration_s"]["max"] == 7_200.0
    assert figures["first_event"] == "2026-03-08 05:30:00+00:00"
    assert (figures["quality"]["day_precision"], figures["quality"]["events_without_person"]) == (1, 1)


def test_a_real_log_gives_the_reference_deadlines_and_months(run: Run) -> None:
    run("import", "log", str(reference_file("BPIC15_1.xes.gz")), "--name", "bpic")
    own = reference_figures("reference_bpic15_1")["own_pandas"]

    due = run("report", "deadlines", "--log", "bpic", "--due", "dueDate", "--json").json

    assert (due["with_deadline"], due["late"]) == (own["due"]["events_with_due"], own["due"]["late"])
    assert due["per_activity"] == own["due_by_activity_top"]
    quality = run("report", "quality", "--log", "bpic", "--json").json
    for key in ("events_sharing_timestamp_with_previous_in_case", "events_out_of_file_order"):
        assert quality[key] == own[key], key
    assert quality["day_precision"] > 20_000


def test_a_real_log_gives_the_reference_deadlines_of_cases(run: Run) -> None:
    run("import", "log", str(reference_file("receipt.xes.gz")), "--name", "receipt")
    known = reference_figures("reference_receipt")["own_pandas"]["deadline"]

    due = run("report", "deadlines", "--log", "receipt", "--due", "case:deadline", "--json").json

    assert (due["with_deadline"], due["late"]) == (known["with_deadline"], known["late_last_event"])


@pytest.mark.parametrize(
    ("options", "status", "said"),
    [
        (("clock-stop", "--stop", "none", "--restart", "in"), 1, "The log has no activity 'none'.\n"),
        (("clock-stop", "--stop", "in", "--restart", "x,y"), 1, "The log has no activity 'x' or 'y'.\n"),
        (("clock-stop", "--stop", "in", "--restart", " ,"), 2, "--restart names no activity."),
        (("clock-stop", "--stop", "in", "--restart", "review, x"), 0, "Not in this log: x.\n"),
        (("survival", "--step", "none"), 1, "The log has no activity 'none'.\n"),
        (("ageing", "--end", "none"), 1, "The log has no activity 'none'.\n"),
        (("ageing", "--end", "in,none"), 0, "Not in this log: none.\n"),
    ],
)
def test_activities_that_a_log_does_not_have_are_named(
    run: Run, log: str, options: tuple[str, ...], status: int, said: str
) -> None:
    result = run("report", *options, "--log", log, "--json")
    assert (result.status, result.out == "") == (status, status != 0)
    assert result.err.startswith(said)


def test_an_activity_with_a_comma_in_its_name_stands_alone(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "commas.csv"
    header = "case:concept:name,concept:name,time:timestamp\n"
    path.write_text(header + '1,"ask, wait",2026-01-01\n1,"in, again",2026-01-03\n', encoding="utf-8")
    run("import", "log", str(path), "--name", "commas")
    options = ("--log", "commas", "--stop", "ask, wait", "--restart", "in, again")
    assert run("report", "clock-stop", *options, "--json").json["per_case_tolled"] == {"1": 2.0}
    lines = run("report", "clock-stop", *options).out.splitlines()
    assert {"cases: 1", "gross_days n: 1", "gross_days median: 2 d", "tolled_days sum: 2 d"} <= {*lines}

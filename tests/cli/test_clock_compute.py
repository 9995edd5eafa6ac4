"""Due dates of a statute from the command line, without a database."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from permitflow import cli

CALIFORNIA = ("--pack", "us-ca-ab970", "--stations", "12", "--submitted", "2025-12-23")


@pytest.fixture
def compute(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Run `permitflow clock compute` and return its exit status and what it wrote."""

    def compute(*arguments: str) -> tuple[int, str, str]:
        status = cli.run(["clock", "compute", *arguments])
        written = capsys.readouterr()
        return status, written.out, written.err

    return compute


Compute = Callable[..., tuple[int, str, str]]


def document(compute: Compute, *arguments: str) -> Any:
    status, out, err = compute(*arguments, "--json")
    assert (status, err) == (0, "")
    return json.loads(out)


def test_the_document_has_the_agreed_form(compute: Compute) -> None:
    found = document(compute, *CALIFORNIA)
    assert list(found)[:4] == ["pack", "calendar", "received_on", "clocks"]
    assert (found["pack"], found["calendar"], found["received_on"]) == (
        "us-ca-ab970",
        "US-CA 2025-2026",
        "2025-12-23",
    )
    completeness, decision = found["clocks"]
    agreed = ("name", "unit", "length", "starts_on", "due_on", "outcome", "verified", "days")
    assert tuple(completeness)[: len(agreed)] == agreed
    assert [completeness[key] for key in agreed[:-1]] == [
        "completeness",
        "business_day",
        5,
        "2025-12-23",
        "2025-12-31",
        "deemed_complete",
        True,
    ]
    assert completeness["days"][:3] == [
        {"on": "2025-12-23", "counted": False, "why": "start day is not counted"},
        {"on": "2025-12-24", "counted": True, "why": "counted"},
        {"on": "2025-12-25", "counted": False, "why": "Christmas Day"},
    ]
    assert completeness["days"][-1] == {"on": "2025-12-31", "counted": True, "why": "counted"}
    assert (decision["starts_on"], decision["due_on"], decision["verified"]) == (
        "2025-12-31",
        "2026-01-30",
        False,
    )
    assert sum(day["counted"] for day in decision["days"]) == 20
    assert "abandonment" in found["not_started"]


def test_the_words_name_every_date_and_count_the_days(compute: Compute) -> None:
    status, out, _err = compute(*CALIFORNIA)
    assert status == 0
    assert "Received on 2025-12-23." in out
    assert (
        "Completeness: 5 business days from 2025-12-23, ends 2025-12-31; the application is then complete."
        in out
    )
    assert (
        "Decision: 20 business days from 2025-12-31, ends 2026-01-30; the application is then approved."
        in out
    )
    assert "2025-12-25 Thu        Christmas Day" in out
    assert "2026-01-30 Fri    20  counted" in out
    assert out.count("Not checked against the law: it only warns.") == 1


def test_events_stop_and_pause_and_extend(compute: Compute) -> None:
    found = document(compute, *CALIFORNIA, "--event", "completed=2025-12-26", "--event", "decided=2026-01-05")
    completeness, decision = found["clocks"]
    assert (completeness["due_on"], completeness["stopped_on"], completeness["stopped_by"]) == (
        "2025-12-31",
        "2025-12-26",
        "completed",
    )
    assert (decision["starts_on"], decision["stopped_on"], decision["used"]) == (
        "2025-12-26",
        "2026-01-05",
        5,
    )
    minnesota = ("--pack", "us-mn-15.99", "--submitted", "2026-05-04")
    extended = document(compute, *minnesota, "--event", "extended=2026-06-30")["clocks"][-1]
    assert (extended["length"], extended["due_on"]) == (120, "2026-09-01")
    washington = ("--pack", "us-wa-36.70B", "--submitted", "2026-03-02", "--event", "suspended=2026-04-10")
    stands = document(compute, *washington)["clocks"][-1]
    assert (stands["due_on"], stands["used"], stands["days"][-1]["on"]) == (None, 11, "2026-04-10")
    assert "Final decision: 65 calendar days from 2026-03-30, paused" in compute(*washington)[1]


@pytest.mark.parametrize(
    ("procedure", "due"),
    [
        ("no_notice", "2026-06-03"),
        ("administrative", "2026-06-03"),
        ("notice", "2026-07-08"),
        ("hearing", "2026-09-16"),
    ],
)
def test_the_procedure_sets_the_length(compute: Compute, procedure: str, due: str) -> None:
    found = document(compute, "--pack", "us-wa-36.70B", "--procedure", procedure, "--submitted", "2026-03-02")
    assert found["clocks"][-1]["due_on"] == due


def test_an_office_may_close_on_other_days(compute: Compute) -> None:
    jersey = ("--pack", "us-nj-ucc", "--submitted", "2026-06-01")
    assert document(compute, *jersey)["clocks"][0]["due_on"] == "2026-06-30"
    without = document(compute, *jersey, "--no-holiday", "juneteenth")
    assert (without["clocks"][0]["due_on"], without["calendar"]) == (
        "2026-06-29",
        "US-NJ 2026, without juneteenth",
    )
    opened = document(compute, *jersey, "--open", "2026-06-19", "--closed", "2026-06-02")
    assert opened["clocks"][0]["due_on"] == "2026-06-30"
    assert opened["clocks"][0]["days"][1]["why"] == "closed by the office"
    assert opened["calendar"] == "US-NJ 2026, open on 2026-06-19, closed on 2026-06-02"


def test_after_closing_time_the_next_open_day_counts_where_the_pack_says_so(compute: Compute) -> None:
    late = document(compute, "--pack", "us-ca-ab970", "--submitted", "2026-07-02T17:01")
    assert (late["received_on"], late["clocks"][0]["starts_on"]) == ("2026-07-06", "2026-07-06")
    same = document(compute, "--pack", "us-wa-36.70B", "--submitted", "2026-07-02T23:59")
    assert same["received_on"] == "2026-07-02"


def test_further_facts_can_be_given(compute: Compute) -> None:
    colorado = ("--pack", "us-co-model", "--submitted", "2026-03-02")
    assert document(compute, *colorado)["clocks"][0]["length"] == 30
    primary = document(compute, *colorado, "--fact", "project.use_relation=primary")
    assert primary["clocks"][0]["length"] == 60
    county = (
        "--pack",
        "us-or-227.178",
        "--submitted",
        "2026-03-02",
        "--fact",
        "site.outside_growth_boundary=true",
    )
    assert document(compute, *county)["clocks"][-1]["length"] == 150


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((), "Missing option '--pack'"),
        (
            ("--pack", "us-ca", "--submitted", "2026-01-01"),
            "There is no clock pack 'us-ca'; there are generic-ibc",
        ),
        (("--pack", "../us-ca/pack", "--submitted", "2026-01-01"), "There is no clock pack"),
        (("--pack", "us-ca-ab970", "--submitted", "2026-02-30"), "'2026-02-30' is no date such as"),
        (("--pack", "us-ca-ab970", "--submitted", "2026-02-20T10:00+01:00"), "without a zone"),
        ((*CALIFORNIA[:2], "--stations", "0", *CALIFORNIA[4:]), "0 is not in the range"),
        ((*CALIFORNIA, "--procedure", "vote"), "'vote' is not one of"),
        ((*CALIFORNIA, "--event", "completed"), "'completed' is not NAME=VALUE"),
        ((*CALIFORNIA, "--event", "completed=soon"), "has the date 'soon'"),
        ((*CALIFORNIA, "--event", "approve=2026-01-05"), "There is no event 'approve' to give"),
        ((*CALIFORNIA, "--event", "completed=2025-12-01"), "is before the submission"),
        ((*CALIFORNIA, "--fact", "stations=3"), "is not of the form group.name"),
        ((*CALIFORNIA, "--fact", "equipment.station_count=many"), "Cannot compute"),
        ((*CALIFORNIA, "--no-holiday", "Boxing Day"), "No holiday of US-CA is called 'Boxing Day'"),
        ((*CALIFORNIA, "--open", "2025-12-24"), "2025-12-24 is no holiday of US-CA"),
        (
            ("--pack", "us-mn-15.99", "--submitted", "2026-05-04", "--event", "extended=2026-07-04"),
            "cannot be extended on 2026-07-04: it ran out on 2026-07-03",
        ),
        (("--pack", "us-nj-zoning", "--submitted", "9999-12-30"), "out of range"),
    ],
)
def test_bad_input_is_one_sentence(compute: Compute, arguments: tuple[str, ...], sentence: str) -> None:
    status, out, err = compute(*arguments)
    assert (status, out) == (2, "")
    assert sentence in err
    assert err.count("\n") == 1

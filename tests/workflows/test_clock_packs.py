"""The shipped clock packs: the published dates, the numbers of the statutes, and what is not verified."""

from __future__ import annotations

import json
from datetime import date, datetime
from functools import cache
from typing import Any

import pytest

from permitflow.engine import clock_pack
from permitflow.engine.clock_pack import ClockPack
from permitflow.engine.projection import Projection, Run, project
from permitflow.engine.remedies import refund_cents
from tests.reference_data import reference_file
from tests.workflows.packs import FOLDER

CLOCKS = FOLDER / "clocks"
NAMES = (
    "generic-ibc",
    "us-ca-ab970",
    "us-ca-monrovia",
    "us-co-model",
    "us-ma-bill",
    "us-mn-15.99",
    "us-nj-ucc",
    "us-nj-zoning",
    "us-or-227.178",
    "us-wa-36.70B",
)
# What nobody read in the text of the law: it warns, and never acts by itself.
UNVERIFIED = {
    "us-ca-ab970": {"resubmittal", "decision"},
    "us-ca-monrovia": {"resubmittal", "state_decision"},
    "us-co-model": {"decision"},
    "us-ma-bill": {"decision"},
    "us-mn-15.99": {"completeness"},
    "us-nj-zoning": {"completeness", "decision"},
    "us-or-227.178": {"completeness", "void"},
    "us-wa-36.70B": {"completeness", "resubmittal"},
}


@cache
def pack(name: str) -> ClockPack:
    return clock_pack.find(name, CLOCKS)


def silent(
    name: str, submitted: str, *events: tuple[str, str], without: str = "", **facts: Any
) -> Projection:
    """Let an office stay silent, but for the events; `without` is a holiday that it does not keep."""
    given = {
        "equipment": {"station_count": facts.get("stations", 1)},
        "project": {
            "procedure": facts.get("procedure", "administrative"),
            "use_relation": facts.get("use", "accessory"),
        },
        "site": {"outside_growth_boundary": facts.get("outside", False)},
    }
    at = datetime.fromisoformat(submitted if "T" in submitted else f"{submitted}T12:00")
    years = range(at.year, at.year + 8)
    spec = pack(name)
    closures = spec.calendar.closed_days(years)
    kept = {on: title for on, title in closures.items() if not without or without not in title}
    days = [(event, date.fromisoformat(on)) for event, on in events]
    return project(spec, spec.calendar.calendar(years, kept), given, at, days)


def one(found: Projection, clock: str) -> Run:
    """The last run of a clock."""
    return [run for run in found.runs if run.name == clock][-1]


def due(found: Projection, clock: str) -> str:
    return str(one(found, clock).due_on)


def test_every_statute_of_the_table_has_its_pack() -> None:
    assert clock_pack.names_in(CLOCKS) == NAMES
    unverified = {
        name: {clock for clock, spec in pack(name).clocks.items() if not spec.verified} for name in NAMES
    }
    assert {name: clocks for name, clocks in unverified.items() if clocks} == UNVERIFIED


@pytest.mark.parametrize(
    ("stations", "submitted", "complete", "approved"),
    [
        (12, "2025-12-23", "2025-12-31", "2026-01-30"),
        (25, "2025-12-23", "2025-12-31", "2026-01-30"),
        (26, "2025-12-23", "2026-01-08", "2026-03-09"),
        (5, "2026-06-29", "2026-07-07", "2026-08-04"),
        (5, "2026-06-26T17:01", "2026-07-07", "2026-08-04"),  # after closing time on the Friday before
        (5, "2026-06-27", "2026-07-07", "2026-08-04"),  # on the Saturday
    ],
)
def test_california(stations: int, submitted: str, complete: str, approved: str) -> None:
    found = silent("us-ca-ab970", submitted, stations=stations)
    assert [run.name for run in found.runs] == ["completeness", "decision"]
    assert (due(found, "completeness"), due(found, "decision")) == (complete, approved)
    assert one(found, "decision").started_on == one(found, "completeness").due_on


def test_the_numbers_of_california_are_those_of_the_municipal_codes() -> None:
    cases = json.loads(reference_file("clock/worked_examples.json").read_text(encoding="utf-8"))["cases"]
    rule = next(case["rule"] for case in cases if case["id"] == "ab970")
    assert rule.startswith(
        "1-25 stations: notice in 5 business days, approval in 20 business days; 26+: 10 and 40"
    )
    for stations, lengths in ((1, [5, 20]), (25, [5, 20]), (26, [10, 40]), (400, [10, 40])):
        found = silent("us-ca-ab970", "2026-03-02", stations=stations)
        assert [run.length for run in found.runs] == lengths


def test_california_after_a_notice() -> None:
    found = silent("us-ca-ab970", "2026-03-02", ("notice_sent", "2026-03-05"), ("resubmitted", "2026-03-20"))
    assert one(found, "completeness").stopped_by == "notice_sent"
    assert due(found, "completeness") == "2026-03-09"
    assert due(found, "abandonment") == "2026-09-01"
    assert one(found, "abandonment").stopped_on == date(2026, 3, 20)
    assert due(found, "resubmittal") == "2026-03-27"
    assert due(found, "decision") == "2026-04-27"  # 31 March is Cesar Chavez Day


def test_monrovia_keeps_both_its_own_days_and_the_state_s() -> None:
    found = silent("us-ca-monrovia", "2025-12-23", ("completed", "2025-12-24"))
    assert due(found, "decision") == "2025-12-30"
    assert due(found, "state_decision") == "2026-01-26"
    levels = {name: spec.level for name, spec in pack("us-ca-monrovia").clocks.items()}
    assert (levels["decision"], levels["state_decision"]) == ("local", "state")


def test_the_construction_permit_of_new_jersey() -> None:
    found = silent("us-nj-ucc", "2026-06-01", without="Juneteenth")
    assert due(found, "decision") == "2026-06-29"
    assert one(found, "abandonment").stopped_by == "deemed_denied"
    found = silent("us-nj-ucc", "2026-06-01", ("decided", "2026-06-24"), ("resubmitted", "2026-07-06"))
    assert due(found, "decision") == "2026-06-30"
    assert due(found, "resubmittal") == "2026-07-15"
    built = silent("us-nj-ucc", "2026-06-01", ("issued", "2026-06-24"), ("work_started", "2027-01-31"))
    assert due(built, "permit_start") == "2027-06-24"
    assert due(built, "permit_progress") == "2027-08-02"  # 31 July is a Saturday


def test_the_zoning_permit_of_new_jersey_and_the_duties_that_follow() -> None:
    found = silent("us-nj-zoning", "2026-03-02", ("certificate_issued", "2028-02-29"))
    assert (due(found, "completeness"), due(found, "decision")) == ("2026-03-23", "2026-06-22")
    assert (due(found, "second_third"), due(found, "last_third")) == ("2031-02-28", "2034-02-28")


@pytest.mark.parametrize(
    ("procedure", "length", "decided"),
    [("administrative", 65, "2026-06-03"), ("notice", 100, "2026-07-08"), ("hearing", 170, "2026-09-16")],
)
def test_washington(procedure: str, length: int, decided: str) -> None:
    found = silent("us-wa-36.70B", "2026-03-02", procedure=procedure)
    assert due(found, "completeness") == "2026-03-30"
    decision = one(found, "decision")
    assert (decision.length, due(found, "decision")) == (length, decided)
    assert (decision.rule.outcome, decision.rule.acts_alone) == ("remedy", True)


def test_washington_stops_the_clock_while_it_waits_and_owes_fees_when_it_is_late() -> None:
    found = silent(
        "us-wa-36.70B",
        "2026-03-02",
        ("notice_sent", "2026-05-04"),
        ("resubmitted", "2026-05-25"),
        ("decided", "2026-11-09"),
        procedure="hearing",
    )
    decision = one(found, "decision")
    assert due(found, "decision") == "2026-10-07"  # 21 days later than 16 September
    assert decision.used(date(2026, 11, 9)) == 203
    remedy = decision.spec.remedy
    assert remedy is not None
    owed = [
        refund_cents(2_000_00, decision.length, decision.used(date(2026, 11, day)), remedy.refund)
        for day in (9, 10)
    ]
    assert owed == [200_00, 400_00]
    assert refund_cents(2_000_00, 170, decision.used(date(2026, 10, 7)), remedy.refund) == 0


def test_oregon() -> None:
    found = silent("us-or-227.178", "2026-03-02")
    assert due(found, "completeness") == "2026-04-01"
    assert due(found, "void") == "2026-08-29"
    assert one(found, "void").stopped_on == date(2026, 4, 1)
    assert due(found, "decision") == "2026-07-30"
    county = silent("us-or-227.178", "2026-03-02", ("completed", "2026-04-01"), outside=True)
    assert due(county, "decision") == "2026-08-31"  # the 150th day is a Saturday
    unanswered = silent("us-or-227.178", "2026-03-02", ("notice_sent", "2026-03-30"))
    assert (one(unanswered, "void").lapsed, due(unanswered, "void")) == (True, "2026-08-29")
    longer = silent("us-or-227.178", "2026-03-02", ("extended", "2026-07-30"))
    assert due(longer, "decision") == "2027-04-01"


def test_minnesota() -> None:
    assert due(silent("us-mn-15.99", "2026-05-04"), "decision") == "2026-07-03"
    extended = silent("us-mn-15.99", "2026-05-04", ("extended", "2026-07-03"))
    assert due(extended, "decision") == "2026-09-01"
    again = silent("us-mn-15.99", "2026-04-01", ("notice_sent", "2026-04-15"), ("resubmitted", "2026-05-04"))
    assert due(again, "decision") == "2026-07-03"
    assert [str(run.due_on) for run in again.runs if run.name == "completeness"] == ["2026-04-22"]


def test_what_is_only_a_bill_never_acts() -> None:
    lengths = []
    for stations, use in ((12, "accessory"), (13, "accessory"), (1, "primary")):
        found = silent("us-co-model", "2026-03-02", stations=stations, use=use)
        lengths.append(one(found, "decision").length)
        assert not one(found, "decision").rule.acts_alone
    assert lengths == [30, 60, 60]
    massachusetts = silent("us-ma-bill", "2026-03-02")
    assert due(massachusetts, "decision") == "2026-04-01"
    assert not one(massachusetts, "decision").rule.acts_alone


def test_the_model_code_gives_the_applicant_180_days_and_the_permit_180() -> None:
    found = silent("generic-ibc", "2026-03-02", ("extended", "2026-08-01"))
    assert due(found, "abandonment") == "2026-11-27"  # 270 days
    built = silent(
        "generic-ibc",
        "2026-03-02",
        ("issued", "2026-04-01"),
        ("work_started", "2026-06-01"),
        ("inspection_passed", "2026-09-01"),
    )
    assert due(built, "permit_start") == "2026-09-28"
    assert (
        due(built, "permit_progress") == "2027-03-01"
    )  # counted anew from the last inspection; a Sunday rolls

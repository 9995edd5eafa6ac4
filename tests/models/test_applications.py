"""What the tables of an application refuse: numbers and lanes given twice, outcomes without a date, two courts at once."""

from __future__ import annotations

from permitflow.models import CourtSpell, Document, Jurisdiction, Lane, PermitApplication, Visit
from tests.rows import Rows


def test_a_number_is_given_once_in_each_city(rows: Rows) -> None:
    first = rows.add(PermitApplication, number="RIO-2026-00001")
    assert rows.refusal(PermitApplication, number="RIO-2026-00001") == "twice"
    other = rows.add(Jurisdiction)
    assert rows.refusal(PermitApplication, number=first["number"], jurisdiction_id=other["id"]) is None


def test_drafts_have_no_number_yet(rows: Rows) -> None:
    rows.add(PermitApplication)
    assert rows.refusal(PermitApplication) is None


def test_an_outcome_has_its_date_and_a_date_its_outcome(rows: Rows) -> None:
    assert rows.refusal(PermitApplication, outcome="approved") == "check"
    assert rows.refusal(PermitApplication, decided_at=1) == "check"
    assert rows.refusal(PermitApplication, outcome="approved", decided_at=1) is None


def test_a_file_has_one_lane_of_each_name(rows: Rows) -> None:
    rows.add(Lane, lane="fire")
    assert rows.refusal(Lane, lane="fire") == "twice"
    assert rows.refusal(Lane, lane="planning") is None
    other = rows.add(PermitApplication)
    assert rows.refusal(Lane, lane="fire", application_id=other["id"]) is None


def test_a_file_is_in_one_court_at_a_time(rows: Rows) -> None:
    rows.add(CourtSpell, started_at=1, ended_at=2)
    rows.add(CourtSpell, started_at=2)
    assert rows.refusal(CourtSpell, started_at=3) == "twice"
    assert rows.refusal(CourtSpell, started_at=3, ended_at=4) is None
    other = rows.add(PermitApplication)
    assert rows.refusal(CourtSpell, started_at=3, application_id=other["id"]) is None


def test_a_version_of_a_document_stands_once(rows: Rows) -> None:
    rows.add(Document, kind="site_plan", version=1)
    assert rows.refusal(Document, kind="site_plan", version=1) == "twice"
    assert rows.refusal(Document, kind="site_plan", version=2) is None
    assert rows.refusal(Document, kind="load_calculation", version=1) is None


def test_what_names_another_row_names_one_that_exists(rows: Rows) -> None:
    assert rows.references(PermitApplication) == {
        "jurisdiction_id",
        "company_id",
        "project_id",
        "created_by",
        "definition_hash",
    }
    assert rows.references(Lane) == {"application_id", "decided_by"}
    assert rows.references(Visit) == {"application_id", "claimed_by", "closed_by"}
    assert rows.references(CourtSpell) == {"application_id"}
    assert rows.references(Document) == {"jurisdiction_id", "application_id", "uploaded_by"}


def test_a_new_file_starts_its_first_round_with_nothing_owed(rows: Rows) -> None:
    file = rows.add(PermitApplication)
    assert (file["round"], file["version"], file["event_seq"]) == (1, 1, 0)
    assert (file["fees_due_cents"], file["fees_paid_cents"]) == (0, 0)
    assert (file["form"], file["document_kinds"]) == ({}, {})

"""What the tables of cities refuse: an address, a calendar, a closed day or a version of a workflow twice."""

from __future__ import annotations

from permitflow.models import (
    CalendarClosure,
    CalendarEdit,
    CalendarPublication,
    CalendarVersion,
    Jurisdiction,
    JurisdictionWorkflow,
    NumberSeries,
    StoredDefinition,
)
from tests.rows import DAY, Rows


def test_a_city_has_an_address_of_its_own(rows: Rows) -> None:
    rows.add(Jurisdiction, slug="rio-verde")
    assert rows.refusal(Jurisdiction, slug="rio-verde") == "twice"


def test_the_calendars_of_a_city_are_numbered(rows: Rows) -> None:
    rows.add(CalendarVersion, version=1)
    assert rows.refusal(CalendarVersion, version=1) == "twice"
    assert rows.refusal(CalendarVersion, version=2) is None
    assert rows.refusal(CalendarVersion, version=1, jurisdiction_id=rows.add(Jurisdiction)["id"]) is None


def test_a_day_is_closed_once_in_a_calendar(rows: Rows) -> None:
    rows.add(CalendarClosure, closed_on=DAY)
    assert rows.refusal(CalendarClosure, closed_on=DAY) == "twice"
    newer = rows.add(CalendarVersion)["id"]
    assert rows.refusal(CalendarClosure, closed_on=DAY, calendar_version_id=newer) is None


def test_a_calendar_is_counted_through_once(rows: Rows) -> None:
    rows.add(CalendarPublication)
    assert rows.refusal(CalendarPublication) == "twice"


def test_a_definition_is_stored_once_under_its_hash(rows: Rows) -> None:
    rows.add(StoredDefinition, hash="a" * 64)
    assert rows.refusal(StoredDefinition, hash="a" * 64, body="other words") == "twice"


def test_two_versions_of_a_workflow_are_not_published_at_one_instant(rows: Rows) -> None:
    rows.add(JurisdictionWorkflow, workflow="home", published_at=1)
    assert rows.refusal(JurisdictionWorkflow, workflow="home", published_at=1) == "twice"
    assert rows.refusal(JurisdictionWorkflow, workflow="home", published_at=2) is None
    assert rows.refusal(JurisdictionWorkflow, workflow="garage", published_at=1) is None


def test_a_proposal_brings_one_version(rows: Rows) -> None:
    proposal = "5" * 32
    rows.add(JurisdictionWorkflow, publication_id=proposal, published_at=1)
    assert rows.refusal(JurisdictionWorkflow, publication_id=proposal, published_at=2) == "twice"
    rows.add(JurisdictionWorkflow, published_at=3)
    assert rows.refusal(JurisdictionWorkflow, published_at=4) is None, "what was installed had no proposal"


def test_a_series_of_numbers_counts_once_for_each_year(rows: Rows) -> None:
    rows.add(NumberSeries, series="permit", year=2026)
    assert rows.refusal(NumberSeries, series="permit", year=2026) == "twice"
    assert rows.refusal(NumberSeries, series="permit", year=2027) is None
    assert rows.refusal(NumberSeries, series="application", year=2026) is None


def test_what_names_another_row_names_one_that_exists(rows: Rows) -> None:
    assert rows.references(CalendarVersion) == {"jurisdiction_id", "published_by"}
    assert rows.references(CalendarClosure) == {"jurisdiction_id", "calendar_version_id"}
    assert rows.references(CalendarEdit) == {"jurisdiction_id", "based_on", "made_by", "published_in"}
    assert rows.references(CalendarPublication) == {"jurisdiction_id", "calendar_version_id"}
    assert rows.references(JurisdictionWorkflow) == {"jurisdiction_id", "definition_hash", "published_by"}
    assert rows.references(NumberSeries) == {"jurisdiction_id"}

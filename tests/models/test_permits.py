"""What the table of permits refuses: a number twice in a city, two permits of one file, a check code twice anywhere."""

from __future__ import annotations

from permitflow.models import Jurisdiction, Permit, PermitApplication
from tests.rows import Rows


def test_a_permit_number_is_given_once_in_each_city(rows: Rows) -> None:
    rows.add(Permit, number="RIO-P-2026-00001")
    assert rows.refusal(Permit, number="RIO-P-2026-00001") == "twice"
    elsewhere = rows.add(Jurisdiction)["id"]
    assert rows.refusal(Permit, number="RIO-P-2026-00001", jurisdiction_id=elsewhere) is None


def test_a_file_leads_to_one_permit(rows: Rows) -> None:
    file = rows.add(PermitApplication)["id"]
    rows.add(Permit, application_id=file)
    assert rows.refusal(Permit, application_id=file) == "twice"


def test_permits_of_earlier_years_have_no_file_and_no_code(rows: Rows) -> None:
    first = rows.add(Permit)
    assert (first["application_id"], first["check_code"], first["source"]) == (None, None, "permitflow")
    assert rows.refusal(Permit) is None


def test_a_check_code_names_one_permit_of_all_cities(rows: Rows) -> None:
    rows.add(Permit, check_code="K7Q2")
    elsewhere = rows.add(Jurisdiction)["id"]
    assert rows.refusal(Permit, check_code="K7Q2", jurisdiction_id=elsewhere) == "twice"


def test_what_names_another_row_names_one_that_exists(rows: Rows) -> None:
    assert rows.references(Permit) == {"jurisdiction_id", "application_id"}

"""The stage of a scenario: its documents, its people, and numbers taken as verified."""

import pytest

from permitflow.engine.loader import load_file
from permitflow.services.rehearsal_stage import Setting, moment
from tests.factories import instant
from tests.services.playing import COMMERCIAL, Player


def test_documents_can_be_missing(played: Player) -> None:
    found = played(
        "{do: submit, who: applicant, refused: documents_present}", head="documents: [site_plan]\n"
    )
    assert found.message == ""
    assert "documents_present" in found.coverage.failing


def test_a_clock_can_be_taken_as_verified(played: Player) -> None:
    steps = ("{do: submit, who: applicant}", "{do: accept, who: permit_technician}", "{wait: 2026-04-30}")
    assert played(*steps, "{expect: {phase: in_review}}").message == ""
    assert played(*steps, "{expect: {phase: fees_due}}", head="as_verified: [decision]\n").message == ""


@pytest.mark.parametrize(
    ("subdivision", "zone"),
    [
        ("CA", "America/Los_Angeles"),
        ("AZ", "America/Phoenix"),
        ("HI", "Pacific/Honolulu"),
        (None, "America/Chicago"),
    ],
)
def test_a_state_is_played_in_its_main_zone(subdivision: str | None, zone: str) -> None:
    assert Setting(load_file(COMMERCIAL), subdivision=subdivision).zone == zone


def test_a_day_without_a_time_is_ten_in_the_morning_there() -> None:
    assert moment("2026-03-02", "America/Los_Angeles") == instant("2026-03-02T10:00-08:00")
    assert moment("2026-03-09", "America/Los_Angeles") == instant("2026-03-09T10:00-07:00"), "summer time"
    assert moment("2026-03-02T23:59", "Pacific/Honolulu") == instant("2026-03-02T23:59-10:00")


def test_the_second_person_of_a_role_is_another_person(played: Player) -> None:
    found = played(
        "{do: submit, who: applicant}",
        "{do: accept, who: permit_technician}",
        "{item: electrical, who: electrical_examiner}",
        "{do: approve, lane: building, who: building_examiner#2}",
        "{expect: {lanes: {building: approved, electrical: waiting}}}",
    )
    assert found.message == ""


def test_a_licence_that_lapsed_is_the_company_s_own(played: Player) -> None:
    lapsed = "facts: {contractor.licence_valid: false}\n"
    found = played("{do: submit, who: applicant}", head=lapsed)
    assert "refused (" in found.message
    assert "licen" in found.message

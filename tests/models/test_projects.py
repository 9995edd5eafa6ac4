"""What the tables of projects refuse: a project of nobody; a file woken by one of another city may stand."""

from __future__ import annotations

from permitflow.models import GateWake, PermitApplication, Project
from tests.rows import Rows


def test_a_file_is_of_one_project_or_of_none(rows: Rows) -> None:
    assert rows.add(PermitApplication)["project_id"] is None
    project = rows.add(Project)["id"]
    assert rows.add(PermitApplication, project_id=project)["project_id"] == project


def test_a_file_may_wait_for_several_others_and_be_woken_again(rows: Rows) -> None:
    first = rows.add(GateWake)
    assert first["woken_at"] is None
    assert rows.refusal(GateWake, predecessor_id=first["predecessor_id"]) is None


def test_what_names_another_row_names_one_that_exists(rows: Rows) -> None:
    assert rows.references(Project) == {"company_id", "created_by"}
    assert rows.references(GateWake) == {"application_id"}

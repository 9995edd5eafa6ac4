"""What the tables of imported logs refuse: a name twice, a place in the file twice, a case twice."""

from __future__ import annotations

from permitflow.models import ImportedCase, ImportedEvent, ImportedLog
from tests.rows import Rows


def test_a_log_has_a_name_of_its_own(rows: Rows) -> None:
    rows.add(ImportedLog, name="receipt")
    assert rows.refusal(ImportedLog, name="receipt") == "twice"
    assert rows.refusal(ImportedLog, name="Receipt") is None


def test_each_place_in_the_file_holds_one_event(rows: Rows) -> None:
    rows.add(ImportedEvent, seq=1, case_id="a", activity="check", at=5)
    assert rows.refusal(ImportedEvent, seq=1, case_id="b", activity="check", at=6) == "twice"
    assert rows.refusal(ImportedEvent, seq=2, case_id="a", activity="check", at=5) is None, "ties may stand"
    other = rows.add(ImportedLog)["id"]
    assert rows.refusal(ImportedEvent, seq=1, case_id="a", activity="check", at=5, log_id=other) is None


def test_a_case_has_one_row_of_attributes_in_a_log(rows: Rows) -> None:
    rows.add(ImportedCase, case_id="a")
    assert rows.refusal(ImportedCase, case_id="a") == "twice"
    other = rows.add(ImportedLog)["id"]
    assert rows.refusal(ImportedCase, case_id="a", log_id=other) is None


def test_an_event_may_lack_person_and_lifecycle_but_not_its_activity(rows: Rows) -> None:
    event = rows.add(ImportedEvent, at=-7_857_820_800_000_000)
    assert (event["resource"], event["lifecycle"], event["day_only"]) == (None, None, False)
    assert event["at"] == -7_857_820_800_000_000, "an instant of 1721"
    assert rows.refusal(ImportedEvent, activity=None) == "missing"


def test_what_names_a_log_names_one_that_exists(rows: Rows) -> None:
    assert rows.references(ImportedCase) == {"log_id"}
    assert rows.references(ImportedEvent) == {"log_id"}

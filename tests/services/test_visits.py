"""What a file waits for and whose court it is in, without a database: what would be written, in order."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from permitflow.services import statements as sql
from permitflow.services import visits
from permitflow.services.actors import SYSTEM
from permitflow.services.files import NO_DUE_DATE, File, VisitRow
from tests.services.one_file import file_in, writes

HOUR = 3_600_000_000


def waiting(step: str = "intake", **values: Any) -> VisitRow:
    usual = {"lane": None, "claimed_at": None, "claimed_by": None, "worked_us": 0, "due_on": NO_DUE_DATE}
    return VisitRow("1" * 32, step, **usual | values)


def spells(file: File) -> list[tuple[str, object]]:
    """The courts that were left and entered: ("ends" or the party, instant)."""
    told: list[tuple[str, object]] = []
    for statement, values in writes(file):
        if statement is sql.END_SPELL:
            told.append(("ends", values["new_ended_at"]))
        elif statement is sql.START_SPELL:
            told.append((str(values["party"]), values["started_at"]))
    return told


def test_a_phase_waits_for_its_own_role_and_a_lane_for_its_reviewer() -> None:
    file = file_in("in_review", due_on=date(2026, 3, 9))
    visits.open_visit(file, "electrical", 5, "accept", lane="electrical")
    visits.open_visit(file, "in_review", 6, "accept")
    (_, lane), (_, phase) = writes(file)
    assert (lane["role"], lane["lane"], lane["step"]) == ("electrical_examiner", "electrical", "electrical")
    assert (phase["role"], phase["lane"], phase["opened_at"]) == (None, None, 6)
    assert lane["due_on"] == phase["due_on"] == "2026-03-09"
    assert list(file.visits) == ["electrical", "in_review"]


def test_a_file_without_a_clock_stands_last_in_the_queue() -> None:
    file = file_in("intake")
    visits.open_visit(file, "intake", 5, "submit")
    assert writes(file)[0][1]["due_on"] == "9999-12-31"


def test_time_since_the_last_claim_is_added_to_what_was_worked_before() -> None:
    file = file_in("intake")
    visit = file.visits["intake"] = waiting(claimed_at=10 * HOUR, worked_us=HOUR)
    visits.close_visit(file, visit, "accept", "u" * 32, 12 * HOUR)
    ((_, values),) = writes(file)
    assert (values["new_worked_us"], values["new_closed_by"]) == (3 * HOUR, "u" * 32)
    assert file.visits == {}


def test_the_system_is_nobody_in_the_list_of_who_closed_it() -> None:
    file = file_in("intake")
    visit = file.visits["intake"] = waiting(worked_us=HOUR)
    visits.close_visit(file, visit, "deem_complete", SYSTEM.id, 12 * HOUR)
    ((_, values),) = writes(file)
    assert (values["new_worked_us"], values["new_closed_by"]) == (HOUR, None)


def test_only_visits_with_another_date_are_moved() -> None:
    due = date(2026, 3, 9)
    file = file_in("in_review", due_on=due)
    file.visits = {"electrical": waiting("electrical"), "fire": waiting("fire", due_on=due)}
    visits.move_due_dates(file)
    assert [values["new_due_on"] for _, values in writes(file)] == ["2026-03-09"]
    file.columns["due_on"] = None
    visits.move_due_dates(file)
    assert {visit.due_on for visit in file.visits.values()} == {NO_DUE_DATE}


@pytest.mark.parametrize(
    ("phase", "target", "told"),
    [
        ("intake", "corrections", [("ends", 9), ("applicant", 9)]),
        ("intake", "in_review", []),
        ("intake", "denied", [("ends", 9)]),
    ],
    ids=["another party", "the same party", "the decision"],
)
def test_one_spell_ends_where_the_next_begins(phase: str, target: str, told: list[object]) -> None:
    file = file_in(phase)
    file.spell_open = True
    visits.pass_court(file, file.machine.definition.phases[target], 9)
    assert spells(file) == told


def test_a_decision_ends_the_spell_also_of_a_party_that_keeps_the_file() -> None:
    file = file_in("ready")
    file.spell_open = True
    kept = file.machine.definition.phases["denied"].model_copy(update={"party": "agency"})
    visits.pass_court(file, kept, 9)
    assert spells(file) == [("ends", 9)]
    assert (file.columns["decided_at"], file.columns["party_since_at"]) == (9, 1)


def test_before_the_submission_no_time_counts() -> None:
    file = file_in("draft", submitted_at=None)
    visits.pass_court(file, file.machine.definition.phases["intake"], 9)
    assert spells(file) == []
    assert (file.columns["party"], file.columns["party_since_at"]) == ("agency", 9)


def test_the_first_spell_begins_with_the_submission_even_when_the_party_stays() -> None:
    file = file_in("draft", party="agency")
    visits.pass_court(file, file.machine.definition.phases["intake"], 9)
    assert spells(file) == [("agency", 9)]
    assert file.columns["party_since_at"] == 1, "the party has not changed"


def test_a_reopened_file_counts_again_and_keeps_the_date_of_its_first_decision() -> None:
    file = file_in("denied", decided_at=5, outcome="denied")
    phases = file.machine.definition.phases
    visits.pass_court(file, phases["ready"], 9, reopens=True)
    assert spells(file) == [("agency", 9)]
    assert (file.columns["outcome"], file.columns["reopened_at"]) == ("denied", 9)
    visits.pass_court(file, phases["issued"], 12)
    assert spells(file)[-1] == ("ends", 12)
    found = [file.columns[name] for name in ("decided_at", "outcome", "reopened_at")]
    assert found == [5, "issued", None]


def test_a_decided_file_that_moves_on_stays_decided() -> None:
    file = file_in("issued", decided_at=5, outcome="issued")
    visits.pass_court(file, file.machine.definition.phases["withdrawn"], 9)
    assert spells(file) == []
    assert (file.columns["outcome"], file.columns["decided_at"]) == ("withdrawn", 5)

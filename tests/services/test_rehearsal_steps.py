"""The steps of a scenario: taken, refused as expected, or wrong; and time that passes on the way."""

from pathlib import Path

from sqlalchemy import select

from permitflow.engine.loader import load_file
from permitflow.engine.scenario import load_scenario
from permitflow.instants import DAY, to_datetime
from permitflow.models import Event
from permitflow.services.rehearsal import Rehearsal
from permitflow.services.rehearsal_stage import build
from permitflow.services.rehearsal_steps import move_to, play
from permitflow.services.repertoire import setting_of
from tests.services.playing import COMMERCIAL, HEAD, Player


def test_a_refusal_that_was_not_expected(played: Player) -> None:
    found = played("{do: accept, who: permit_technician}")
    assert "step 1 (accept by permit_technician): refused (wrong_phase)" in found.message


def test_a_refusal_that_did_not_come(played: Player) -> None:
    found = played("{do: submit, who: applicant, refused: signed}")
    assert "expected the refusal 'signed', but the step was taken" in found.message


def test_another_refusal_than_expected(played: Player) -> None:
    found = played("{do: submit, who: planner, refused: signed}")
    assert "expected the refusal 'signed', but it was wrong_role" in found.message


def test_a_refused_step_changes_nothing(played: Player) -> None:
    found = played(
        "{do: submit, who: planner, refused: wrong_role}",
        "{pay: all, refused: amount}",
        "{expect: {phase: draft, can: {applicant: [submit]}}}",
    )
    assert found.message == ""


def test_the_clock_only_moves_forward(played: Player) -> None:
    assert "only moves forward" in played("{on: 2026-03-01, do: submit, who: applicant}").message


def test_time_passes_at_every_midnight_on_the_way(played: Player) -> None:
    found = played(
        "{do: submit, who: applicant}",
        "{wait: 2026-03-08}",
        "{expect: {phase: intake}}",
        "{wait: 2026-04-30}",
        "{expect: {phase: in_review, due: {decision: 2026-04-07}}}",
    )
    # The completeness clock lapsed on Monday the 9th; the next one counts from that day, not from the last of April.
    assert found.message == ""


def test_what_lapses_is_recorded_at_its_own_midnight(rehearsal_hall: Rehearsal, tmp_path: Path) -> None:
    file = tmp_path / "trial.yaml"
    file.write_text(f"{HEAD}steps:\n  - {{do: submit, who: applicant}}\n", encoding="utf-8")
    with rehearsal_hall.database() as database:
        stage = build(database, setting_of(COMMERCIAL, load_file(COMMERCIAL)), load_scenario(file))
        play(stage, stage.loaded.scenario.steps[0])
        move_to(stage, stage.now + 60 * DAY)
        with database.reading() as session:
            at = session.scalars(select(Event.at).where(Event.action == "deem_complete")).one()
    assert to_datetime(at, "America/Los_Angeles").isoformat() == "2026-03-10T00:00:00-07:00"


def test_a_change_that_needs_another_document_brings_it(played: Player) -> None:
    found = played(
        "{change: {project.includes_storage: true}}",
        "{expect: {facts: {documents.storage_safety: true, documents.missing: 0}}}",
    )
    assert found.message == ""


def test_nobody_enters_what_the_file_itself_knows(played: Player) -> None:
    assert "not a fact that an applicant can enter" in played("{change: {fees.due_cents: 0}}").message


def test_items_and_answers_need_something_open(played: Player) -> None:
    assert "nothing waits at 'fire'" in played("{item: fire, who: fire_reviewer}").message
    assert "0 correction items are open" in played("{answer: all}").message
    assert "no gate 'zoning'" in played("{gate: zoning, outcome: issued}").message

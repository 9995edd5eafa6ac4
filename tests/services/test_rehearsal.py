"""Scenarios played by the real services: what goes wrong is named with its place and both sides."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from permitflow.engine.loader import load_file
from permitflow.engine.scenario import load_scenario
from permitflow.instants import DAY, to_datetime
from permitflow.models import Event
from permitflow.services.rehearsal import Rehearsal, Rehearsed, rehearsal
from permitflow.services.rehearsal_stage import build
from permitflow.services.rehearsal_steps import move_to, play
from permitflow.services.repertoire import setting_of

COMMERCIAL = Path(__file__).resolve().parents[2] / "workflows" / "us-ca" / "commercial-ab970.yaml"
HEAD = 'scenario: Trial\nworkflow: us-ca-commercial-ab970\nstarts: "2026-03-02T09:00"\n'


@pytest.fixture(scope="module")
def hall() -> Iterator[Rehearsal]:
    with rehearsal() as found:
        yield found


class Player:
    """Plays a few steps on the shipped commercial workflow."""

    def __init__(self, hall: Rehearsal, folder: Path) -> None:
        self._hall, self._file = hall, folder / "trial.yaml"
        self._setting = setting_of(COMMERCIAL, load_file(COMMERCIAL))

    def __call__(self, *steps: str, head: str = "") -> Rehearsed:
        lines = "".join(f"  - {step}\n" for step in steps)
        self._file.write_text(f"{HEAD}{head}steps:\n{lines}", encoding="utf-8")
        return self._hall.play(self._setting, load_scenario(self._file))


@pytest.fixture
def played(hall: Rehearsal, tmp_path: Path) -> Player:
    return Player(hall, tmp_path)


def test_a_scenario_that_holds(played: Player) -> None:
    found = played(
        "{do: submit, who: applicant}", "{expect: {phase: intake, can: {permit_technician: [accept]}}}"
    )
    assert found.ok
    assert found.message == ""
    assert dict(found.coverage.actions) == {"submit": 1}
    assert "signed" in found.coverage.passing


@pytest.mark.parametrize(
    ("expectation", "words"),
    [
        ("phase: in_review", "expected phase 'in_review', but it is 'intake'"),
        ("outcome: issued", "expected outcome 'issued', but it is 'none'"),
        ("round: 2", "expected round 2, but it is 1"),
        ("due: {completeness: 2026-03-10}", "but it is '2026-03-09'"),
        ("due: {decision: 2026-03-10}", "but it is 'never started'"),
        ("clocks: {completeness: stopped}", "expected clock completeness 'stopped', but it is 'running'"),
        ("lanes: {fire: waiting}", "expected lane fire 'waiting', but it is 'absent'"),
        ("facts: {fees.balance_cents: 5}", "expected fees.balance_cents 5, but it is 0"),
        ("facts: {fees.balance_cents: false}", "expected fees.balance_cents False, but it is 0"),
        ("can: {planner: [accept]}", "planner should be able to take accept, but: wrong_role"),
        ("can: {planner: [fire.approve]}", "planner should be able to take fire.approve, but: wrong_phase"),
        (
            "cannot: {permit_technician: [accept]}",
            "permit_technician should not be able to take accept, but can",
        ),
    ],
)
def test_an_expectation_that_does_not_hold(played: Player, expectation: str, words: str) -> None:
    found = played("{do: submit, who: applicant}", f"{{expect: {{{expectation}}}}}")
    assert not found.ok
    assert words in found.message
    assert "trial.yaml:6: step 2 (expect)" in found.message


def test_every_difference_is_told_at_once(played: Player) -> None:
    found = played("{expect: {phase: intake, round: 7}}")
    assert "phase" in found.message
    assert "round" in found.message


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


def test_what_lapses_is_recorded_at_its_own_midnight(hall: Rehearsal, tmp_path: Path) -> None:
    file = tmp_path / "trial.yaml"
    file.write_text(f"{HEAD}steps:\n  - {{do: submit, who: applicant}}\n", encoding="utf-8")
    with hall.database() as database:
        stage = build(database, setting_of(COMMERCIAL, load_file(COMMERCIAL)), load_scenario(file))
        play(stage, stage.loaded.scenario.steps[0])
        move_to(stage, stage.now + 60 * DAY)
        with database.reading() as session:
            at = session.scalars(select(Event.at).where(Event.action == "deem_complete")).one()
    assert to_datetime(at, "America/Los_Angeles").isoformat() == "2026-03-10T00:00:00-07:00"


def test_documents_can_be_missing(played: Player) -> None:
    found = played(
        "{do: submit, who: applicant, refused: documents_present}", head="documents: [site_plan]\n"
    )
    assert found.message == ""
    assert "documents_present" in found.coverage.failing


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


def test_a_clock_can_be_taken_as_verified(played: Player) -> None:
    steps = ("{do: submit, who: applicant}", "{do: accept, who: permit_technician}", "{wait: 2026-04-30}")
    assert played(*steps, "{expect: {phase: in_review}}").message == ""
    assert played(*steps, "{expect: {phase: fees_due}}", head="as_verified: [decision]\n").message == ""


def test_nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("permitflow.services.rehearsal._MEMORY", tmp_path)
    monkeypatch.setattr("permitflow.services.rehearsal._ROOM_NEEDED", 0)
    with rehearsal():
        assert list(tmp_path.iterdir())
    assert list(tmp_path.iterdir()) == []

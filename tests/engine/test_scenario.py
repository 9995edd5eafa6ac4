"""Scenario files: read strictly, with the place of what is wrong."""

from pathlib import Path

import pytest

from permitflow.engine.errors import DefinitionError
from permitflow.engine.scenario import load_scenario

HEAD = 'scenario: One day\nworkflow: small\nstarts: "2026-03-02T09:00"\nsteps:\n'


def written(folder: Path, *steps: str, head: str = HEAD) -> Path:
    path = folder / "one-day.yaml"
    path.write_text(head + "".join(f"  - {step}\n" for step in steps), encoding="utf-8")
    return path


def test_every_kind_of_step_is_read_with_its_line(tmp_path: Path) -> None:
    steps = (
        "{do: submit, who: applicant}",
        "{do: approve, lane: fire, who: planner#2}",
        "{item: fire, who: planner}",
        "{answer: all}",
        "{attach: site_plan}",
        "{change: {equipment.station_count: 30}}",
        "{pay: all}",
        "{gate: zoning, outcome: issued}",
        "{wait: 2026-03-31}",
        "{expect: {phase: intake, due: {review: null}, cannot: {manager: [submit]}}}",
    )
    loaded = load_scenario(written(tmp_path, *steps))
    assert [step.verb for step in loaded.scenario.steps] == [
        *("do", "do", "item", "answer", "attach", "change", "pay", "gate", "wait", "expect")
    ]
    assert loaded.place(0) == f"{tmp_path / 'one-day.yaml'}:5"
    assert loaded.place(9).endswith(":14")
    assert loaded.scenario.steps[1].words == "fire.approve by planner#2"
    assert loaded.scenario.steps[6].words == "pay all"
    assert loaded.scenario.people() == {"applicant", "planner", "planner#2", "manager"}


@pytest.mark.parametrize(
    ("step", "words"),
    [
        ("{pay: all, wait: 2026-01-01}", "exactly one of"),
        ("{on: 2026-01-01}", "exactly one of"),
        ("{do: submit}", "say `who`"),
        ("{gate: zoning}", "say with which `outcome`"),
        ("{on: 2026-13-01, answer: all}", "month must be in 1..12"),
        ("{wait: tomorrow}", "must be a date"),
        ("{wiat: 2026-01-01}", "did you mean 'wait'"),
        ("{expect: {phse: intake}}", "did you mean 'phase'"),
        ("{do: submit, who: Applicant}", "not a valid name"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(tmp_path: Path, step: str, words: str) -> None:
    path = written(tmp_path, step)
    with pytest.raises(DefinitionError, match=words) as refused:
        load_scenario(path)
    assert (refused.value.file, refused.value.line) == (str(path), 5)


def test_a_scenario_without_steps_proves_nothing(tmp_path: Path) -> None:
    head = HEAD.replace("steps:\n", "steps: []\n")
    with pytest.raises(DefinitionError, match="at least one step"):
        load_scenario(written(tmp_path, head=head))

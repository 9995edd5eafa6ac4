"""Machines of other systems become workflow files and come back as they were."""

import json
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from permitflow.engine.definition import Definition
from permitflow.engine.lint import lint
from permitflow.engine.loader import load_text
from permitflow.engine.table import as_machine
from permitflow.interchange.machine_json import MachineProblem, convert, convert_all
from tests.reference_data import reference_file

ON = date(2026, 4, 8)
SMALL = {
    "name": "Street works",
    "source": "somewhere",
    "licence": "MIT",
    "initial": "1 New/neu",
    "states": ["1 New/neu", "Nóvy stav", "true", "any_open", "Done.", "Done!"],
    "terminal": ["Done.", "Done!"],
    "transitions": [
        {
            "from": "1 New/neu",
            "event": "GO",
            "to": "true",
            "roles": ["Clerk A", "Clerk-A"],
            "guards": ["ready?"],
        },
        {"from": "1 New/neu", "event": "GO", "to": "any_open", "roles": []},
        {"from": "1 New/neu", "event": "GO", "to": "any_open", "roles": ["CITIZEN"]},
        {"from": "1 New/neu", "event": "GO", "to": "any_open", "roles": ["CITIZEN"]},
        {
            "from": "true",
            "event": "go",
            "to": "true",
            "roles": ["SYSTEM"],
            "guards": ["in", "ready?", "ready!"],
        },
        {"from": "Done.", "event": "RE OPEN", "to": "Nóvy stav", "roles": ["Clerk A"]},
        {"from": "true", "event": "RE OPEN", "to": "Nóvy stav", "roles": ["Clerk A"]},
        {"from": "Nóvy stav", "event": "", "to": "Done!", "roles": ["Clerk A"]},
    ],
    "sla_ms": 90_000_000,
    "state_sla_ms": {"true": 1, "1 New/neu": 86_400_000},
    "doc_upload_required": ["true"],
    "colour": "blue",
}
SMALL["transitions"][-1]["event"] = "nächste ✓"  # type: ignore[index] # the list of transitions


def arrows(machine: dict[str, Any]) -> Counter[tuple[object, ...]]:
    return Counter(
        (
            arrow["from"],
            arrow["event"],
            arrow["to"],
            tuple(arrow.get("roles") or ()),
            tuple(arrow.get("guards") or ()),
        )
        for arrow in machine["transitions"]
    )


def loaded(machine: dict[str, Any]) -> Definition:
    converted = convert(machine, ON)
    found = load_text(converted.text, f"{converted.slug}.yaml")
    assert [str(problem) for problem in lint(found) if problem.severity == "error"] == []
    return found.definition


def assert_comes_back(machine: dict[str, Any]) -> None:
    back = as_machine(loaded(machine))
    assert set(back) == {"name", "initial", "states", "terminal", "transitions"}
    assert back["name"] == machine["name"].strip()
    assert back["initial"] == machine["initial"]
    assert back["states"] == list(dict.fromkeys(machine["states"]))
    assert sorted(back["terminal"]) == sorted(set(machine["terminal"]))
    assert arrows(back) == arrows(machine)


def test_the_eight_reference_machines_come_back() -> None:
    machines = json.loads(reference_file("definitions/normalized.json").read_text())
    assert len(machines) == 8
    for machine in machines:
        assert_comes_back(machine)


def test_a_machine_with_every_oddity_comes_back() -> None:
    assert_comes_back(SMALL)


def test_what_is_kept_beside_the_names() -> None:
    definition = loaded(SMALL)
    assert definition.legacy
    kinds = {role.code: role.kind for role in definition.roles.values()}
    assert kinds == {"Clerk A": "staff", "Clerk-A": "staff", "CITIZEN": "applicant", "SYSTEM": "system"}
    assert {clock.length for clock in definition.clocks.values()} == {"1", "2"}
    assert not any(clock.verified for clock in definition.clocks.values())
    assert [spec.reopens for spec in definition.actions.values() if spec.code == "RE OPEN"] == [True, False]
    assert [phase.code for phase in definition.phases.values() if phase.checklist] == ["true"]
    assert {phase.code for phase in definition.phases.values() if phase.final} == {"Done.", "Done!"}


def test_what_has_no_place_is_told() -> None:
    notes = convert(SMALL, ON).notes
    assert any("'colour'" in note for note in notes)
    assert any("1 New/neu" in note for note in notes)


def test_machines_of_one_name_get_files_of_their_own() -> None:
    found = convert_all([SMALL, SMALL], ON)
    assert [each.slug for each in found] == ["street-works", "street-works-2"]
    for each in found:
        assert load_text(each.text, each.slug).definition.workflow == each.slug


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"initial": None}, "which of its states is the first"),
        ({"initial": "elsewhere"}, "which of its states is the first"),
        ({"states": []}, "no list of states"),
        ({"states": ["1 New/neu"]}, "states that it does not list"),
        ({"terminal": ["nowhere"]}, "does not list: nowhere"),
        ({"transitions": None}, "no list of transitions"),
        ({"transitions": [3]}, "is not an object"),
        ({"transitions": [{"from": "true", "to": "true"}]}, "'event' of a transition"),
        ({"name": " "}, "The machine has no name"),
        ({"states": ["x" * 201]}, "longer than 200"),
        ({"states": ["\ud800"]}, "half a character"),
    ],
)
def test_what_cannot_be_converted_is_said(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(MachineProblem, match=words):
        convert({**SMALL, **changes}, ON)


@pytest.mark.parametrize("document", [[], "text", [3], 7])
def test_a_file_without_machines_is_refused(document: object) -> None:
    with pytest.raises(MachineProblem):
        convert_all(document, ON)


def test_hundreds_of_states_come_back() -> None:
    states = [f"State {number}" for number in range(300)]
    transitions = [
        {
            "from": state,
            "event": f"step {number % 7}",
            "to": states[(number * 7 + 1) % 300],
            "roles": ["A", "B"],
        }
        for number, state in enumerate(states)
    ]
    machine = {"name": "Large", "initial": states[0], "states": states, "terminal": [states[-1]]}
    assert_comes_back({**machine, "transitions": transitions})


NAMES = (
    st.text(min_size=1, max_size=20).filter(str.strip).filter(lambda name: name.isascii() or not _half(name))
)


def _half(name: str) -> bool:
    return any("\ud800" <= letter <= "\udfff" for letter in name)


@st.composite
def machines(draw: st.DrawFn) -> dict[str, Any]:
    states = draw(st.lists(NAMES, min_size=1, max_size=6, unique=True))
    state = st.sampled_from(states)
    some = st.lists(NAMES, max_size=3, unique=True)
    arrow = st.fixed_dictionaries({"from": state, "event": NAMES, "to": state, "roles": some, "guards": some})
    return {
        "name": draw(NAMES),
        "initial": draw(state),
        "states": states,
        "terminal": draw(st.lists(state, unique=True)),
        "transitions": draw(st.lists(arrow, max_size=8)),
    }


@settings(max_examples=150, deadline=None)
@given(machines())
def test_any_machine_comes_back(machine: dict[str, Any]) -> None:
    converted = convert(machine, ON)
    back = as_machine(load_text(converted.text, "made-up.yaml").definition)
    assert (back["initial"], back["states"]) == (machine["initial"], machine["states"])
    assert sorted(back["terminal"]) == sorted(machine["terminal"])
    assert arrows(back) == arrows(machine)


def test_a_plain_workflow_goes_by_its_ids() -> None:
    path = Path("workflows/us-ca/commercial-ab970.yaml").resolve()
    back = as_machine(load_text(path.read_text(), str(path)).definition)
    assert back["initial"] == "draft"
    assert {"from": "draft", "event": "submit", "to": "intake"}.items() <= back["transitions"][0].items()
    assert back["transitions"][0]["roles"] == ["applicant"]
    assert "approve_with_conditions" not in {arrow["event"] for arrow in back["transitions"]}

"""A workflow in tables."""

from pathlib import Path

import pytest

from permitflow.engine.loader import load_file
from permitflow.engine.table import as_machine, clocks, event_title, ways
from permitflow.services.repertoire import workflow_files
from tests.engine.small_workflow import loaded

SHIPPED = [load_file(path).definition for path in workflow_files(Path("workflows").resolve())]


@pytest.mark.parametrize("definition", SHIPPED, ids=lambda definition: definition.workflow)
def test_the_table_holds_every_way_and_every_clock(definition: object) -> None:
    definition = next(each for each in SHIPPED if each is definition)
    every = sum(len(action.from_) for action in definition.actions.values())
    assert len(ways(definition)) == len(as_machine(definition)["transitions"]) == every
    assert [line.title for line in clocks(definition)] == [
        clock.title for clock in definition.clocks.values()
    ]


def test_a_row_of_the_table() -> None:
    row = ways(loaded().definition)[0]
    assert (row.source, row.action, row.target, row.stays) == ("Draft", "Submit", "Screening", False)
    assert (row.by, row.clauses) == (("Applicant",), ("Sign the application.",))


def test_a_step_that_stays_leads_to_where_it_was() -> None:
    definition = loaded().definition
    staying = definition.actions["accept"].model_copy(update={"to": None})
    changed = definition.model_copy(update={"actions": {**definition.actions, "accept": staying}})
    row = next(row for row in ways(changed) if row.action == "Accept")
    assert (row.source, row.target, row.stays) == ("Completeness check", "Completeness check", True)
    arrow = next(arrow for arrow in as_machine(changed)["transitions"] if arrow["event"] == "accept")
    assert arrow["from"] == arrow["to"] == "intake"


def test_events_in_words() -> None:
    definition = loaded().definition
    assert event_title(definition, "submit") == "Submit"
    assert event_title(definition, "fire.approve_with_conditions") == "Fire: approve with conditions"
    assert event_title(definition, "lane.answered") == "lane: answered"

"""Monrovia's own days stand beside those of the state, and loosen nothing."""

from permitflow.engine.loader import load_file
from tests.workflows.packs import FOLDER

BASE = load_file(FOLDER / "us-ca/commercial-ab970.yaml").definition
CITY = load_file(FOLDER / "us-ca-monrovia/commercial.yaml").definition


def test_the_city_decides_in_three_business_days() -> None:
    local = CITY.clocks["local_decision"]
    assert (local.level, local.unit, local.length, local.outcome) == ("local", "business_day", "3", "none")


def test_every_clock_and_step_of_the_state_stays_as_it_is() -> None:
    assert {name: CITY.clocks[name] for name in BASE.clocks} == BASE.clocks
    assert CITY.actions == BASE.actions
    assert CITY.one_notice == BASE.one_notice

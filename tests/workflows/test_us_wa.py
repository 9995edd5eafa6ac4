"""Washington: three lengths, and the share of the fee that a late decision gives back."""

from pathlib import Path

import pytest
from sqlalchemy import select

from permitflow.engine.conditions import compute_integer
from permitflow.engine.loader import load_file
from permitflow.engine.remedies import refund_cents
from permitflow.models import Refund
from tests.workflows.land_use import played
from tests.workflows.packs import FOLDER, facts

FILE = "us-wa/site-plan.yaml"


@pytest.mark.parametrize(("procedure", "days"), [("administrative", 65), ("notice", 100), ("hearing", 170)])
def test_the_length_follows_the_procedure(procedure: str, days: int) -> None:
    clock = load_file(FOLDER / FILE).definition.clocks["decision"]
    assert compute_integer(clock.length, facts(project={"procedure": procedure})) == days


@pytest.mark.parametrize(("day", "dollars"), [(170, 0), (203, 200), (204, 400)])
def test_a_fee_of_2000_dollars_with_a_hearing(day: int, dollars: int) -> None:
    remedy = load_file(FOLDER / FILE).definition.clocks["decision"].remedy
    assert remedy is not None
    assert refund_cents(200_000, 170, day, remedy.refund) == dollars * 100


@pytest.mark.parametrize(
    ("scenario", "owed"),
    [
        ("site-plan-decided-in-time.yaml", []),
        ("site-plan-decided-a-tenth-back.yaml", [8_500]),
        ("site-plan-decided-a-fifth-back.yaml", [17_000]),
    ],
)
def test_a_late_decision_owes_a_share_of_the_application_fee(
    tmp_path: Path, scenario: str, owed: list[int]
) -> None:
    stage = played(tmp_path, FILE, scenario)
    with stage.database.reading() as session:
        found = session.scalars(select(Refund.amount_cents)).all()
    stage.database.dispose()
    assert found == owed

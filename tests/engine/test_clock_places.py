"""Where clocks run, and their lengths in words."""

from pathlib import Path

import pytest

from permitflow.engine.clock_places import clocks_in, length_words
from permitflow.engine.loader import load_file

COMMERCIAL = load_file(Path("workflows/us-ca/commercial-ab970.yaml").resolve()).definition


def test_a_clock_runs_from_its_start_until_a_step_that_stops_it() -> None:
    places = clocks_in(COMMERCIAL)
    assert "completeness" in places["intake"]
    assert "completeness" not in places["in_review"]
    assert "decision" in places["in_review"]
    assert "decision" in places["corrections"]
    assert "permit_validity" in places["inspection_scheduled"]
    assert places["draft"] == ()


def test_no_clock_runs_in_an_end() -> None:
    places = clocks_in(COMMERCIAL)
    assert all(not places[name] for name, phase in COMMERCIAL.phases.items() if phase.final)


@pytest.mark.parametrize(
    ("length", "unit", "words"),
    [
        ("5", "business_day", "5 business days"),
        ("1", "month", "1 month"),
        ("equipment.station_count <= 25 ? 20 : 40", "business_day", "20 or 40 business days"),
        ("a == 'x' ? 170 : a == 'y' ? 100 : 65", "calendar_day", "170, 100 or 65 calendar days"),
        ("equipment.station_count * 2", "calendar_day", "calendar days: equipment.station_count * 2"),
        ("a ? 5 : 5", "year", "years: a ? 5 : 5"),
    ],
)
def test_lengths_in_words(length: str, unit: str, words: str) -> None:
    clock = COMMERCIAL.clocks["completeness"].model_copy(update={"length": length, "unit": unit})
    assert length_words(clock) == words


def test_a_step_in_a_lane_starts_a_clock_where_the_lane_is() -> None:
    clock = COMMERCIAL.clocks["decision"].model_copy(update={"starts": ("electrical.approve",), "stops": ()})
    moved = COMMERCIAL.model_copy(update={"clocks": {"decision": clock}})
    assert clocks_in(moved)["in_review"] == ("decision",)

"""The steps of an application: what was answered is kept as it is meant, and what is open stays open."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from werkzeug.datastructures import MultiDict

from permitflow.web.forms.steps import FORMS, MOST_ROWS, form_for
from tests.web.forms.sending import opened, sentences


@pytest.fixture(autouse=True)
def _page() -> Iterator[None]:
    with opened():
        yield


def filled(step: str, **typed: str) -> Any:
    """The form of a step with what was typed; rows are named with two underscores: `owner__name`."""
    return form_for(step, {}, MultiDict({name.replace("__", "-"): text for name, text in typed.items()}))


@pytest.mark.parametrize("step", FORMS)
def test_a_step_may_be_left_open_except_for_its_street(step: str) -> None:
    form = form_for(step, {}, MultiDict())
    missing = {"street": ["Enter the street and number of the site, such as 1250 Mission Rd."]}
    assert sentences(form) == (missing if step == "site" else {})
    assert form.answers() == ([] if step == "equipment" else {})


ANSWERS: dict[str, Any] = {
    "project": {"title": "Depot", "valuation_cents": 250_005, "includes_canopy": False, "work_class": "new"},
    "site": {"street": "1 A St", "existing_stalls": 0, "public_land": True, "occupancy": "mixed"},
    "equipment": [
        {"manufacturer": "Volt", "quantity": 2, "level": "L2", "volts": 240, "phase": 1, "outdoor": True},
        {"model": "B", "amps": 48},
    ],
    "electrical": {"service_amps": 200, "service_voltage": 480, "phases": 3, "has_ems": False},
    "people": {"owner": {"name": "Ana", "email": "ana@example.test"}, "engineer": {"phone": "555"}},
}


@pytest.mark.parametrize("step", FORMS)
def test_stored_answers_come_back_as_they_were(step: str) -> None:
    assert form_for(step, ANSWERS[step]).answers() == ANSWERS[step]


def test_a_no_and_a_nought_are_answers() -> None:
    form = filled("site", street="1 A St", existing_stalls="0", flood_zone="no", coastal_zone="")
    assert sentences(form) == {}
    assert form.answers() == {"street": "1 A St", "existing_stalls": 0, "flood_zone": False}


def test_a_row_that_is_blank_or_removed_is_no_charger() -> None:
    form = filled(
        "equipment",
        chargers__0__model="A",
        chargers__1__model="",
        chargers__2__model="C",
        chargers__2__remove="y",
        chargers__3__quantity="1,000",
    )
    assert sentences(form) == {}
    assert form.answers() == [{"model": "A"}, {"quantity": 1000}]


def test_there_is_always_a_row_to_fill_and_never_too_many() -> None:
    assert len(form_for("equipment", None)["chargers"]) == 1
    full = form_for("equipment", [{"model": str(number)} for number in range(MOST_ROWS)])
    assert len(full.answers()) == MOST_ROWS


@pytest.mark.parametrize(
    ("step", "typed", "field"),
    [
        ("site", {"street": "1 A St", "stalls_after": "100,001"}, "stalls_after"),
        ("site", {"street": "1 A St", "zip": "12345678901"}, "zip"),
        ("site", {"street": "1 A St", "occupancy": "castle"}, "occupancy"),
        ("electrical", {"service_amps": "0"}, "service_amps"),
        ("electrical", {"ems_setpoint_amps": "4.5"}, "ems_setpoint_amps"),
        ("project", {"valuation_cents": "about 5"}, "valuation_cents"),
        ("people", {"owner__email": "ana at home"}, "owner"),
        ("equipment", {"chargers__0__ports": "101"}, "chargers"),
        ("equipment", {"chargers__0__volts": "110"}, "chargers"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(step: str, typed: dict[str, str], field: str) -> None:
    form = filled(step, **typed)
    assert not form.validate()
    assert list(form.errors) == [field]

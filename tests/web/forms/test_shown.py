"""What a form holds, in words; and each error with the field it leads to."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from werkzeug.datastructures import MultiDict

from permitflow.web.forms.shown import Section, problems, sections
from permitflow.web.forms.steps import form_for
from tests.web.forms.sending import opened


@pytest.fixture(autouse=True)
def _page() -> Iterator[None]:
    with opened():
        yield


def test_answers_are_shown_in_words_and_open_questions_are_left_out() -> None:
    answers = {
        "title": "Depot",
        "valuation_cents": 125_005,
        "use_relation": "primary",
        "includes_canopy": False,
        "includes_storage": None,
    }
    assert sections("project", answers) == (
        Section(
            "",
            (
                ("Name of the project", "Depot"),
                ("Value of the work in dollars", "$1,250.05"),
                ("What the chargers are for the site", "The main use, such as a charging plaza"),
                ("Is a canopy part of the project?", "No"),
            ),
        ),
    )


def test_nought_is_shown() -> None:
    (section,) = sections("site", {"existing_stalls": 0})
    assert section.rows == (("Parking stalls today", "0"),)
    (section,) = sections("project", {"valuation_cents": 0})
    assert section.rows == (("Value of the work in dollars", "$0.00"),)


def test_each_type_of_charger_has_its_own_heading() -> None:
    found = sections("equipment", [{"model": "A", "volts": 240}, {"model": "B", "outdoor": True}])
    assert found == (
        Section("Charger type 1", (("Model", "A"), ("Voltage", "240 V"))),
        Section("Charger type 2", (("Model", "B"), ("Does it stand outdoors?", "Yes"))),
    )
    assert sections("equipment", []) == ()


def test_only_people_who_were_named_are_shown() -> None:
    found = sections("people", {"owner": {"name": "Ana"}, "engineer": {}})
    assert found == (Section("Owner of the property", (("Name", "Ana"),)),)


def test_a_step_without_an_answer_has_no_rows() -> None:
    assert sections("electrical", {}) == (Section("", ()),)


def test_errors_of_rows_lead_to_the_field_in_its_row() -> None:
    typed = MultiDict({"chargers-0-amps": "many", "chargers-1-ports": "0", "chargers-1-amps": "48"})
    form = form_for("equipment", None, typed)
    assert not form.validate()
    assert problems(form) == [
        (
            "chargers-0-amps",
            "Current of one charger in amperes: Enter a whole number, such as 48. You entered “many”.",
        ),
        ("chargers-1-ports", "Ports of one charger: Enter a whole number from 1 to 100."),
    ]


def test_errors_of_people_and_of_the_form_itself_are_told_too() -> None:
    form = form_for("people", None, MultiDict({"owner-email": "ana at home"}))
    assert not form.validate()
    form.form_errors.append("A colleague was faster.")
    wrong = "E-mail address: Enter an e-mail address, such as name@example.com."
    assert problems(form) == [("", "A colleague was faster."), ("owner-email", wrong)]


def test_a_form_without_errors_has_no_problems() -> None:
    form = form_for("project", None, MultiDict({"title": "Depot"}))
    assert form.validate()
    assert problems(form) == []

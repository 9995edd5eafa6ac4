"""Fields keep an open question open, read numbers exactly, and say in a sentence what they expect."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from werkzeug.datastructures import MultiDict
from wtforms import Form

from permitflow.web.forms.fields import answer_of, choice, line, mailbox, money, tidy, whole, yes_no
from tests.web.forms.sending import opened


class Sample(Form):
    flood = yes_no("Flood")
    amps = whole("Amps", 1, 100)
    cost = money("Cost")
    volts = choice("Volts", (("120", "120 V"), ("other", "Other")))
    email = mailbox("E-mail")
    street = line("Street", required="Where?")


@pytest.fixture(autouse=True)
def _page() -> Iterator[None]:
    with opened():
        yield


def sent(**typed: str) -> Sample:
    return Sample(MultiDict({"street": "1 A St", **typed}))


@pytest.mark.parametrize(
    ("name", "typed", "kept"),
    [
        ("flood", "yes", True),
        ("flood", "no", False),
        ("flood", "", None),
        ("amps", "48", 48),
        ("amps", " 1 ", 1),
        ("amps", "", None),
        ("cost", "250", 25_000),
        ("cost", "$1,250.05", 125_005),
        ("cost", "0.01", 1),
        ("cost", "", None),
        ("volts", "120", 120),
        ("volts", "other", "other"),
        ("volts", "", None),
        ("email", " ana@example.test ", "ana@example.test"),
        ("street", "Caf\u0065\u0301 Way", "Caf\u00e9 Way"),
    ],
)
def test_what_is_typed_is_kept_as_it_is_meant(name: str, typed: str, kept: object) -> None:
    form = sent(**{name: typed})
    assert form.validate(), form.errors
    assert answer_of(form[name]) == kept
    assert type(answer_of(form[name])) is type(kept)


@pytest.mark.parametrize(
    ("name", "typed", "sentence"),
    [
        ("amps", "4.8", "Enter a whole number, such as 48. You entered “4.8”."),
        ("amps", "٤٨", "Enter a whole number, such as 48. You entered “٤٨”."),
        ("amps", "0", "Enter a whole number from 1 to 100."),
        ("amps", "101", "Enter a whole number from 1 to 100."),
        ("cost", "250.5", "Enter an amount in dollars, such as 250.00. You entered “250.5”."),
        ("cost", "-1.00", "Enter an amount in dollars, such as 250.00. You entered “-1.00”."),
        (
            "cost",
            "99999999999.00",
            "Enter an amount in dollars, such as 250.00. You entered “99999999999.00”.",
        ),
        ("email", "ana", "Enter an e-mail address, such as name@example.com."),
        ("street", "   ", "Where?"),
    ],
)
def test_what_cannot_be_read_is_said_once(name: str, typed: str, sentence: str) -> None:
    form = sent(**{name: typed})
    assert not form.validate()
    assert [str(error) for error in form[name].errors] == [sentence]


def test_an_answer_outside_the_list_is_refused() -> None:
    assert not sent(volts="7").validate()
    assert not sent(street="x" * 201).validate()


def test_what_is_kept_is_shown_again() -> None:
    form = Sample(None, data={"cost": 25_005, "flood": False, "amps": 48, "volts": 120})
    assert 'value="250.05"' in form.cost()
    assert 'value="48"' in form.amps()
    assert '<option selected value="120">' in form.volts()
    checked = [option.data for option in form.flood if option.checked]
    assert checked == ["no"]
    assert 'value="1.5"' in Sample(MultiDict({"cost": "1.5"})).cost(), "what was typed stays"


def test_text_has_one_spelling() -> None:
    assert tidy(None) == ""
    assert tidy(" e\u0301 ") == "\u00e9"

"""Money that came in or went out is recorded with its amount and the number on its paper."""

from __future__ import annotations

import pytest

from permitflow.web.forms.fields import MOST_CENTS
from permitflow.web.forms.payments import PaymentForm, PayoutForm
from tests.web.forms.sending import sent, sentences


def test_an_amount_is_kept_in_cents_with_its_reference() -> None:
    with sent(amount="$1,250.05", reference=" wire 77 "):
        form = PaymentForm()
        assert sentences(form) == {}
        assert (form.amount.data, form.reference.data) == (125_005, "wire 77")


@pytest.mark.parametrize(
    ("amount", "sentence"),
    [
        ("", "Enter the amount, such as 250.00."),
        ("0", "Enter the amount, such as 250.00."),
        ("250.001", "Enter an amount in dollars, such as 250.00. You entered “250.001”."),
        ("-5", "Enter an amount in dollars, such as 250.00. You entered “-5”."),
        ("10,000,000,000.01", "Enter an amount of at most ten billion dollars."),
    ],
)
def test_an_amount_that_is_none_is_said_once(amount: str, sentence: str) -> None:
    with sent(amount=amount, reference="wire 77"):
        assert sentences(PaymentForm()) == {"amount": [sentence]}


def test_the_largest_amount_is_taken() -> None:
    with sent(amount="10,000,000,000.00", reference="wire 77"):
        form = PaymentForm()
        assert sentences(form) == {}
        assert form.amount.data == MOST_CENTS


def test_both_papers_need_a_number_of_bounded_length() -> None:
    with sent(amount="1", reference=" ", paper=" "):
        assert sentences(PaymentForm()) == {
            "reference": ["Enter the number of the check, transfer or receipt."]
        }
        assert sentences(PayoutForm()) == {"paper": ["Enter the number of the check or transfer."]}
    with sent(amount="1", reference="x" * 129, paper="x" * 129):
        assert (set(sentences(PaymentForm())), set(sentences(PayoutForm()))) == ({"reference"}, {"paper"})
    with sent(amount="1", reference="x" * 128, paper="x" * 128):
        assert (sentences(PaymentForm()), sentences(PayoutForm())) == ({}, {})

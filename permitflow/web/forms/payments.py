"""The forms that record a payment and a refund."""

from __future__ import annotations

from permitflow.web.forms.fields import line, money
from permitflow.web.forms.form import Form
from permitflow.web.forms.form import later as _l


class PaymentForm(Form):
    """Money that was sent or received, with the number on its paper."""

    amount = money(_l("Amount in dollars"), required=_l("Enter the amount, such as 250.00."))
    reference = line(
        _l("Number of the check, transfer or receipt"),
        required=_l("Enter the number of the check, transfer or receipt."),
        hint=_l("It counts once, so that nobody pays twice."),
        longest=128,
        autocomplete="off",
    )


class PayoutForm(Form):
    """A refund that was paid out, with the number on its paper."""

    paper = line(
        _l("Number of the check or transfer that paid it out"),
        required=_l("Enter the number of the check or transfer."),
        longest=128,
        autocomplete="off",
    )

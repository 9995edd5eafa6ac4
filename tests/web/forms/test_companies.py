"""What a company says of itself, and whom it asks to join."""

from __future__ import annotations

from datetime import date

from permitflow.services.companies import CompanyDetails
from permitflow.web.forms.companies import CompanyForm, MemberForm
from tests.web.forms.sending import sent, sentences


def test_a_name_is_enough_and_the_rest_stays_open() -> None:
    with sent(name=" Volt Inc. ", licence_expires_on=""):
        form = CompanyForm()
        assert sentences(form) == {}
        assert form.details() == CompanyDetails("Volt Inc.")
    with sent():
        assert sentences(CompanyForm()) == {"name": ["Enter the company's name."]}


def test_everything_that_was_entered_is_kept() -> None:
    told = {
        "name": "Volt Inc.",
        "licence_number": "1042",
        "licence_class": "C-10",
        "licence_expires_on": "2027-01-31",
        "address": "1 Main St\nRio Verde",
        "phone": "+1 555 0100",
    }
    with sent(told):
        form = CompanyForm()
        assert sentences(form) == {}
        assert form.details() == CompanyDetails(**told | {"licence_expires_on": date(2027, 1, 31)})


def test_what_a_licence_cannot_be_is_refused() -> None:
    with sent(name="Volt", licence_number="1" * 65, licence_expires_on="next year"):
        assert set(sentences(CompanyForm())) == {"licence_number", "licence_expires_on"}


def test_a_colleague_is_named_by_an_address() -> None:
    with sent(email=" ana@example.test "):
        form = MemberForm()
        assert sentences(form) == {}
        assert form.email.data == "ana@example.test"
    with sent():
        missing = ["Enter the e-mail address of your colleague's account."]
        assert sentences(MemberForm()) == {"email": missing}
    with sent(email="ana at home"):
        wrong = ["Enter an e-mail address, such as name@example.com."]
        assert sentences(MemberForm()) == {"email": wrong}

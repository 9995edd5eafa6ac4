"""A role is lent from those one may lend, to those one may lend it to, for days that are days."""

from __future__ import annotations

from datetime import date

from permitflow.queries.delegations import Holder
from permitflow.services.delegations import LONGEST_REASON, Loan
from permitflow.web.forms.delegations import lend_form
from tests.web.forms.sending import opened, sent, sentences

LENDABLE = [Holder("c1", "Rio Verde", "pat", "Pat", "electrical_examiner")]
COLLEAGUES = [
    Holder("c1", "Rio Verde", "lee", "Lee", "planner"),
    Holder("c1", "Rio Verde", "lee", "Lee", "inspector"),
    Holder("c1", "Rio Verde", "kim", "Kim", "inspector"),
]
ASKED = {
    "what": "c1:pat:electrical_examiner",
    "to_user": "lee",
    "from_on": "2026-07-06",
    "until_on": "2026-07-10",
    "reason": "Vacation",
}


def test_roles_are_offered_in_words_and_everybody_once() -> None:
    with opened():
        form = lend_form(LENDABLE, COLLEAGUES)
        assert [(one.value, one.label) for one in form.what.choices] == [
            ("c1:pat:electrical_examiner", "Electrical examiner – Pat, Rio Verde")
        ]
        assert [(one.value, one.label) for one in form.to_user.choices] == [
            ("lee", "Lee, Rio Verde"),
            ("kim", "Kim, Rio Verde"),
        ]


def test_what_was_entered_is_the_loan() -> None:
    with sent(ASKED):
        form = lend_form(LENDABLE, COLLEAGUES)
        assert sentences(form) == {}
        assert form.loan() == Loan(
            "c1", "pat", "lee", "electrical_examiner", date(2026, 7, 6), date(2026, 7, 10), "Vacation"
        )


def test_what_is_missing_is_said_at_each_field() -> None:
    with sent():
        assert sentences(lend_form(LENDABLE, COLLEAGUES)) == {
            "what": ["Choose the role."],
            "to_user": ["Choose the colleague."],
            "from_on": ["Enter the first day."],
            "until_on": ["Enter the last day."],
            "reason": ["Say why the role is lent."],
        }


def test_nothing_that_was_not_offered_is_taken() -> None:
    foreign = {"what": "c1:lee:planner", "to_user": "sam", "reason": "x" * (LONGEST_REASON + 1)}
    with sent(ASKED | foreign):
        assert set(sentences(lend_form(LENDABLE, COLLEAGUES))) == {"what", "to_user", "reason"}

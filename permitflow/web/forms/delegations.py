"""The form that lends a role to a colleague."""

from __future__ import annotations

from collections.abc import Iterable

from wtforms import DateField, SelectField
from wtforms.validators import InputRequired

from permitflow.queries.delegations import Holder
from permitflow.services.delegations import LONGEST_REASON, Loan
from permitflow.web.forms.fields import SelectChoice, line
from permitflow.web.forms.form import Form
from permitflow.web.forms.form import later as _l

_DAY = {"type": "date"}


class LendForm(Form):
    """Which role of whom, to which colleague, from when until when, and why."""

    what = SelectField(_l("Role"), [InputRequired(_l("Choose the role."))])
    to_user = SelectField(_l("Colleague"), [InputRequired(_l("Choose the colleague."))])
    from_on = DateField(_l("First day"), [InputRequired(_l("Enter the first day."))], render_kw=_DAY)
    until_on = DateField(_l("Last day"), [InputRequired(_l("Enter the last day."))], render_kw=_DAY)
    reason = line(_l("Reason"), required=_l("Say why the role is lent."), longest=LONGEST_REASON)

    def loan(self) -> Loan:
        """Return what was entered; call it only after `validate`."""
        city, lender, role = self.what.data.split(":")
        assert self.from_on.data is not None
        assert self.until_on.data is not None
        return Loan(
            city,
            lender,
            self.to_user.data,
            role,
            self.from_on.data,
            self.until_on.data,
            self.reason.data or "",
        )


def lend_form(lendable: Iterable[Holder], colleagues: Iterable[Holder]) -> LendForm:
    """Return the form with the roles that a person may lend and the people who may be lent them."""
    form = LendForm()
    form.what.choices = [
        SelectChoice(
            f"{one.jurisdiction_id}:{one.user_id}:{one.role}",
            f"{one.role.replace('_', ' ').capitalize()} – {one.name}, {one.city}",
        )
        for one in lendable
    ]
    names = {one.user_id: f"{one.name}, {one.city}" for one in colleagues}
    form.to_user.choices = [SelectChoice(user_id, name) for user_id, name in names.items()]
    return form

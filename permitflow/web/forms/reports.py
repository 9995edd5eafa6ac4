"""The filter of a report: city, period and workflow, all in the address of the page."""

from __future__ import annotations

from collections.abc import Iterable

from flask import request
from flask_babel import gettext as _
from wtforms import DateField, Field, SelectField
from wtforms.validators import Optional, ValidationError

from permitflow.reports.scope import EARLIEST, LATEST
from permitflow.web.forms.form import Form
from permitflow.web.forms.form import later as _l


class PeriodForm(Form):
    """Which files a report is about; it is read from the address and changes nothing."""

    city = SelectField(_l("City"), validators=[Optional()])
    first = DateField(_l("From"), [Optional()], name="from")
    last = DateField(_l("To"), [Optional()], name="to")
    workflow = SelectField(_l("Kind of application"), validators=[Optional()], default="")

    def validate_first(self, field: Field) -> None:
        """Refuse days outside any record."""
        _refuse_strange_day(field)

    def validate_last(self, field: Field) -> None:
        """Refuse a period that ends before it begins."""
        _refuse_strange_day(field)
        if self.first.data and field.data and field.data < self.first.data:
            raise ValidationError(_("The last day lies before the first; exchange the two."))


def period_form(cities: Iterable[tuple[str, str]], workflows: Iterable[tuple[str, str]]) -> PeriodForm:
    """Return the form as the address of this request fills it."""
    form = PeriodForm(formdata=request.args, meta={"csrf": False})
    form.city.choices = list(cities)
    form.workflow.choices = [("", _("All kinds")), *workflows]
    return form


def _refuse_strange_day(field: Field) -> None:
    if field.data and not EARLIEST <= field.data <= LATEST:
        raise ValidationError(_("Choose a day between 1970 and 2200."))

"""The filter of a report: city, period and workflow, all in the address of the page."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

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
    pathway = SelectField(_l("Way to the permit"), validators=[Optional()], default="")
    class_ = SelectField(_l("Class"), validators=[Optional()], default="", name="class")

    def offer_classes(self, known: Collection[str]) -> None:
        """Offer only classes that some file belongs to, and the one that is chosen."""
        kept = {"", self.class_.data, *known}
        offered: Any = self.class_.choices
        self.class_.choices = [(value, label) for value, label in offered if value in kept]

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
    form.pathway.choices = [
        ("", _("All ways")),
        ("auto", _("Instant")),
        ("counter", _("Counter")),
        ("full", _("Full review")),
    ]
    form.class_.choices = [
        ("", _("All classes")),
        ("level=L1", _("Level 1 charging")),
        ("level=L2", _("Level 2 charging")),
        ("level=DC", _("DC fast charging")),
        ("project_type=residential", _("Homes")),
        ("project_type=multifamily", _("Apartment houses")),
        ("project_type=workplace", _("Workplaces")),
        ("project_type=commercial", _("Commercial sites")),
        ("project_type=fast_charging_plaza", _("Charging plazas")),
        ("public_land=true", _("On public land")),
        ("public_land=false", _("On private land")),
    ]
    return form


def _refuse_strange_day(field: Field) -> None:
    if field.data and not EARLIEST <= field.data <= LATEST:
        raise ValidationError(_("Choose a day between 1970 and 2200."))

"""The form of a saved report: its name, its address, the period, and to whom it is mailed when."""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import gettext as _
from wtforms import BooleanField, Field, SelectField, SelectMultipleField
from wtforms.validators import Optional, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from permitflow.models import SavedReport
from permitflow.reports.pages import PAGES
from permitflow.reports.saved import NotAReport, path_of, read_address, scope_of
from permitflow.reports.scope import City
from permitflow.services.saved_reports import Draft, Schedule
from permitflow.web.forms.fields import SelectChoice, line, prose, whole
from permitflow.web.forms.form import Form
from permitflow.web.forms.form import later as _l

LONGEST_NAME, LONGEST_NOTE, LONGEST_ADDRESS = 120, 1000, 2000
PERIODS = (
    ("", _l("Keep the dates of the address")),
    ("30", _l("The last 30 days")),
    ("90", _l("The last 90 days")),
    ("365", _l("The last 365 days")),
)
RHYTHMS = (("", _l("Never")), ("weekly", _l("Every week")), ("monthly", _l("Every month")))
WEEKDAYS = (
    ("0", _l("Monday")),
    ("1", _l("Tuesday")),
    ("2", _l("Wednesday")),
    ("3", _l("Thursday")),
    ("4", _l("Friday")),
    ("5", _l("Saturday")),
    ("6", _l("Sunday")),
)


def _choices(options: Iterable[tuple[str, str]]) -> list[SelectChoice]:
    return [SelectChoice(value, words) for value, words in options]


class SavedReportForm(Form):
    """What a manager says about a report that is kept; the choices of receivers belong to its city."""

    name = line(_l("Name"), required=_l("Give the report a name."), longest=LONGEST_NAME)
    note = prose(_l("Note"), longest=LONGEST_NOTE)
    address = line(
        _l("Address of the report page"),
        hint=_l("As it stands in the address bar: /reports/..."),
        required=_l("Enter the address of a report page."),
        longest=LONGEST_ADDRESS,
    )
    period = SelectField(_l("Period"), validators=[Optional()], choices=_choices(PERIODS))
    shared = BooleanField(_l("Every manager of the city may open it"))
    rhythm = SelectField(_l("Mail it"), validators=[Optional()], choices=_choices(RHYTHMS))
    weekday = SelectField(
        _l("Day of the week, when mailed every week"), validators=[Optional()], choices=_choices(WEEKDAYS)
    )
    month_day = whole(
        _l("Day of the month, when mailed every month"),
        1,
        31,
        hint=_l("A shorter month has its last day instead."),
    )
    hour = whole(_l("Hour, on the city's clock"), 0, 23)
    receivers = SelectMultipleField(
        _l("Receivers"),
        validators=[Optional()],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )

    def validate_address(self, field: Field) -> None:
        """Refuse what is no report page."""
        try:
            read_address(field.data)
        except NotAReport as problem:
            raise ValidationError(_(str(problem))) from None

    def draft(self, city: City) -> Draft:
        """Return what was entered; call it only after `validate`."""
        address = read_address(self.address.data or "")
        rhythm = self.rhythm.data
        day = int(self.weekday.data or 0) if rhythm == "weekly" else self.month_day.data or 1
        hour = 7 if self.hour.data is None else self.hour.data
        return Draft(
            city.id,
            self.name.data or "",
            address.page,
            self.note.data or "",
            dict(address.words),
            int(self.period.data) if self.period.data else None,
            bool(self.shared.data),
            Schedule(rhythm, day, hour) if rhythm else Schedule(),
            frozenset(self.receivers.data or ()),
        )


def new_form(managers: Iterable[tuple[str, str]], address: str, me: str) -> SavedReportForm:
    """Return the form of a report that is not kept yet, called as its page; its owner is its first receiver."""
    values = {"address": address, "receivers": [me], "hour": 7, "month_day": 1, "period": "365"}
    return _with_receivers(SavedReportForm(**values, name=_title(address)), managers)


def _title(address: str) -> str:
    try:
        return PAGES[read_address(address).page].title.say(_)
    except NotAReport:
        return ""


def edit_form(
    report: SavedReport, city: City, receivers: Iterable[str], managers: Iterable[tuple[str, str]], now: int
) -> SavedReportForm:
    """Return the form of a report that is kept."""
    scope = scope_of(city, report.query, report.last_days, now)
    form = SavedReportForm(
        name=report.name,
        note=report.note,
        address=path_of(report.page, scope, report.query),
        period="" if report.last_days is None else str(report.last_days),
        shared=report.shared,
        rhythm=report.rhythm,
        weekday=str(report.day or 0) if report.rhythm == "weekly" else "0",
        month_day=report.day if report.rhythm == "monthly" else 1,
        hour=7 if report.hour is None else report.hour,
        receivers=list(receivers),
    )
    return _with_receivers(form, managers)


def _with_receivers(form: SavedReportForm, managers: Iterable[tuple[str, str]]) -> SavedReportForm:
    form.receivers.choices = _choices(managers)
    return form

"""Forms that edit a city's calendar of working days."""

from __future__ import annotations

from wtforms import DateField, SelectMultipleField
from wtforms.validators import DataRequired
from wtforms.widgets import CheckboxInput, ListWidget

from permitflow.services.calendar_edits import Change
from permitflow.web.forms.fields import SelectChoice, line
from permitflow.web.forms.form import Form
from permitflow.web.forms.form import later as _l

WEEKDAYS = (
    ("0", _l("Monday")),
    ("1", _l("Tuesday")),
    ("2", _l("Wednesday")),
    ("3", _l("Thursday")),
    ("4", _l("Friday")),
    ("5", _l("Saturday")),
    ("6", _l("Sunday")),
)
_A_DAY = {"type": "date"}
_WHY = _l("Say why; the reason is shown beside the day.")


class CloseForm(Form):
    """A day on which the office is shut."""

    day = DateField(_l("Date to close"), [DataRequired(_l("Choose the date."))], render_kw=_A_DAY)
    name = line(_l("Name of the closure"), required=_l("Give the closure a name."), hint=_l("Such as Flood."))
    reason = line(_l("Reason"), required=_WHY, longest=1000)

    def change(self) -> Change:
        """Return what was asked for."""
        return Change("close", self.day.data, self.name.data or "", self.reason.data or "")


class OpenForm(Form):
    """A closed day that becomes a working day."""

    day = DateField(_l("Date to open"), [DataRequired(_l("Choose the date."))], render_kw=_A_DAY)
    reason = line(_l("Reason"), required=_WHY, longest=1000)

    def change(self) -> Change:
        """Return what was asked for."""
        return Change("open", self.day.data, "", self.reason.data or "")


class WeekdaysForm(Form):
    """The weekdays on which the office is open."""

    days = SelectMultipleField(
        _l("Open on"),
        [DataRequired(_l("Choose at least one weekday."))],
        choices=[SelectChoice(*pair) for pair in WEEKDAYS],
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
    )
    reason = line(_l("Reason"), required=_WHY, longest=1000)

    def change(self) -> Change:
        """Return what was asked for."""
        return Change("weekdays", None, "".join(sorted(self.days.data or ())), self.reason.data or "")


class HoursForm(Form):
    """The hours in which the office receives what is sent to it."""

    opens = line(_l("Opens at"), required=_l("Enter a time, such as 08:00."), longest=5, type="time")
    closes = line(_l("Closes at"), required=_l("Enter a time, such as 17:00."), longest=5, type="time")
    reason = line(_l("Reason"), required=_WHY, longest=1000)

    def change(self) -> Change:
        """Return what was asked for."""
        return Change("hours", None, f"{self.opens.data}-{self.closes.data}", self.reason.data or "")


class SeedForm(Form):
    """The public holidays of the year after the last one that is in."""

    def change(self) -> Change:
        """Return what was asked for."""
        return Change("seed")


class PublishForm(Form):
    """Why the calendar changes."""

    reason = line(
        _l("Reason for the new version"),
        required=_l("Say why the calendar changes; the reason stands on every file that it moves."),
        longest=1000,
    )


EditForm = CloseForm | OpenForm | WeekdaysForm | HoursForm | SeedForm
FORMS: dict[str, type[EditForm]] = {
    "close": CloseForm,
    "open": OpenForm,
    "weekdays": WeekdaysForm,
    "hours": HoursForm,
    "seed": SeedForm,
}

"""On which day a submission counts as received."""

from __future__ import annotations

from datetime import date, datetime

from permitflow.engine.calendars import Calendar
from permitflow.engine.clock_def import ReceiptDef


def received_on(at_local: datetime, calendar: Calendar, rule: ReceiptDef | None) -> date:
    """Return the legal date of a submission that arrived at the city's local date and time `at_local`.

    Without a rule, or with `late: same_day`, it is that date, on a closed day too: an electronic counter never
    shuts. With `late: next_open_day`, what arrives on a closed day or later than the closing time is received on the
    next business day; the closing time itself is still in time.
    Raises ValueError when the calendar stays closed for more than 366 days.
    Source of the second rule: the codes of Upper Providence PA and Kingman KS 15-905.
    """
    if rule is None or rule.late == "same_day":
        return at_local.date()
    return calendar.taken_in_on(at_local)

"""A new calendar reaches an open file: its clocks are counted anew, with a recorded reason.

A clock that has run out or stopped keeps its dates. One that would have run out in the past on the new calendar runs
out on the day of the change: nobody could have known before. A clock whose extension would have come too late on the
new calendar keeps its old one.
"""

from __future__ import annotations

from sqlalchemy import Connection

from permitflow.instants import local_date
from permitflow.prepared import Channel
from permitflow.services import clockwork, files, record, visits
from permitflow.services.record import Datum, Entry

ACTION = "change_calendar"


def reproject(
    connection: Connection, application_id: str, calendar_version_id: str, reason: str, by: str, at: int
) -> bool:
    """Count the open clocks of a file on another published calendar; return whether any was on an older one.

    `reason` is told in the record, `by` is a user's id, `at` the instant in microseconds. Doing it again changes
    nothing. Raises NotFound for an unknown file, LookupError for an unknown calendar.
    """
    file = files.load(Channel(connection), application_id)
    today = local_date(at, file.calendar.zone)
    moved = clockwork.recount(file, calendar_version_id, today)
    if not moved:
        return False
    data: dict[str, Datum] = {"calendar_version": calendar_version_id}
    for name, (before, after) in moved.items():
        if before != after:
            data[f"due_{name}"] = f"{before or 'paused'} to {after or 'paused'}"
    entry = Entry(
        ACTION,
        "Calendar changed",
        by,
        "administrator",
        file.phase,
        file.phase,
        at,
        data=data,
        words={"reason": reason},
        legal_on=today.isoformat(),
    )
    visits.move_due_dates(file)
    record.append(file, entry)
    files.save(file, at)
    return True

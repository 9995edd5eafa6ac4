"""How a file stands, as the engine sees it: for pages that show what can be done now and why not."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import cast

from sqlalchemy.orm import Session

from permitflow.engine.lanes import LaneStanding, LaneState
from permitflow.models import Lane, PermitApplication
from permitflow.prepared import Channel
from permitflow.services.calendars import calendar_for, current_version_id
from permitflow.services.definitions import machine_for
from permitflow.services.files import File, LaneRow
from permitflow.services.statements import FILE_COLUMNS


def file_as_seen(
    session: Session, application: PermitApplication, lanes: Iterable[Lane], on: date | None = None
) -> File:
    """Return a file without locking it: enough to ask what is allowed on a legal date, never to change anything."""
    connection = session.connection()
    calendar_version_id = current_version_id(connection, application.jurisdiction_id)
    return File(
        Channel(connection),
        machine_for(connection, application.definition_hash),
        calendar_for(connection, calendar_version_id),
        calendar_version_id,
        {name: getattr(application, name) for name in FILE_COLUMNS},
        {lane.lane: LaneRow(lane.id, lane.role, _state(lane)) for lane in lanes},
        on=on,
    )


def _state(lane: Lane) -> LaneState:
    return LaneState(lane.lane, lane.required, lane.informational, cast(LaneStanding, lane.state), lane.round)

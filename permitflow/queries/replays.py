"""Every file beside its record: how it stands in the tables, and the events that say the same by themselves."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from sqlalchemy import select
from sqlalchemy.orm import Session

from permitflow.ledger.replay import ClockStanding, LaneStanding, Standing, differences, replay
from permitflow.models import Clock, Event, Lane, PermitApplication
from permitflow.queries.record import BATCH


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that a file and its record say differently."""

    application_id: str
    name: str
    message: str


def all_differences(session: Session) -> Iterator[Difference]:
    """Play the record of every file and yield where the file stands otherwise; files that have no record are named.

    The record is read once, in the order of files; the rows of the lanes and clocks of one file at a time.
    """
    query = select(Event.application_id, Event.body).order_by(Event.application_id, Event.seq)
    rows = session.execute(query.execution_options(yield_per=BATCH))
    played = set()
    for application_id, events in groupby(rows, key=lambda row: row.application_id):
        played.add(application_id)
        try:
            by_record = replay(json.loads(row.body) for row in events)
        except ValueError as error:
            yield Difference(
                application_id, "record", f"The record of {application_id} cannot be played: {error}"
            )
            continue
        yield from _compared(application_id, by_record, standing_on_file(session, application_id))
    for application_id in session.scalars(select(PermitApplication.id)):
        if application_id not in played:
            yield Difference(application_id, "record", f"Application {application_id} has no record.")


def standing_on_file(session: Session, application_id: str) -> Standing:
    """Return how a file stands by the tables. Raises NoResultFound for an unknown file."""
    file = session.execute(
        select(
            PermitApplication.state,
            PermitApplication.round,
            PermitApplication.outcome,
            PermitApplication.definition_hash,
            PermitApplication.event_seq,
            PermitApplication.version,
        ).where(PermitApplication.id == application_id)
    ).one()
    lanes = session.execute(
        select(Lane.lane, Lane.state, Lane.required, Lane.round).where(Lane.application_id == application_id)
    )
    clocks = session.execute(
        select(Clock.clock, Clock.state, Clock.started_on, Clock.due_on).where(
            Clock.application_id == application_id, Clock.stopped_at.is_(None)
        )
    )
    return Standing(
        file.state,
        file.round,
        file.outcome,
        file.definition_hash,
        file.event_seq,
        file.version,
        {row.lane: LaneStanding(row.state, row.required, row.round) for row in lanes},
        {row.clock: _clock(row.state, row.started_on.isoformat(), row.due_on) for row in clocks},
    )


def _clock(state: str, started_on: str, due_on: object) -> ClockStanding:
    return ClockStanding(state, started_on, None if due_on is None else str(due_on))


def _compared(application_id: str, by_record: Standing, on_file: Standing) -> Iterator[Difference]:
    for name, told, found in differences(by_record, on_file):
        message = f"Application {application_id}: by its record {name} is {told}, on file {found}."
        yield Difference(application_id, name, message)

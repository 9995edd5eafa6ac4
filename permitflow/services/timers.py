"""Legal clocks that ran out: each one's step is taken once, with its legal date, however late it is noticed."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Connection, select

from permitflow.db import Database
from permitflow.engine.errors import NotAllowed
from permitflow.instants import local_date
from permitflow.models import Clock, Jurisdiction, PermitApplication
from permitflow.prepared import as_date
from permitflow.services import transitions
from permitflow.services.actors import SYSTEM
from permitflow.services.definitions import definition_for
from permitflow.services.errors import Stale
from permitflow.services.transitions import Act, Applied

_LOG = logging.getLogger(__name__)
_AT_MOST = 500


@dataclass(frozen=True, slots=True)
class Lapse:
    """A verified clock whose last day is over, and the step that follows."""

    application_id: str
    clock: str
    action: str
    due_on: date


def lapses(connection: Connection, now: int, jurisdiction_id: str | None = None) -> Iterator[Lapse]:
    """Yield the clocks, of one city or all, that have run out at instant `now` and whose definition names a step.

    A clock runs out when its due date is over in the city. One whose numbers are not verified never acts by
    itself: it only warns.
    """
    # Somewhere on earth it is already tomorrow; each city's own date decides below.
    tomorrow = local_date(now, "UTC") + timedelta(days=1)
    query = (
        select(
            Clock.application_id,
            Clock.clock,
            Clock.due_on,
            Jurisdiction.zone,
            PermitApplication.definition_hash,
            PermitApplication.state,
        )
        .join(PermitApplication, PermitApplication.id == Clock.application_id)
        .join(Jurisdiction, Jurisdiction.id == Clock.jurisdiction_id)
        .where(Clock.state == "running", Clock.due_on < tomorrow, Clock.verified)
        .order_by(Clock.due_on, Clock.id)
        .limit(_AT_MOST)
    )
    if jurisdiction_id is not None:
        query = query.where(Clock.jurisdiction_id == jurisdiction_id)
    for row in connection.execute(query).all():
        definition = definition_for(connection, row.definition_hash)
        action = definition.clocks[row.clock].on_expiry
        due_on = as_date(row.due_on)
        if action is None or due_on is None or local_date(now, row.zone) <= due_on:
            continue
        if row.state in definition.actions[action].from_:
            yield Lapse(row.application_id, row.clock, action, due_on)


def fire(connection: Connection, lapse: Lapse, now: int) -> Applied | None:
    """Take the step of one lapsed clock as of its due date; None when the law's conditions for it are not met."""
    act = Act(lapse.application_id, lapse.action, SYSTEM, now, effective_on=lapse.due_on)
    try:
        return transitions.apply(connection, act)
    except (NotAllowed, Stale) as refused:
        _LOG.info("clock %s of %s lapsed without effect: %s", lapse.clock, lapse.application_id, refused)
        return None


def fire_due(database: Database, now: int) -> int:
    """Take the step of every lapsed clock, each in a transaction of its own; return how many were taken."""
    with database.reading() as session:
        due = list(lapses(session.connection(), now))
    fired = 0
    for lapse in due:
        with database.connection() as connection:
            fired += fire(connection, lapse, now) is not None
    return fired

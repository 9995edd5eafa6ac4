"""Legal clocks that ran out: each one is answered once, with its legal date, however late it is noticed.

What follows from a clock's end is written by the system itself: the step that the definition names, the right that
the applicant has gained, or a line in the record that says why nothing followed. The clock's row then says that it
was answered, so that no sweep looks at it again unless its due date moves.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import date, timedelta

from sqlalchemy import Connection, Select, select, tuple_

from permitflow.db import Database
from permitflow.instants import local_date
from permitflow.models import Clock, Jurisdiction
from permitflow.services.lapses import Lapse, answer

log = logging.getLogger(__name__)
_PAGE = 500


def lapses(connection: Connection, now: int, jurisdiction_id: str | None = None) -> Iterator[Lapse]:
    """Yield the clocks, of one city or all, that have run out at instant `now`, the earliest due date first.

    A clock runs out when its due date is over in the city, whatever zone the city is in.
    """
    query, after = _ended(now), (date.min, "")
    if jurisdiction_id is not None:
        query = query.where(Clock.jurisdiction_id == jurisdiction_id)
    while True:
        page = connection.execute(query.where(tuple_(Clock.due_on, Clock.id) > after).limit(_PAGE)).all()
        for row in page:
            if local_date(now, row.zone) > row.due_on:
                yield Lapse(row.application_id, row.id, row.clock, row.due_on, row.jurisdiction_id)
        if len(page) < _PAGE:
            return
        after = (page[-1].due_on, page[-1].id)


def fire_due(database: Database, now: int) -> int:
    """Answer every lapsed clock, each in a transaction of its own; return how many steps were taken.

    File by file, each file's clocks in the order of their due dates: a step that starts a clock which has run out
    since, because nobody looked for weeks, is followed by that clock's own answer at once.
    """
    with database.reading() as session:
        waiting = list(dict.fromkeys(lapse.application_id for lapse in lapses(session.connection(), now)))
    return sum(_catch_up(database, application_id, now) for application_id in waiting)


def _catch_up(database: Database, application_id: str, now: int) -> int:
    """Answer the lapsed clocks of one file one after the other; return how many steps were taken."""
    taken, tried = 0, set[str]()
    try:
        while (steps := _answer_next(database, application_id, now, tried)) is not None:
            taken += steps
    except Exception:
        # One file that cannot be read must not keep the others waiting; its clock says that it is due.
        log.exception("A clock of %s ran out and could not be answered.", application_id)
    return taken


def _answer_next(database: Database, application_id: str, now: int, tried: set[str]) -> int | None:
    """Answer the file's next lapsed clock, each once; return how many steps were taken, None when none waits."""
    with database.connection() as connection:
        lapse = _first(connection, application_id, now)
        if lapse is None or lapse.clock_id in tried:
            return None
        tried.add(lapse.clock_id)
        return int(answer(connection, lapse, now) is not None)


def _ended(now: int) -> Select[str, str, str, date | None, str, str]:
    # Somewhere on earth it is already tomorrow; each city's own date decides.
    tomorrow = local_date(now, "UTC") + timedelta(days=1)
    return (
        select(
            Clock.id,
            Clock.application_id,
            Clock.clock,
            Clock.due_on.label("due_on"),
            Clock.jurisdiction_id,
            Jurisdiction.zone,
        )
        .join(Jurisdiction, Jurisdiction.id == Clock.jurisdiction_id)
        .where(Clock.stopped_at.is_(None), Clock.lapsed_at.is_(None), Clock.due_on < tomorrow)
        .order_by(Clock.due_on, Clock.id)
    )


def _first(connection: Connection, application_id: str, now: int) -> Lapse | None:
    for row in connection.execute(_ended(now).where(Clock.application_id == application_id)):
        if local_date(now, row.zone) > row.due_on:
            return Lapse(row.application_id, row.id, row.clock, row.due_on, row.jurisdiction_id)
    return None

"""How long one sweep takes over many running clocks: lapses and warnings, against a sweep that finds nothing due.

Run: `python -m benchmarks.sweep [--clocks 10000] [--due 100]`
"""

from __future__ import annotations

import argparse
import tempfile
import time
from datetime import date
from pathlib import Path

from sqlalchemy import Table, insert, select, update
from sqlalchemy.orm import Session

from permitflow.db import Database, new_id, upgrade
from permitflow.instants import SECOND
from permitflow.models import Clock, PermitApplication, Visit
from permitflow.services import holds, ladder, timers
from tests.factories import MONDAY
from tests.services.clock_lab import APPROVAL, Lab, lab, workflow
from tests.statements import statements

DAY = 86_400 * SECOND


def main() -> None:
    """Fill a database, sweep it, print what it took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clocks", type=int, default=10_000)
    parser.add_argument("--due", type=int, default=100)
    parser.add_argument("--url", default="", help="An empty database; a SQLite file of its own without it.")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        url = chosen.url or f"sqlite:///{Path(folder) / 'sweep.sqlite3'}"
        upgrade(url)
        here = lab(Database(url), workflow(decision=APPROVAL))
        _fill(here, chosen.clocks, chosen.due)
        now = MONDAY + 20 * DAY
        _sweep(here, f"{chosen.due} lapsed and {chosen.due} to warn of, among {chosen.clocks}", now)
        _sweep(here, "nothing due", now + SECOND)


def _fill(here: Lab, clocks: int, due: int) -> None:
    """Copy one accepted file; the first `due` copies have run out, as many others have a warning due."""
    model = here.accepted()
    copies = [new_id() for _ in range(clocks - 1)]
    with here.database.transaction() as session:
        session.execute(update(Clock).values(due_on=date(2027, 3, 1), next_warning_on=date(2027, 2, 1)))
        for table in (PermitApplication.__table__, Clock.__table__, Visit.__table__):
            assert isinstance(table, Table)
            _copy(session, table, model, copies)
        lapsed, warned = copies[:due], copies[due : 2 * due]
        session.execute(
            update(Clock).where(Clock.application_id.in_(lapsed)).values(due_on=date(2026, 3, 16))
        )
        early = update(Clock).where(Clock.application_id.in_(warned))
        session.execute(early.values(next_warning_on=date(2026, 3, 10)))


def _copy(session: Session, table: Table, model: str, copies: list[str]) -> None:
    key = "id" if table.name == "permit_applications" else "application_id"
    for row in session.execute(select(table).where(table.c[key] == model)).mappings().all():
        if row.get("closed_at") is None:
            made = [dict(row) | {"id": new_id(), key: copy} for copy in copies]
            session.execute(
                insert(table), [one | {"number": None} if "number" in row else one for one in made]
            )


def _sweep(here: Lab, what: str, now: int) -> None:
    began = time.perf_counter()
    with statements(here.database) as sent:
        fired = timers.fire_due(here.database, now)
        warned = ladder.warn_due(here.database, now)
        held = holds.carry_on(here.database, now)
    seconds = time.perf_counter() - began
    print(f"{what}: {seconds:.3f} s, {len(sent)} reads; {fired} steps, {warned} warnings, {held} held")


if __name__ == "__main__":
    main()

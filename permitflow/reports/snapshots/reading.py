"""Reading a city's record into a snapshot in memory, whole: for small cities without a folder, and as the measure of others."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from permitflow.analytics.snapshot import Snapshot, in_memory
from permitflow.models import PermitApplication
from permitflow.reports.scope import City, workflows_of
from permitflow.reports.snapshots.gathering import Gatherer, rules_of

PORTION = 20_000


def read_snapshot(session: Session, city: City, now: int) -> Snapshot:
    """Return the snapshot of a city as its record stands now (microseconds), read whole."""
    first_at = session.scalar(submitted(city, func.min(PermitApplication.submitted_at)))
    rules = rules_of(session, city, workflows_of(session, city), first_at, now)
    connection = in_memory()
    for _done in Gatherer(session, connection, rules).add(numbered(session, city)):
        pass
    return Snapshot(connection, now)


def numbered(session: Session, city: City) -> Iterator[tuple[int, str]]:
    """Yield (number, id) of each submitted file of a city in the order of submission."""
    ordered = submitted(city, PermitApplication.id).order_by(
        PermitApplication.submitted_at, PermitApplication.id
    )
    found = session.scalars(ordered.execution_options(yield_per=PORTION))
    yield from enumerate(found, 1)


def submitted(city: City, *columns: Any) -> Select[*tuple[Any, ...]]:
    """Return the query for columns of a city's submitted files."""
    mine = (PermitApplication.jurisdiction_id == city.id, PermitApplication.submitted_at.is_not(None))
    chosen: Select[*tuple[Any, ...]] = select(*columns)
    return chosen.where(*mine)

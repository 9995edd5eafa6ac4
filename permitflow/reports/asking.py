"""Asking a page: the snapshot is opened, narrowed to the scope, and the page's figures or lists are built."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from permitflow.reports.page import Ask, Statement
from permitflow.reports.scope import Scope, workflows_of
from permitflow.reports.snapshots.breaking_off import breakable
from permitflow.reports.snapshots.reading import read_snapshot
from permitflow.reports.snapshots.store import store_of

LINES = 50


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a list; instants in microseconds, `until_at` None while it lasts."""

    application_id: str
    since_at: int
    until_at: int | None
    place: str


@contextmanager
def asking(session: Session, scope: Scope, words: Mapping[str, str] | None = None) -> Iterator[Ask]:
    """Yield what pages are asked with; the scope's instant becomes that of the snapshot.

    Raises Gathering while the record of a large city is still being gathered.
    """
    store = store_of(session)
    opened = store.open if store else read_snapshot
    snapshot = opened(session, scope.city, scope.now)
    with breakable(snapshot), closing(snapshot):
        seen = replace(scope, now=snapshot.as_of)
        narrowed = snapshot.scoped(seen.moment, seen.chosen)
        yield Ask(seen, narrowed, workflows_of(session, scope.city, scope.workflow), session, words or {})


def lines(ask: Ask, statement: Statement, start: int = 0) -> tuple[int, int, Sequence[Line]]:
    """Return how many lines a list has, of how many files, and a page of it from `start`, the longest first."""
    listed = f"WITH listed(file, since_at, until_at, place) AS ({statement.sql})"
    count, different = ask.snapshot.row(
        f"{listed} SELECT count(*), count(DISTINCT file) FROM listed", statement.parameters
    )
    found = ask.snapshot.rows(
        f"{listed} SELECT id, since_at, until_at, place FROM listed JOIN files USING (file) "
        f"ORDER BY coalesce(until_at, now_us()) - since_at DESC, file LIMIT {LINES} OFFSET {int(start)}",
        statement.parameters,
    )
    return count, different, [Line(*row) for row in found]

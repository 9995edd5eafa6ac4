"""The record as it is read: what changed since a page was opened, and every event in order for its verification."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from permitflow.ledger.chain import StoredEvent
from permitflow.models import Event, Jurisdiction, PermitApplication

MOST_CHANGES = 20
BATCH = 5_000


@dataclass(frozen=True, slots=True)
class Change:
    """One entry of the record in a few words; `at` in microseconds, `role` a role id of the definition."""

    seq: int
    at: int
    entry: str
    role: str
    zone: str


def changes_since(session: Session, application_id: str, version: int | None) -> list[Change]:
    """Return what happened to a file after its `version`, newest first; the last few entries when it is unknown."""
    rows = session.execute(
        select(Event.body, Jurisdiction.zone)
        .join(Jurisdiction, Jurisdiction.id == Event.jurisdiction_id)
        .where(Event.application_id == application_id)
        .order_by(Event.seq.desc())
        .limit(MOST_CHANGES if version is not None else 3)
    )
    changes = [(json.loads(row.body), row.zone) for row in rows]
    return [_change(body, zone) for body, zone in changes if version is None or body["version"] > version]


def _change(body: Mapping[str, object], zone: str) -> Change:
    seq, at = body["seq"], body["at"]
    assert isinstance(seq, int)
    assert isinstance(at, int)
    return Change(seq, at, str(body["entry"]), str(body["role"]), zone)


def all_events(session: Session) -> Iterator[StoredEvent]:
    """Yield every event of every file, ordered by application and number, without holding them all."""
    query = select(Event.application_id, Event.seq, Event.prev_hash, Event.hash, Event.body).order_by(
        Event.application_id, Event.seq
    )
    for row in session.execute(query.execution_options(yield_per=BATCH)):
        yield StoredEvent(row.application_id, row.seq, row.prev_hash, row.hash, row.body)


def hold_still(session: Session) -> None:
    """Let all statements of a session see one moment; SQLite does so anyway."""
    if session.get_bind().dialect.name == "postgresql":
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})


def tails(session: Session) -> dict[str, tuple[int, str]]:
    """Return the number and hash of the last event that each file itself remembers."""
    rows = session.execute(
        select(PermitApplication.id, PermitApplication.event_seq, PermitApplication.event_hash)
    )
    return {row.id: (row.event_seq, row.event_hash) for row in rows}


def counts(session: Session) -> tuple[int, int]:
    """Return how many applications and how many events there are."""
    applications = session.scalar(select(func.count()).select_from(PermitApplication)) or 0
    return applications, session.scalar(select(func.count()).select_from(Event)) or 0

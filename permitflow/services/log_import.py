"""Event logs of other systems, kept under a name for their reports; taking the same file again changes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sqlalchemy import String, delete, insert, inspect, select
from sqlalchemy.orm import Session

from permitflow.analytics.eventlog import LogEvent
from permitflow.db import new_id
from permitflow.models import ImportedEvent, ImportedLog

BATCH = 1_000
"""Events written by one statement."""
OF_THE_CASE = "case:"
"""How the attributes of a case are marked; they would be repeated with each of its events, so they are left out."""
LONGEST_ATTRIBUTE = 255
LONGEST_NAME = 100
LIMITS = {
    column.key: column.type.length
    for column in inspect(ImportedEvent).columns
    if isinstance(column.type, String) and column.type.length
}
"""How many characters each text column holds."""
NUL = "\x00"


class LogRefused(Exception):
    """A log that is not taken, said in one sentence."""


@dataclass(frozen=True, slots=True)
class NewLog:
    """A log to be kept: its name, the SHA-256 (hex) of its file, and how many events the reader rejected."""

    name: str
    file_sha256: str
    rejected: int
    replace: bool = False


@dataclass(frozen=True, slots=True)
class TakenLog:
    """What is kept under the name now; `added` is False when the same file was there already."""

    name: str
    events: int
    rejected: int
    added: bool


def why_not_kept(event: LogEvent) -> str | None:
    """Return why an event does not fit into the table, None when it does."""
    values = {
        "case_id": event.case,
        "activity": event.activity,
        "resource": event.resource or "",
        "lifecycle": event.lifecycle or "",
    }
    for name, value in values.items():
        if len(value) > LIMITS[name]:
            return f"The {name.removesuffix('_id')} has {len(value)} characters; at most {LIMITS[name]} are kept."
        if NUL in value:
            return f"The {name.removesuffix('_id')} holds a character that cannot be kept (NUL)."
    return None


def known_log(session: Session, name: str, file_sha256: str) -> TakenLog | None:
    """Return what is kept under a name when it came from the very same file, None otherwise."""
    log = session.scalars(select(ImportedLog).where(ImportedLog.name == name)).first()
    if log is None or log.file_sha256 != file_sha256:
        return None
    return TakenLog(log.name, log.events, log.rejected, added=False)


def take_log(session: Session, new: NewLog, events: Iterable[LogEvent], at: int) -> TakenLog:
    """Keep the events of a log under its name at instant `at` (microseconds); each must fit (see `why_not_kept`).

    Attributes of cases, and values longer than 255 characters, are left out.

    Raises:
        LogRefused: a log of another file has the name and is not to be replaced, or there is not one event.
    """
    if not new.name or len(new.name) > LONGEST_NAME or NUL in new.name:
        raise LogRefused(f"The name of a log has 1 to {LONGEST_NAME} characters.")
    same = known_log(session, new.name, new.file_sha256)
    if same is not None:
        return same
    _make_room(session, new)
    log_id = new_id()
    rows = (_row(log_id, event) for event in events)
    first = list(islice(rows, BATCH))
    if not first:
        raise LogRefused("The log holds no event that can be taken, so nothing was imported.")
    # The log's own row stands before its events, which refer to it; the count follows.
    log = ImportedLog(
        id=log_id,
        name=new.name,
        file_sha256=new.file_sha256,
        events=0,
        rejected=new.rejected,
        imported_at=at,
    )
    session.add(log)
    session.flush()
    for batch in _batches(first, rows):
        session.execute(insert(ImportedEvent), batch)
        log.events += len(batch)
    session.flush()
    return TakenLog(new.name, log.events, new.rejected, added=True)


def _make_room(session: Session, new: NewLog) -> None:
    old = session.scalars(select(ImportedLog).where(ImportedLog.name == new.name)).first()
    if old is None:
        return
    if not new.replace:
        raise LogRefused(
            f"A log of another file is called {new.name!r} already; add --replace to replace it."
        )
    session.execute(delete(ImportedEvent).where(ImportedEvent.log_id == old.id))
    session.execute(delete(ImportedLog).where(ImportedLog.id == old.id))


def _batches(first: list[dict[str, Any]], rest: Iterator[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    batch = first
    while batch:
        yield batch
        batch = list(islice(rest, BATCH))


def _row(log_id: str, event: LogEvent) -> dict[str, Any]:
    return {
        "log_id": log_id,
        "seq": event.seq,
        "case_id": event.case,
        "activity": event.activity,
        "at": event.at_us,
        "resource": event.resource,
        "lifecycle": event.lifecycle,
        "attributes": {
            key: value
            for key, value in event.attributes.items()
            if not key.startswith(OF_THE_CASE) and len(value) <= LONGEST_ATTRIBUTE and NUL not in key + value
        },
    }

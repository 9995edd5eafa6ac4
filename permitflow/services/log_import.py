"""Event logs of other systems, kept under a name for their reports; taking the same file again changes nothing."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

import psycopg
from sqlalchemy import String, delete, insert, inspect, select
from sqlalchemy.orm import Session

from permitflow.analytics.eventlog import LogEvent
from permitflow.db import new_id
from permitflow.models import ImportedCase, ImportedEvent, ImportedLog

BATCH = 10_000
"""Events written by one statement."""
LONGEST_ATTRIBUTE = 255
LONGEST_NAME = 100
LIMITS = {
    column.key: column.type.length
    for column in inspect(ImportedEvent).columns
    if isinstance(column.type, String) and column.type.length
}
"""How many characters each text column holds."""
LIMITED = ("case_id", "activity", "resource", "lifecycle")
NUL = "\x00"
ESCAPED_NUL = "\\u0000"


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
    """What is kept under the name now; `added` is False when the same file was there already.

    `left_out` counts the values of attributes that were too long, or held a NUL, and were not kept.
    """

    name: str
    events: int
    rejected: int
    added: bool
    left_out: int = 0


def why_not_kept(event: LogEvent) -> str | None:
    """Return why an event does not fit into the table, None when it does."""
    for name, value in zip(LIMITED, _texts(event), strict=True):
        if value is None:
            continue
        if len(value) > LIMITS[name]:
            return f"The {name.removesuffix('_id')} has {len(value)} characters; at most {LIMITS[name]} are kept."
        if NUL in value:
            return f"The {name.removesuffix('_id')} holds a character that cannot be kept (NUL)."
    return None


def _texts(event: LogEvent) -> tuple[str | None, ...]:
    return event.case, event.activity, event.resource, event.lifecycle


def known_log(session: Session, name: str, file_sha256: str) -> TakenLog | None:
    """Return what is kept under a name when it came from the very same file, None otherwise."""
    log = session.scalars(select(ImportedLog).where(ImportedLog.name == name)).first()
    if log is None or log.file_sha256 != file_sha256:
        return None
    return TakenLog(log.name, log.events, log.rejected, added=False)


def take_log(session: Session, new: NewLog, events: Iterable[LogEvent], at: int) -> TakenLog:
    """Keep the events of a log under its name at instant `at` (microseconds); each must fit (see `why_not_kept`).

    Values of attributes that are longer than 255 characters are left out. An attribute of a case has the value that
    the first event with it carries.

    Raises:
        LogRefused: a log of another file has the name and is not to be replaced, or there is not one event.
    """
    if not new.name.strip() or len(new.name) > LONGEST_NAME or NUL in new.name:
        raise LogRefused(f"The name of a log has 1 to {LONGEST_NAME} characters.")
    same = None if new.replace else known_log(session, new.name, new.file_sha256)
    if same is not None:
        return same
    _make_room(session, new)
    log_id = new_id()
    events = iter(events)
    first = list(islice(events, BATCH))
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
    cases: dict[str, Mapping[str, str]] = {}
    keeper = _Keeper()
    for batch in _batches(first, events):
        _write(session, ImportedEvent, [_row(log_id, event, keeper) for event in batch])
        _gather(cases, batch)
        log.events += len(batch)
    _write(session, ImportedCase, [(log_id, case, keeper.document(known)) for case, known in cases.items()])
    session.flush()
    return TakenLog(new.name, log.events, new.rejected, added=True, left_out=keeper.left_out)


def _make_room(session: Session, new: NewLog) -> None:
    old = session.scalars(select(ImportedLog).where(ImportedLog.name == new.name)).first()
    if old is None:
        return
    if not new.replace:
        raise LogRefused(
            f"A log of another file is called {new.name!r} already; add --replace to replace it."
        )
    for part in (ImportedEvent, ImportedCase):
        session.execute(delete(part).where(part.log_id == old.id))
    session.execute(delete(ImportedLog).where(ImportedLog.id == old.id))


def _batches(first: list[LogEvent], rest: Iterator[LogEvent]) -> Iterator[list[LogEvent]]:
    batch = first
    while batch:
        yield batch
        batch = list(islice(rest, BATCH))


def _gather(cases: dict[str, Mapping[str, str]], events: Iterable[LogEvent]) -> None:
    """Add what events tell of their cases: traces of one name are one case, and rows of a table need not be alike."""
    for event in events:
        told = event.case_attributes
        if not told:
            continue
        known = cases.setdefault(event.case, told)
        if known is not told and not known.keys() >= told.keys():
            cases[event.case] = {**told, **known}


def _row(log_id: str, event: LogEvent, keeper: _Keeper) -> tuple[Any, ...]:
    return (
        *(log_id, event.seq, event.case, event.activity, event.at_us, event.resource, event.lifecycle),
        *(keeper.document(event.attributes), event.day_only),
    )


@dataclass(slots=True)
class _Keeper:
    """Makes attributes JSON, and counts the values that cannot be kept."""

    left_out: int = 0

    def document(self, attributes: Mapping[str, str]) -> str:
        """Attributes as JSON, without what cannot be kept; most need no second look."""
        text = json.dumps(attributes)
        if len(text) <= LONGEST_ATTRIBUTE and ESCAPED_NUL not in text:
            return text
        kept = {
            key: value
            for key, value in attributes.items()
            if len(value) <= LONGEST_ATTRIBUTE and NUL not in key + value
        }
        self.left_out += len(attributes) - len(kept)
        return text if len(kept) == len(attributes) else json.dumps(kept)


def _write(session: Session, model: type[ImportedEvent | ImportedCase], rows: list[tuple[Any, ...]]) -> None:
    """Write rows, each in the order of the model's columns, past the ORM: it would take most of the time."""
    if not rows:
        return
    connection = session.connection()
    driver = connection.connection.driver_connection
    if isinstance(driver, psycopg.Connection):
        names = ", ".join(model.__table__.columns.keys())
        with driver.cursor().copy(f"COPY {model.__tablename__} ({names}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        return
    statement = str(insert(model).compile(connection.engine))
    connection.exec_driver_sql(statement, rows)

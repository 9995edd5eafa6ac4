"""Event logs of other systems for their reports: as columns, as events, and with their deadlines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from permitflow.analytics.columns import BATCH
from permitflow.analytics.eventlog import LogEvent
from permitflow.analytics.log_deadlines import case_deadlines, event_deadlines
from permitflow.analytics.log_table import LogRow, LogTable
from permitflow.interchange.timestamps import placed
from permitflow.models import ImportedCase, ImportedEvent, ImportedLog

OF_THE_CASE = "case:"
_EVENT = (
    *(ImportedEvent.case_id, ImportedEvent.at, ImportedEvent.seq, ImportedEvent.activity),
    *(ImportedEvent.resource, ImportedEvent.lifecycle, ImportedEvent.day_only),
)
_WAITS = """
SELECT activity, count(gap) AS n, seconds(median(gap)) AS median_s,
    seconds(quantile_cont(gap, 0.9)) AS p90_s, seconds(sum(gap)) AS total_s
FROM events WHERE pos > 1 GROUP BY activity ORDER BY total_s DESC, activity
"""


class UnknownLog(Exception):
    """No log has been imported under a name."""


class NoDeadlines(Exception):
    """A log has no attribute of a name."""


@dataclass(frozen=True, slots=True)
class ActivityWait:
    """The time in seconds that passed before an activity since the event before it in its case."""

    activity: str
    n: int
    median_s: float | None
    p90_s: float | None
    total_s: float


def log_table(session: Session, name: str) -> LogTable:
    """Return the columns of an imported log, read once; raises UnknownLog."""
    return LogTable.of_rows(_rows(session, _known(session, name)))


def load_events(session: Session, name: str) -> list[LogEvent]:
    """Return the events of an imported log in file order, of their attributes only whose court; raises UnknownLog."""
    log_id = _known(session, name)
    party = func.coalesce(*(ImportedEvent.attributes[key].as_string() for key in ("party", "court")))
    rows = session.execute(
        select(*_EVENT, party).where(ImportedEvent.log_id == log_id).order_by(ImportedEvent.seq),
        execution_options={"yield_per": BATCH},
    )
    return [
        LogEvent(
            *(case, activity, at, seq, person, lifecycle),
            attributes={"party": court} if court else {},
            day_only=day_only,
        )
        for case, at, seq, activity, person, lifecycle, day_only, court in rows
    ]


def whole_events(session: Session, name: str) -> Iterator[LogEvent]:
    """Yield the events of an imported log with all their attributes, one case after another; raises UnknownLog.

    Cases stand in the order of their first event in the file, the events of a case in the order of the file.
    """
    log_id = _known(session, name)
    of_cases = select(ImportedCase.case_id, ImportedCase.attributes).where(ImportedCase.log_id == log_id)
    shared = {row.case_id: row.attributes for row in session.execute(of_cases)}
    first = func.min(ImportedEvent.seq).over(partition_by=ImportedEvent.case_id)
    rows = session.execute(
        select(*_EVENT, ImportedEvent.attributes)
        .where(ImportedEvent.log_id == log_id)
        .order_by(first, ImportedEvent.seq),
        execution_options={"yield_per": BATCH},
    )
    for case, at, seq, activity, person, lifecycle, day_only, attributes in rows:
        of_case = shared.get(case, {})
        yield LogEvent(case, activity, at, seq, person, lifecycle, attributes, of_case, day_only)


def deadlines(session: Session, name: str, attribute: str) -> dict[str, Any]:
    """Return how many deadlines a log has in an attribute, how many were missed, and by which activities.

    Args:
        session: to read with.
        name: of the log.
        attribute: of the events, or of the cases when no event has it; "case:..." names one of the cases alone.

    Raises:
        UnknownLog: there is no such log.
        NoDeadlines: neither events nor cases have the attribute.
    """
    log_id = _known(session, name)
    due = [] if attribute.startswith(OF_THE_CASE) else _event_dates(session, log_id, attribute)
    judge = event_deadlines
    if not due:
        due = _case_dates(session, log_id, attribute.removeprefix(OF_THE_CASE))
        judge = case_deadlines
    if not due:
        raise NoDeadlines(f"The log {name!r} has no attribute {attribute!r}.")
    read = [(case, seq, *when) for case, seq, text in due if (when := _read(text))]
    with log_table(session, name) as table:
        return {**judge(table, read), "unreadable": len(due) - len(read)}


def rejected_events(session: Session, name: str) -> int:
    """Return how many events of a log could not be taken when it was imported; raises UnknownLog."""
    return session.scalars(select(ImportedLog.rejected).where(ImportedLog.id == _known(session, name))).one()


def waits(table: LogTable) -> list[ActivityWait]:
    """Return how long cases waited for each activity, the greatest total first; first events waited for nothing."""
    return [ActivityWait(*row) for row in table.rows(_WAITS)]


def wait_records(table: LogTable) -> list[dict[str, object]]:
    """Return the waits as plain records."""
    return [asdict(line) for line in waits(table)]


def _known(session: Session, name: str) -> str:
    log_id = session.scalar(select(ImportedLog.id).where(ImportedLog.name == name))
    if log_id is None:
        known = ", ".join(session.scalars(select(ImportedLog.name).order_by(ImportedLog.name))) or "none"
        raise UnknownLog(f"There is no log {name!r}; imported are: {known}.")
    return log_id


def _rows(session: Session, log_id: str) -> Iterator[Sequence[LogRow]]:
    found = select(*_EVENT).where(ImportedEvent.log_id == log_id)
    rows = session.execute(found.order_by(ImportedEvent.seq), execution_options={"yield_per": BATCH})
    for batch in rows.partitions():
        yield list(batch)


def _event_dates(session: Session, log_id: str, attribute: str) -> list[tuple[str, int, str]]:
    value = ImportedEvent.attributes[attribute].as_string()
    found = select(ImportedEvent.case_id, ImportedEvent.seq, value).where(
        ImportedEvent.log_id == log_id, func.trim(value) != ""
    )
    return [(case, seq, text) for case, seq, text in session.execute(found)]


def _case_dates(session: Session, log_id: str, attribute: str) -> list[tuple[str, int, str]]:
    value = ImportedCase.attributes[attribute].as_string()
    found = select(ImportedCase.case_id, value).where(ImportedCase.log_id == log_id, func.trim(value) != "")
    return [(case, 0, text) for case, text in session.execute(found)]


def _read(text: str) -> tuple[int, bool] | None:
    try:
        return placed(text)
    except ValueError:
        return None

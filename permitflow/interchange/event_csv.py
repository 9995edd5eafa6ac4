"""Event logs as CSV: one row per event, with a mapping that names the columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from permitflow.analytics.eventlog import LogEvent
from permitflow.interchange.csv_table import Row, not_in_encoding, open_table, undecodable
from permitflow.interchange.reading import BadFile, Progress, Reject, RejectedEvent
from permitflow.interchange.timestamps import parse_instant


@dataclass(frozen=True, slots=True)
class EventColumns:
    """Which column holds what; the standard names are those of a log that came from XES."""

    case: str = "case:concept:name"
    activity: str = "concept:name"
    time: str = "time:timestamp"
    resource: str | None = None
    lifecycle: str | None = None

    def named(self) -> dict[str, str]:
        """The columns that must be there: field -> column."""
        fields = {
            "case": self.case,
            "activity": self.activity,
            "time": self.time,
            "resource": self.resource,
            "lifecycle": self.lifecycle,
        }
        return {field: column for field, column in fields.items() if column is not None}


def read_event_csv(
    path: Path,
    columns: EventColumns,
    progress: Progress | None = None,
    reject: Reject | None = None,
    encoding: str = "utf-8",
) -> Iterator[LogEvent]:
    """Reads the events of a CSV file in the order of its rows; columns not named become attributes.

    Rows without a case, an activity or a readable time, or with too few or too many cells, are passed to
    `reject`.

    Raises:
        BadFile: empty, a column missing, or a byte that is not in the encoding.
    """
    named = columns.named()
    table = open_table(path, encoding, list(named.values()), progress)
    for seq, row in enumerate(table.rows):
        bad_byte = undecodable(row.cells)
        if bad_byte is not None:
            raise BadFile(path.name, not_in_encoding(bad_byte, encoding), row.line)
        outcome = _event(seq, row, table.header, named)
        if isinstance(outcome, LogEvent):
            yield outcome
        elif reject:
            reject(outcome)


def _event(seq: int, row: Row, header: list[str], named: Mapping[str, str]) -> LogEvent | RejectedEvent:
    if len(row.cells) != len(header):
        reason = f"The row has {len(row.cells)} cells, the header {len(header)}."
        return RejectedEvent("", seq, row.line, reason)
    values = dict(zip(header, row.cells, strict=True))
    fields = {field: values.pop(column) for field, column in named.items()}
    for field in ("case", "activity", "time"):
        if not fields[field].strip():
            return RejectedEvent(fields["case"], seq, row.line, f"The {field} is empty.")
    try:
        at_us = parse_instant(fields["time"])
    except ValueError as error:
        return RejectedEvent(fields["case"], seq, row.line, str(error))
    return LogEvent(
        case=fields["case"],
        activity=fields["activity"],
        at_us=at_us,
        seq=seq,
        resource=fields.get("resource") or None,
        lifecycle=fields.get("lifecycle") or None,
        attributes={key: value for key, value in values.items() if value},
    )

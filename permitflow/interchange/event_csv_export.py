"""Event logs written as CSV with the column names of logs that came from XES, as a stream."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from permitflow.analytics.eventlog import LogEvent
from permitflow.interchange.csv_table import csv_safe
from permitflow.interchange.event_csv import OF_THE_CASE
from permitflow.interchange.xes_export import written_time

COLUMNS = ("case:concept:name", "concept:name", "time:timestamp", "org:resource", "lifecycle:transition")
BATCH = 1_000


def write_event_csv(
    events: Iterable[LogEvent], attributes: Sequence[str] = (), case_attributes: Sequence[str] = ()
) -> Iterator[bytes]:
    """Yields the bytes of a CSV file: one row for each event, in their order.

    No spreadsheet takes a cell for a formula; cells that look like one begin with an apostrophe.

    Args:
        events: in the order of the rows.
        attributes: of the events, each a column.
        case_attributes: of the cases, each a column named "case:...".
    """
    header = [*COLUMNS, *attributes, *(OF_THE_CASE + name for name in case_attributes)]
    yield _rows([list(map(csv_safe, header))])
    remaining = iter(events)
    while batch := list(islice(remaining, BATCH)):
        yield _rows(_row(event, attributes, case_attributes) for event in batch)


def _row(event: LogEvent, attributes: Sequence[str], case_attributes: Sequence[str]) -> list[str]:
    fixed = (event.case, event.activity, written_time(event), event.resource or "", event.lifecycle or "")
    own = (event.attributes.get(name, "") for name in attributes)
    shared = (event.case_attributes.get(name, "") for name in case_attributes)
    return [csv_safe(cell) for cell in (*fixed, *own, *shared)]


def _rows(rows: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()

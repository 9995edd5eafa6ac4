"""Event logs as CSV: one row per event, with a mapping that names the columns and how times are written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from permitflow.analytics.eventlog import LogEvent
from permitflow.interchange.csv_table import Row, csv_plain, not_in_encoding, open_table, undecodable
from permitflow.interchange.reading import BadFile, Progress, Reject, RejectedEvent, given
from permitflow.interchange.timestamps import placed

OF_THE_CASE = "case:"
"""How a log that came from XES marks the columns of the case."""

WHERE_PRESENT = {"resource": "org:resource", "lifecycle": "lifecycle:transition"}
"""The standard columns of fields that a log need not have."""


@dataclass(frozen=True, slots=True)
class EventColumns:
    """Which column holds what; the standard names are those of a log that came from XES.

    `resource` and `lifecycle` None take the columns of the standard names where the file has them.
    `formats` are strptime formats, tried in turn; none stands for ISO 8601. `zone` is the IANA zone of times
    without an offset. `delimiter` is one character; None takes the one the header is written with.
    """

    case: str = "case:concept:name"
    activity: str = "concept:name"
    time: str = "time:timestamp"
    resource: str | None = None
    lifecycle: str | None = None
    formats: tuple[str, ...] = ()
    zone: str = "UTC"
    encoding: str = "utf-8"
    delimiter: str | None = None

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


def load_event_columns(path: Path) -> EventColumns:
    """Reads a mapping from YAML: any of the fields of `EventColumns`, `formats` as a list.

    Raises:
        BadFile: no YAML, or not a mapping of these fields to texts.
    """
    try:
        given = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))
    except (YAMLError, UnicodeDecodeError) as error:
        raise BadFile(path.name, "The mapping is not readable YAML.") from error
    known = [field.name for field in fields(EventColumns)]
    if not isinstance(given, dict) or set(given) - set(known):
        raise BadFile(path.name, f"A mapping of a log may hold: {', '.join(known)}.")
    formats = given.pop("formats", [])
    if not isinstance(formats, list) or not all(
        isinstance(text, str) for text in [*given.values(), *formats]
    ):
        raise BadFile(path.name, "The fields of a mapping are texts, and formats is a list of texts.")
    return EventColumns(**given, formats=tuple(formats))


def read_event_csv(
    path: Path,
    columns: EventColumns,
    progress: Progress | None = None,
    reject: Reject | None = None,
) -> Iterator[LogEvent]:
    """Reads the events of a CSV file in the order of its rows; columns not named become attributes.

    Columns whose name begins with "case:" become attributes of the case. Rows without a case, an activity or a
    readable time, or with too few or too many cells, are passed to `reject`.

    Raises:
        BadFile: empty, a column missing, an unknown zone, or a byte that is not in the encoding.
    """
    named = columns.named()
    table = open_table(path, columns.encoding, list(named.values()), progress, columns.delimiter)
    for field, column in WHERE_PRESENT.items():
        if field not in named and table.header.count(column) == 1:
            named[field] = column
    reader = _Reader(table.header, named, columns.formats, _zone(path, columns.zone))
    for seq, row in enumerate(table.rows):
        bad_byte = undecodable(row.cells)
        if bad_byte is not None:
            raise BadFile(path.name, not_in_encoding(bad_byte, columns.encoding), row.line)
        outcome = reader.event(seq, row)
        if isinstance(outcome, LogEvent):
            yield outcome
        elif reject:
            reject(outcome)


def _zone(path: Path, name: str) -> tzinfo:
    if name == "UTC":
        return UTC
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise BadFile(path.name, f"There is no time zone “{name}”.") from error


class _Reader:
    """Makes events of rows: knows where each field and each attribute stands."""

    def __init__(
        self, header: list[str], named: Mapping[str, str], formats: tuple[str, ...], zone: tzinfo
    ) -> None:
        self._width = len(header)
        self._places = {field: header.index(column) for field, column in named.items()}
        rest = [(place, csv_plain(key)) for place, key in enumerate(header) if key not in named.values()]
        self._own = [(place, key) for place, key in rest if not key.startswith(OF_THE_CASE)]
        self._shared = [
            (place, key.removeprefix(OF_THE_CASE)) for place, key in rest if key.startswith(OF_THE_CASE)
        ]
        self._formats = formats
        self._zone = zone

    def event(self, seq: int, row: Row) -> LogEvent | RejectedEvent:
        """The event of a row, or why it is none."""
        cells = [csv_plain(cell) if cell[:1] == "'" else cell for cell in row.cells]
        if len(cells) != self._width:
            reason = f"The row has {len(cells)} cells, the header {self._width}."
            return RejectedEvent("", seq, row.line, reason)
        found = {field: cells[place] for field, place in self._places.items()}
        for field in ("case", "activity", "time"):
            if not found[field].strip():
                return RejectedEvent(found["case"], seq, row.line, f"The {field} is empty.")
        try:
            at_us, day_only = placed(found["time"], self._formats, self._zone)
        except ValueError as error:
            return RejectedEvent(found["case"], seq, row.line, str(error))
        return LogEvent(
            case=found["case"],
            activity=found["activity"],
            at_us=at_us,
            seq=seq,
            resource=given(found.get("resource")),
            lifecycle=given(found.get("lifecycle")),
            attributes={key: cells[place] for place, key in self._own if cells[place]},
            case_attributes={key: cells[place] for place, key in self._shared if cells[place]},
            day_only=day_only,
        )

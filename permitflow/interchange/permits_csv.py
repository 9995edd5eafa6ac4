"""Historic permits from a city's CSV export: a mapping says which column holds what."""

from __future__ import annotations

import csv
import datetime
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

from permitflow.interchange.csv_table import Row, csv_safe, not_in_encoding, open_table, undecodable
from permitflow.interchange.permit_mapping import PermitMapping, Status
from permitflow.interchange.reading import Progress
from permitflow.interchange.station_count import station_count

PLAIN_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{0,12})?")


@dataclass(frozen=True, slots=True)
class HistoricPermit:
    """A permit that another system issued; `row` is the line of the file on which it begins.

    Coordinates stay the decimal text of the source. `stations` is what the description states, if it does.
    """

    number: str
    permit_type: str
    status: Status
    issued_on: datetime.date
    applied_on: datetime.date | None
    address: str
    city: str
    state: str
    latitude: str | None
    longitude: str | None
    valuation_cents: int | None
    holder: str | None
    description: str
    stations: int | None
    row: int


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A row that was not taken: its line, the column at fault if one is, its value, and the reason."""

    line: int
    column: str
    value: str
    reason: str


class _Unreadable(Exception):
    """One cell of a row cannot be taken."""

    def __init__(self, field: str, reason: str) -> None:
        self.field = field
        self.reason = reason
        super().__init__(reason)


def read_permits(
    path: Path, mapping: PermitMapping, progress: Progress | None = None
) -> Iterator[HistoricPermit | RejectedRow]:
    """Reads the permits of a CSV file in the order of its rows; a row that cannot be taken says why.

    A number that comes again with the same content is passed over; with other content it is rejected.

    Args:
        path: the CSV file, with a header.
        mapping: names the columns, the form of dates and what the statuses mean.
        progress: told how many bytes of the file have been read.

    Raises:
        BadFile: empty, a column of the mapping missing, or broken quotation.
    """
    needed = list(mapping.columns.named().values())
    table = open_table(path, mapping.encoding, needed, progress)
    seen: dict[str, tuple[int, int]] = {}
    for row in table.rows:
        outcome = _read_row(row, table.header, mapping)
        if isinstance(outcome, RejectedRow):
            yield outcome
            continue
        content = hash(replace(outcome, row=0))
        line, known = seen.setdefault(outcome.number, (row.line, content))
        if line == row.line:
            yield outcome
        elif known != content:
            reason = f"Line {line} has the same number with other content."
            yield RejectedRow(row.line, mapping.columns.number, outcome.number, reason)


def write_rejections(path: Path, rows: Iterable[RejectedRow]) -> None:
    """Writes rejected rows as CSV for the person who sent the file, safe to open in a spreadsheet."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["line", "column", "value", "reason"])
        for row in rows:
            writer.writerow([row.line, csv_safe(row.column), csv_safe(row.value), csv_safe(row.reason)])


def _read_row(row: Row, header: list[str], mapping: PermitMapping) -> HistoricPermit | RejectedRow:
    if len(row.cells) != len(header):
        reason = f"The row has {len(row.cells)} cells, the header {len(header)}."
        return RejectedRow(row.line, "", "", reason)
    cells = dict(zip(header, row.cells, strict=True))
    for column, cell in cells.items():
        bad_byte = undecodable([cell])
        if bad_byte is not None:
            return RejectedRow(row.line, column, "", not_in_encoding(bad_byte, mapping.encoding))
    columns = mapping.columns.named()
    values = {field: cells[column].strip() for field, column in columns.items()}
    try:
        return _permit(values, mapping, row.line)
    except _Unreadable as error:
        return RejectedRow(row.line, columns[error.field], values[error.field], error.reason)


def _permit(values: Mapping[str, str], mapping: PermitMapping, line: int) -> HistoricPermit:
    if not values["number"]:
        raise _Unreadable("number", "The permit has no number.")
    status = mapping.statuses.get(values["status"])
    if status is None:
        raise _Unreadable("status", "The mapping does not say what this status means.")
    issued_on = _date(values, "issued_on", mapping.date_format)
    applied_on = _date(values, "applied_on", mapping.date_format) if values.get("applied_on") else None
    if applied_on and applied_on > issued_on:
        raise _Unreadable("applied_on", f"Applied for on {applied_on}, after it was issued on {issued_on}.")
    return HistoricPermit(
        number=values["number"],
        permit_type=values["permit_type"],
        status=status,
        issued_on=issued_on,
        applied_on=applied_on,
        address=values["address"],
        city=values["city"],
        state=values["state"],
        latitude=_coordinate(values, "latitude", 90),
        longitude=_coordinate(values, "longitude", 180),
        valuation_cents=_cents(values, "cost"),
        holder=values.get("contractor") or None,
        description=values["description"],
        stations=station_count(values["description"]),
        row=line,
    )


def _date(values: Mapping[str, str], field: str, date_format: str) -> datetime.date:
    try:
        # The zone is dropped again: a legal date is a day of the city's calendar.
        return datetime.datetime.strptime(values[field], date_format).replace(tzinfo=datetime.UTC).date()
    except ValueError as error:
        raise _Unreadable(field, f"The date is not of the form {date_format}.") from error


def _coordinate(values: Mapping[str, str], field: str, limit: int) -> str | None:
    text = values.get(field)
    if not text:
        return None
    if abs(_decimal(text, field)) > limit:
        raise _Unreadable(field, f"The {field} lies beyond {limit} degrees.")
    return text


def _cents(values: Mapping[str, str], field: str) -> int | None:
    text = values.get(field)
    if not text:
        return None
    cents = _decimal(text.replace("$", "").replace(",", ""), field) * 100
    if cents < 0 or cents != int(cents):
        raise _Unreadable(field, "The cost is not an amount in dollars and cents.")
    return int(cents)


def _decimal(text: str, field: str) -> Decimal:
    if not PLAIN_NUMBER.fullmatch(text):
        raise _Unreadable(field, "This is not a number.")
    return Decimal(text)
